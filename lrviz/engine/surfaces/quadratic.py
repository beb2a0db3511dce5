"""A bowl."""

import math
from typing import ClassVar, Literal

from lrviz.engine.parts import field
from lrviz.engine.surfaces.base import Array, Point, Surface


class Quadratic(Surface):
    """f = ½(λ₁u² + λ₂v²), with u along `angle`, λ₁ = `curvature` and λ₂ = λ₁/`condition`.

    Gradient descent converges on it for α < 2/λ₁, fastest for α = 2/(λ₁ + λ₂), then by the factor
    (κ − 1)/(κ + 1) a step with κ = `condition`.
    Source: Polyak, "Introduction to Optimization" (1987), section 1.4.
    """

    title: ClassVar[str] = "Bowl"
    summary: ClassVar[str] = "A valley of straight walls: how steep, how much longer than wide, how turned."
    kind: Literal["quadratic"] = "quadratic"
    curvature: float = field(
        1.0,
        title="Curvature λ",
        gt=0.0,
        le=1e6,
        scale="log",
        slider=(0.01, 100.0),
        help="The curvature across the valley. Too low: steps are short. Too high: α must stay below 2/λ.",
    )
    condition: float = field(
        10.0,
        title="Condition κ",
        ge=1.0,
        le=1e9,
        scale="log",
        slider=(1.0, 1000.0),
        help="How many times steeper across the valley than along it. One: round, every method is quick. "
        "High: plain descent crawls along the valley.",
    )
    angle: float = field(
        30.0,
        title="Angle",
        unit="°",
        ge=-180.0,
        le=180.0,
        slider=(-90.0, 90.0),
        help="The direction across the valley, from the x axis. Zero or 90: along an axis, where methods "
        "with a step for each parameter shine. Between: they cannot tell the directions apart.",
    )

    def value(self, x: Array, y: Array) -> Array:
        """See `Surface`."""
        u, v = self._turned(x, y)
        return (u * u + v * v / self.condition) * (0.5 * self.curvature)

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        """See `Surface`."""
        u, v = self._turned(x, y)
        across, along = self.curvature * u, self.curvature / self.condition * v
        cosine, sine = self._direction()
        return cosine * across - sine * along, sine * across + cosine * along

    def minima(self) -> tuple[Point, ...]:
        """The origin."""
        return ((0.0, 0.0),)

    def _direction(self) -> tuple[float, float]:
        return math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))

    def _turned(self, x: Array, y: Array) -> tuple[Array, Array]:
        cosine, sine = self._direction()
        return cosine * x + sine * y, cosine * y - sine * x
