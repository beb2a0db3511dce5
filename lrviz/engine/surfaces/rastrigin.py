"""A bowl full of dents."""

from math import pi
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.surfaces.base import Array, Point, Surface


class Rastrigin(Surface):
    """f = 2A + x² + y² − A(cos 2πx + cos 2πy).

    Source: Rastrigin, "Systems of extremal control" (1974), in the two-dimensional form.
    """

    title: ClassVar[str] = "Rastrigin"
    summary: ClassVar[str] = "A bowl full of dents: a small α stays in the first, a large one leaps out."
    left_bottom: ClassVar[Point] = (-3.0, -3.0)
    right_top: ClassVar[Point] = (3.0, 3.0)
    start: ClassVar[Point] = (-2.3, 1.8)
    kind: Literal["rastrigin"] = "rastrigin"
    A: float = field(
        10.0,
        title="Depth A",
        ge=0.0,
        le=1000.0,
        slider=(0.0, 20.0),
        help="How deep the dents are. Zero: a plain bowl. High: every dent is a trap.",
    )

    def value(self, x: Array, y: Array) -> Array:
        """See `Surface`."""
        waves = np.cos(2.0 * pi * x) + np.cos(2.0 * pi * y)
        height: Array = x * x + y * y + self.A * (2.0 - waves)
        return height

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        """See `Surface`."""
        steep = 2.0 * pi * self.A
        return 2.0 * x + steep * np.sin(2.0 * pi * x), 2.0 * y + steep * np.sin(2.0 * pi * y)

    def minima(self) -> tuple[Point, ...]:
        """The origin."""
        return ((0.0, 0.0),)
