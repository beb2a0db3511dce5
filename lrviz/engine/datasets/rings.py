"""Rings around each other."""

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

GAP = 0.4
"""The share of the radius that lies between the rings."""


class Rings(Dataset):
    """x = r (cos φ, sin φ): class k of K has (k + 0.4)/K ≤ r < (k + 1)/K, each even over its area.

    An even area means r² uniform between the squares of its two radii. The normal noise on both
    coordinates is `noise` times the gap of 0.4/K between two rings, so that more rings are not also
    noisier ones.
    """

    title: ClassVar[str] = "Rings"
    summary: ClassVar[str] = "Three rings or more around each other; every border is closed."
    task: ClassVar[Task] = "multiclass"
    planar: ClassVar[bool] = True
    suits: ClassVar[tuple[int, ...]] = (12, 12)
    kind: Literal["rings"] = "rings"
    samples: int = samples_field()
    noise: float = noise_field(
        0.1,
        unit="× gap",
        help="How far points stray from their ring, as a multiple of the gap between rings. Zero: clean "
        "gaps. Too high: the rings run into each other, and the loss cannot become small.",
    )
    classes: int = classes_field(
        3,
        help="How many rings there are, each a class. Too few: easy for a small network. "
        "Too many: thin rings that few examples fill and a small network cannot follow.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        ring = alternating(self.samples, self.classes)
        inner, outer = (ring + GAP) / self.classes, (ring + 1.0) / self.classes
        radius = np.sqrt(random.uniform(inner**2, outer**2))
        angle = random.uniform(0.0, 2.0 * np.pi, self.samples)
        points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        gap = GAP / self.classes
        names = tuple(f"ring {number}" for number in range(1, self.classes + 1))
        return Table(scattered(random, points, self.noise * gap), ring, PLANE, classes=names)
