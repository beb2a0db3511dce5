"""Flat land between steep walls."""

from typing import ClassVar, Literal

from lrviz.engine.surfaces.base import Array, Point, Surface


class Beale(Surface):
    """f = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)².

    Source: Beale 1958, "On an iterative method for finding a local minimum of a function of more than
    one variable", Princeton technical report 25.
    """

    title: ClassVar[str] = "Beale"
    summary: ClassVar[str] = "Flat land with steep walls at its corners."
    left_bottom: ClassVar[Point] = (-4.5, -4.5)
    right_top: ClassVar[Point] = (4.5, 4.5)
    start: ClassVar[Point] = (1.0, 1.5)
    kind: Literal["beale"] = "beale"

    def value(self, x: Array, y: Array) -> Array:
        """See `Surface`."""
        first, second, third = self._parts(x, y)
        return first * first + second * second + third * third

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        """See `Surface`."""
        first, second, third = self._parts(x, y)
        square = y * y
        by_x = first * (y - 1.0) + second * (square - 1.0) + third * (square * y - 1.0)
        by_y = x * (first + 2.0 * second * y + 3.0 * third * square)
        return 2.0 * by_x, 2.0 * by_y

    def minima(self) -> tuple[Point, ...]:
        """(3, ½)."""
        return ((3.0, 0.5),)

    def _parts(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        square = y * y
        return 1.5 - x + x * y, 2.25 - x + x * square, 2.625 - x + x * square * y
