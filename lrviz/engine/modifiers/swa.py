"""An equal average of the weights."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.modifiers.base import Averager, Modifier
from lrviz.engine.optimizers.base import Update
from lrviz.engine.optimizers.ground import Array, Floats, Ground, Slot
from lrviz.engine.parts import field
from lrviz.engine.tensors import Tensor


class SWA(Modifier):
    """e ← e + (θ − e)/(n + 1) after every `swa_freq`-th step from step `swa_start` on; n counts them.

    Before that e is θ; e is what is evaluated and shown. The paper also keeps or cycles α at a high value
    then, which is up to the schedule.
    Paper: Izmailov et al. 2018 (arXiv:1803.05407). Followed: `torch.optim.swa_utils.AveragedModel`.
    """

    title: ClassVar[str] = "SWA of weights"
    summary: ClassVar[str] = (
        "Tests and shows the mean of the weights from some step on; training is the same."
    )
    averages: ClassVar[bool] = True
    kind: Literal["swa"] = "swa"
    swa_start: int = field(
        1000,
        title="From step",
        unit="steps",
        ge=1,
        le=1_000_000_000,
        live=True,
        help="The first step whose weights count. Too low: early, bad weights weigh on the mean for good. "
        "Too high: little is averaged.",
    )
    swa_freq: int = field(
        10,
        title="Every",
        unit="steps",
        ge=1,
        le=1_000_000,
        live=True,
        help="Steps between two weights that count. Too low: neighbours that are nearly the same. "
        "Too high: few to average.",
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The mean."""
        return {"average": Slot(first="parameters")}

    @classmethod
    def wrap(cls, specs: Sequence[Self], ground: Ground, inner: Update) -> "SWAWrapper":
        """See `Modifier`."""
        return SWAWrapper(specs, ground, inner)


class SWAWrapper(Averager):
    """Its factors: the newest weights' share, 1/(n + 1), 0 between; and 1 where they are copied."""

    own = 2

    def __init__(self, specs: Sequence[SWA], ground: Ground, inner: Update) -> None:
        super().__init__(ground, inner, ground.slots["average"])
        self.start = np.array([spec.swa_start for spec in specs], dtype=np.float64)
        self.every = np.array([spec.swa_freq for spec in specs], dtype=np.float64)
        self.copied = np.empty((len(specs), 1), dtype=np.bool_)

    def tabulate_own(self, lr: Floats, t: Floats, out: Floats) -> None:
        """See the class."""
        since = t - self.start
        counts = (since >= 0.0) & (np.mod(since, self.every) == 0.0)
        out[0] = np.where(counts, 1.0 / (np.maximum(since, 0.0) // self.every + 1.0), 0.0)
        out[1] = since <= 0.0

    def step(self, *factors: Array) -> None:
        """Up to four calls on whole arrays after the inner step."""
        super().step(*factors)
        share, copied = factors[:2]
        newest = self.newest()
        np.subtract(newest, self.average, out=self.work)
        np.multiply(self.work, share, out=self.work)
        np.add(self.average, self.work, out=self.average)
        np.not_equal(copied if copied.ndim < 2 else copied[:, :1], 0.0, out=self.copied)
        np.copyto(self.average, newest, where=self.copied)
