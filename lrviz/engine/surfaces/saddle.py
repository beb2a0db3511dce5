"""A saddle."""

from typing import ClassVar, Literal

from lrviz.engine.surfaces.base import Array, Point, Surface


class Saddle(Surface):
    """f = ½x² − ½y² + ¼y⁴: a saddle at the origin between two minima at (0, ±1)."""

    title: ClassVar[str] = "Saddle"
    summary: ClassVar[str] = "Up one way, down the other: whoever starts on the ridge waits."
    start: ClassVar[Point] = (-1.5, 0.001)
    kind: Literal["saddle"] = "saddle"

    def value(self, x: Array, y: Array) -> Array:
        """See `Surface`."""
        square = y * y
        return 0.5 * x * x - 0.5 * square + 0.25 * square * square

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        """See `Surface`."""
        return 1.0 * x, y * y * y - y

    def minima(self) -> tuple[Point, ...]:
        """(0, −1) and (0, 1)."""
        return ((0.0, -1.0), (0.0, 1.0))
