"""A checkerboard."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table, Task
from lrviz.engine.datasets.drawn import PLANE, alternating, noise_field, samples_field, scattered
from lrviz.engine.parts import field

MARGIN = 0.1
"""The distance of every noiseless point from the edges of its square, as a share of the square's side."""


class Checkerboard(Dataset):
    """`squares` × `squares` equal squares over [−1, 1)²; class 0 where row + column is even, else class 1.

    The lower left square is row 0, column 0. A point's square is any of its class alike, its place
    in the square uniform but for a margin of a tenth on each side. The normal noise on both coordinates is
    `noise` times the side of a square, so that more squares are not also noisier ones.
    """

    title: ClassVar[str] = "Checkerboard"
    summary: ClassVar[str] = "Squares of two classes in turn; the more there are, the more units it takes."
    task: ClassVar[Task] = "binary"
    planar: ClassVar[bool] = True
    suits: ClassVar[tuple[int, ...]] = (16, 16)
    kind: Literal["checkerboard"] = "checkerboard"
    samples: int = samples_field(800)
    noise: float = noise_field(
        0.05,
        unit="× side",
        help="How far points stray, as a multiple of a square's side; neighbouring squares are 0.2 apart. "
        "Zero: clean gaps. Too high: points land in the wrong square, and the loss cannot become small.",
    )
    squares: int = field(
        4,
        title="Squares per side",
        ge=2,
        le=10,
        slider=(2, 8),
        help="How many squares there are in a row and in a column. Too few: 2 is almost XOR. "
        "Too many: few examples are in each, and the network is too small to follow the borders.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        odd = alternating(self.samples)
        row, column = np.divmod(np.arange(self.squares**2), self.squares)
        even_ones_first = np.argsort((row + column) % 2, kind="stable")
        even = (self.squares**2 + 1) // 2
        first, last = np.where(odd[:, None] == 1.0, (even, self.squares**2), (0, even)).T
        square = even_ones_first[random.integers(first, last)]
        inside = random.uniform(MARGIN, 1.0 - MARGIN, (self.samples, 2))
        side = 2.0 / self.squares
        points = side * (np.stack([column[square], row[square]], axis=1) + inside) - 1.0
        return Table(
            scattered(random, points, self.noise * side), odd, PLANE, classes=("even square", "odd square")
        )
