"""An exponential average of the weights."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.modifiers.base import Averager, Modifier
from lrviz.engine.optimizers.base import Update
from lrviz.engine.optimizers.ground import Array, Floats, Ground, Slot
from lrviz.engine.parts import field
from lrviz.engine.tensors import Tensor


class EMA(Modifier):
    """e ← βe + (1 − β)θ after each step, the first e being θ; e is what is evaluated and shown.

    β is `decay`. Training itself goes on as without it. Followed: `torch.optim.swa_utils.AveragedModel`
    with `get_ema_multi_avg_fn(decay)`.
    """

    title: ClassVar[str] = "EMA of weights"
    summary: ClassVar[str] = "Tests and shows an exponential average of the weights; training is the same."
    averages: ClassVar[bool] = True
    kind: Literal["ema"] = "ema"
    decay: float = field(
        0.99,
        title="Memory β",
        ge=0.0,
        lt=1.0,
        slider=(0.0, 0.9999),
        live=True,
        help="How long the average remembers. Too low: no difference. Too high: it lags far behind.",
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The average."""
        return {"average": Slot(first="parameters")}

    @classmethod
    def wrap(cls, specs: Sequence[Self], ground: Ground, inner: Update) -> "EMAWrapper":
        """See `Modifier`."""
        return EMAWrapper(specs, ground, inner)


class EMAWrapper(Averager):
    """Its factors: β and 1 − β, at the first update 0 and 1."""

    own = 2

    def __init__(self, specs: Sequence[EMA], ground: Ground, inner: Update) -> None:
        super().__init__(ground, inner, ground.slots["average"])
        self.decay_rate = np.array([spec.decay for spec in specs], dtype=np.float64)

    def tabulate_own(self, lr: Floats, t: Floats, out: Floats) -> None:
        """See the class."""
        out[0] = np.where(t > 1.0, self.decay_rate, 0.0)
        np.subtract(1.0, out[0], out=out[1])

    def step(self, *factors: Array) -> None:
        """Three calls on whole arrays after the inner step."""
        super().step(*factors)
        keep, new = factors[:2]
        np.multiply(self.average, keep, out=self.average)
        np.multiply(self.newest(), new, out=self.work)
        np.add(self.average, self.work, out=self.average)
