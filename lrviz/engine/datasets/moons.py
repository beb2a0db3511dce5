"""Two half moons."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table, Task
from lrviz.engine.datasets.drawn import PLANE, alternating, noise_field, samples_field, scattered

CENTRE = (0.5, 0.25)
RADIUS = 1.5


class Moons(Dataset):
    """Class 0: (cos t, sin t), class 1: (1 − cos t, ½ − sin t), t uniform in [0, π).

    The curves of `sklearn.datasets.make_moons`, moved by −(½, ¼) and divided by 1.5 to fill
    x₁ in [−1, 1]; each moon has radius 2/3. Normal noise of standard deviation `noise` is added to
    both coordinates.
    """

    title: ClassVar[str] = "Moons"
    summary: ClassVar[str] = "Two half moons that reach into each other; needs a bent border."
    task: ClassVar[Task] = "binary"
    planar: ClassVar[bool] = True
    kind: Literal["moons"] = "moons"
    samples: int = samples_field()
    noise: float = noise_field(
        0.1,
        help="How far points stray from their moon, which has radius 0.67. Zero: all are on the two "
        "curves. Too high: the moons run into each other, and the loss cannot become small.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        moon = alternating(self.samples)
        t = random.uniform(0.0, np.pi, self.samples)
        upper = np.stack([np.cos(t), np.sin(t)], axis=1)
        lower = np.array([1.0, 0.5]) - upper
        points = (np.where(moon[:, None] == 1.0, lower, upper) - CENTRE) / RADIUS
        return Table(scattered(random, points, self.noise), moon, PLANE, classes=("upper moon", "lower moon"))
