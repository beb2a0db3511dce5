"""A plane to be learned by regression."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table, Task
from lrviz.engine.datasets.drawn import PLANE, noise_field, samples_field, scattered

SLOPES = (1.0, -0.5)


class Plane(Dataset):
    """y = x₁ − x₂/2 with x uniform in [−1, 1)²; normal noise of standard deviation `noise` on y.

    With squared error, the smallest possible loss on new data is noise² (in units of y).
    """

    title: ClassVar[str] = "Plane"
    summary: ClassVar[str] = "A number that grows evenly in two directions; even a linear model fits it."
    task: ClassVar[Task] = "regression"
    planar: ClassVar[bool] = True
    suits: ClassVar[tuple[int, ...]] = (4,)
    kind: Literal["plane"] = "plane"
    samples: int = samples_field()
    noise: float = noise_field(
        0.1,
        help="How far targets stray from the plane, whose heights are between −1.5 and 1.5. Zero: the "
        "plane exactly. Too high: the loss cannot become small, and small networks learn the noise.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        points = random.uniform(-1.0, 1.0, (self.samples, 2))
        heights = SLOPES[0] * points[:, 0] + SLOPES[1] * points[:, 1]
        return Table(points, scattered(random, heights, self.noise), PLANE)
