"""A disc inside a ring."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table, Task
from lrviz.engine.datasets.drawn import PLANE, alternating, noise_field, samples_field, scattered

DISC = (0.0, 0.5)
RING = (0.7, 1.0)


class Circle(Dataset):
    """x = r (cos φ, sin φ): class 0 has r ≤ 0.5, class 1 has 0.7 ≤ r < 1, each even over its area.

    An even area means r² uniform between the squares of its two radii. Normal noise of standard
    deviation `noise` is added to both coordinates.
    """

    title: ClassVar[str] = "Circle"
    summary: ClassVar[str] = "A disc inside a ring; one small hidden layer can close the border."
    task: ClassVar[Task] = "binary"
    planar: ClassVar[bool] = True
    suits: ClassVar[tuple[int, ...]] = (8,)
    kind: Literal["circle"] = "circle"
    samples: int = samples_field()
    noise: float = noise_field(
        0.05,
        help="How far points stray; disc and ring are 0.2 apart. Zero: a clean gap. "
        "Too high: disc and ring overlap, and the loss cannot become small.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        ring = alternating(self.samples)
        inner, outer = np.where(ring[:, None] == 1.0, RING, DISC).T
        radius = np.sqrt(random.uniform(inner**2, outer**2))
        angle = random.uniform(0.0, 2.0 * np.pi, self.samples)
        points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return Table(scattered(random, points, self.noise), ring, PLANE, classes=("disc", "ring"))
