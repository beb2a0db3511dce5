"""Four valleys."""

from typing import ClassVar, Literal

from lrviz.engine.surfaces.base import Array, Point, Surface


class Himmelblau(Surface):
    """f = (x² + y − 11)² + (x + y² − 7)². Source: Himmelblau, "Applied Nonlinear Programming" (1972)."""

    title: ClassVar[str] = "Himmelblau"
    summary: ClassVar[str] = "Four equally deep valleys: the start and α decide which one is found."
    left_bottom: ClassVar[Point] = (-5.0, -5.0)
    right_top: ClassVar[Point] = (5.0, 5.0)
    start: ClassVar[Point] = (-0.5, -1.0)
    kind: Literal["himmelblau"] = "himmelblau"

    def value(self, x: Array, y: Array) -> Array:
        """See `Surface`."""
        first, second = x * x + y - 11.0, x + y * y - 7.0
        return first * first + second * second

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        """See `Surface`."""
        first, second = x * x + y - 11.0, x + y * y - 7.0
        return 4.0 * x * first + 2.0 * second, 2.0 * first + 4.0 * y * second

    def minima(self) -> tuple[Point, ...]:
        """(3, 2) and three that are roots of a polynomial."""
        return (
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
        )
