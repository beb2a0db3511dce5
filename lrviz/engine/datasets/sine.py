"""A sine wave to be learned by regression."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table, Task
from lrviz.engine.datasets.drawn import noise_field, samples_field, scattered


class Sine(Dataset):
    """y = sin(2πx) with x uniform in [−1, 1): two waves; normal noise of standard deviation `noise` on y.

    With squared error, the smallest possible loss on new data is noise² (in units of y).
    """

    title: ClassVar[str] = "Sine"
    summary: ClassVar[str] = "Two waves over one input; the fit can be watched as a curve."
    task: ClassVar[Task] = "regression"
    suits: ClassVar[tuple[int, ...]] = (16, 16)
    kind: Literal["sine"] = "sine"
    samples: int = samples_field()
    noise: float = noise_field(
        0.1,
        help="How far targets stray from the wave, which lies between −1 and 1. Zero: the wave exactly. "
        "Too high: the loss cannot become small, and the network learns the noise.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        x = random.uniform(-1.0, 1.0, (self.samples, 1))
        wave = np.sin(2.0 * np.pi * x[:, 0])
        return Table(x, scattered(random, wave, self.noise), ("x",))
