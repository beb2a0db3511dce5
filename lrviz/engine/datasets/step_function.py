"""A step to be learned by regression."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table, Task
from lrviz.engine.datasets.drawn import noise_field, samples_field, scattered


class StepFunction(Dataset):
    """y = −1 for x < 0 and else 1, x uniform in [−1, 1); normal noise of standard deviation `noise` on y.

    With squared error, the smallest possible loss on new data is noise² (in units of y).
    """

    title: ClassVar[str] = "Step function"
    summary: ClassVar[str] = "A jump over one input; the steeper the fit, the larger the weights must be."
    task: ClassVar[Task] = "regression"
    suits: ClassVar[tuple[int, ...]] = (8,)
    kind: Literal["step_function"] = "step_function"
    samples: int = samples_field()
    noise: float = noise_field(
        0.1,
        help="How far targets stray from the step, which leads from −1 to 1. Zero: the step exactly. "
        "Too high: the loss cannot become small, and the network learns the noise.",
    )

    def make(self, random: np.random.Generator) -> Table:
        """See the class."""
        x = random.uniform(-1.0, 1.0, (self.samples, 1))
        step = np.where(x[:, 0] < 0.0, -1.0, 1.0)
        return Table(x, scattered(random, step, self.noise), ("x",))
