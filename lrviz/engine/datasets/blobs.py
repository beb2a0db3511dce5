"""Blobs around a circle."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table, Task
from lrviz.engine.datasets.drawn import (
    PLANE,
    alternating,
    classes_field,
    noise_field,
    samples_field,
    scattered,
)

RADIUS = 0.7


class Blobs(Dataset):
    """Class k of K around 0.7 (sin φ, cos φ), φ = 2πk/K, normal with standard deviation `noise`.

    The first blob is at the top, the others follow clockwise. The best possible borders are the
    rays half way between neighbouring centres.
    """

    title: ClassVar[str] = "Blobs"
    summary: ClassVar[str] = "Three round blobs or more, in a circle; straight lines part them."
    task: ClassVar[Task] = "multiclass"
    planar: ClassVar[bool] = True
    suits: ClassVar[tuple[int, ...]] = (8,)
    kind: Literal["blobs"] = "blobs"
    samples: int = samples_field()
    noise: float = noise_field(
        0.15,
        help="The standard deviation of each blob; five centres are 0.8 apart. Zero: each blob is a single "
        "point. Too high: the blobs overlap, and the loss cannot become small.",
    )
    classes: int = classes_field(
        5,
        help="How many blobs there are, each a class. Too few: easy for any network. "
        "Too many: neighbours overlap, and few examples are left for each.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        blob = alternating(self.samples, self.classes)
        angle = 2.0 * np.pi * blob / self.classes
        points = RADIUS * np.stack([np.sin(angle), np.cos(angle)], axis=1)
        names = tuple(f"blob {number}" for number in range(1, self.classes + 1))
        return Table(scattered(random, points, self.noise), blob, PLANE, classes=names)
