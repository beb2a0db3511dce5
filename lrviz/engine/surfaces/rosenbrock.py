"""A bent valley."""

from typing import ClassVar, Literal

from lrviz.engine.parts import field
from lrviz.engine.surfaces.base import Array, Point, Surface


class Rosenbrock(Surface):
    """f = (a − x)² + b(y − x²)². Source: Rosenbrock 1960, The Computer Journal 3(3)."""

    title: ClassVar[str] = "Rosenbrock"
    summary: ClassVar[str] = "A bent valley: easy to find, slow to follow."
    left_bottom: ClassVar[Point] = (-2.0, -1.0)
    right_top: ClassVar[Point] = (2.0, 3.0)
    start: ClassVar[Point] = (-1.2, 1.0)
    kind: Literal["rosenbrock"] = "rosenbrock"
    a: float = field(
        1.0,
        title="a",
        ge=-10.0,
        le=10.0,
        slider=(-2.0, 2.0),
        help="Where the minimum is: at (a, a²). Zero: in the bend. Large: far along the valley.",
    )
    b: float = field(
        100.0,
        title="b",
        gt=0.0,
        le=1e6,
        scale="log",
        slider=(1.0, 1000.0),
        help="How steep the walls are. Low: a wide bowl. High: a narrow valley that asks for a small α.",
    )

    def value(self, x: Array, y: Array) -> Array:
        """See `Surface`."""
        across = y - x * x
        return (self.a - x) * (self.a - x) + self.b * across * across

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        """See `Surface`."""
        across = y - x * x
        return -2.0 * (self.a - x) - 4.0 * self.b * x * across, 2.0 * self.b * across

    def minima(self) -> tuple[Point, ...]:
        """(a, a²)."""
        return ((self.a, self.a * self.a),)
