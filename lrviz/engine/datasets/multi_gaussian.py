"""Six hills and valleys to be learned by regression."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table, Task
from lrviz.engine.datasets.drawn import PLANE, noise_field, samples_field, scattered

CENTRES = np.array([(-4.0, 2.5), (0.0, 2.5), (4.0, 2.5), (-4.0, -2.5), (0.0, -2.5), (4.0, -2.5)]) / 6.0
SIGNS = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
REACH = 1.0 / 3.0


class MultiGaussian(Dataset):
    """y = Σᵢ sᵢ max(0, 1 − 3‖x − cᵢ‖) with x uniform in [−1, 1)²; normal noise of `noise` on y.

    Three hills (s = 1) and three valleys (s = −1) in turn, around x₁ = −⅔, 0, ⅔ and x₂ = ±5/12. They are
    cones of radius ⅓ that do not overlap, and y is 0 outside. The "multi gaussian" of the TensorFlow
    Playground (`regressGaussian` in its dataset.ts) divided by 6; its noise moves the points instead.
    """

    title: ClassVar[str] = "Multi-Gaussian"
    summary: ClassVar[str] = "Three hills and three valleys in turn, as in the TensorFlow Playground."
    task: ClassVar[Task] = "regression"
    planar: ClassVar[bool] = True
    suits: ClassVar[tuple[int, ...]] = (16, 16)
    kind: Literal["multi_gaussian"] = "multi_gaussian"
    samples: int = samples_field(800)
    noise: float = noise_field(
        0.05,
        help="How far targets stray from the hills and valleys, which reach from −1 to 1. Zero: the "
        "surface exactly. Too high: the loss cannot become small, and the network learns the noise.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        points = random.uniform(-1.0, 1.0, (self.samples, 2))
        away = np.hypot(*(points[:, None] - CENTRES).T).T
        heights = np.sum(SIGNS * np.maximum(0.0, 1.0 - away / REACH), axis=1)
        return Table(points, scattered(random, heights, self.noise), PLANE)
