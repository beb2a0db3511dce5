"""Two blobs."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table, Task
from lrviz.engine.datasets.drawn import PLANE, alternating, noise_field, samples_field, scattered

CENTRE = 0.5


class Gauss(Dataset):
    """Class 0 around (−0.5, −0.5), class 1 around (0.5, 0.5), normal with standard deviation `noise`.

    The best possible border is the line x₁ + x₂ = 0, with a share Φ(−1/(√2 · noise)) of errors.
    """

    title: ClassVar[str] = "Gauss"
    summary: ClassVar[str] = "Two round blobs; a straight line parts them."
    task: ClassVar[Task] = "binary"
    planar: ClassVar[bool] = True
    suits: ClassVar[tuple[int, ...]] = (4,)
    kind: Literal["gauss"] = "gauss"
    samples: int = samples_field()
    noise: float = noise_field(
        0.2,
        help="The standard deviation of each blob; their centres are 1.4 apart. Zero: each blob is a "
        "single point. Too high: the blobs overlap, and the loss cannot become small.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        blob = alternating(self.samples)
        centres = np.where(blob == 1.0, CENTRE, -CENTRE)
        points = np.stack([centres, centres], axis=1)
        return Table(
            scattered(random, points, self.noise), blob, PLANE, classes=("lower left", "upper right")
        )
