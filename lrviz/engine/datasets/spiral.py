"""Two interleaved spirals."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table, Task
from lrviz.engine.datasets.drawn import PLANE, alternating, noise_field, samples_field, scattered
from lrviz.engine.parts import field

INNER = 0.1
"""Where the arms begin: at radius 0 they would meet, and no network could tell them apart."""


class Spiral(Dataset):
    """x = r (cos φ, sin φ) with φ = 2π · turns · r + π · class and r uniform in [0.1, 1).

    Along any ray the arms are 1/(2 · turns) apart. The normal noise on both coordinates is `noise`
    times this gap, so that a spiral with more turns is not also a noisier one.
    After the two-spirals task of Lang & Witbrock 1988, "Learning to tell two spirals apart".
    """

    title: ClassVar[str] = "Spiral"
    summary: ClassVar[str] = "Two arms wound around each other; needs a network with some depth."
    task: ClassVar[Task] = "binary"
    planar: ClassVar[bool] = True
    suits: ClassVar[tuple[int, ...]] = (12, 12)
    kind: Literal["spiral"] = "spiral"
    samples: int = samples_field()
    noise: float = noise_field(
        0.1,
        unit="× gap",
        help="How far points stray from their arm, as a multiple of the gap between the arms. Zero: all "
        "are on the arms. Too high: the arms run into each other and no network can part them.",
    )
    turns: float = field(
        1.5,
        title="Turns",
        ge=0.5,
        le=5.0,
        slider=(0.5, 3.0),
        help="How often each arm winds around the centre. Too few: almost a straight border. "
        "Too many: the network is too small to follow, and training takes very long.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        arm = alternating(self.samples)
        radius = random.uniform(INNER, 1.0, self.samples)
        angle = 2.0 * np.pi * self.turns * radius + np.pi * arm
        points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        gap = 1.0 / (2.0 * self.turns)
        return Table(
            scattered(random, points, self.noise * gap), arm, PLANE, classes=("first arm", "second arm")
        )
