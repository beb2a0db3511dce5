"""Exclusive or, in the plane."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table, Task
from lrviz.engine.datasets.drawn import PLANE, alternating, noise_field, samples_field, scattered

MARGIN = 0.1
"""The distance of every noiseless point from both axes."""


class Xor(Dataset):
    """Class 1 where x₁ and x₂ differ in sign, class 0 where they agree; 0.1 ≤ |xᵢ| < 1, uniform.

    Normal noise of standard deviation `noise` is added to both coordinates.
    """

    title: ClassVar[str] = "XOR"
    summary: ClassVar[str] = "Four squares in chequered classes; no straight line can part them."
    task: ClassVar[Task] = "binary"
    planar: ClassVar[bool] = True
    suits: ClassVar[tuple[int, ...]] = (8,)
    kind: Literal["xor"] = "xor"
    samples: int = samples_field()
    noise: float = noise_field(
        0.05,
        help="How far points stray; neighbouring squares are 0.2 apart. Zero: clean gaps along the "
        "axes. Too high: points land in the wrong square, and the loss cannot become small.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        differ = alternating(self.samples)
        size = random.uniform(MARGIN, 1.0, (self.samples, 2))
        first = random.choice([-1.0, 1.0], self.samples)
        second = np.where(differ == 1.0, -first, first)
        points = size * np.stack([first, second], axis=1)
        return Table(
            scattered(random, points, self.noise), differ, PLANE, classes=("same sign", "different sign")
        )
