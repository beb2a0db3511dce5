"""What the optimizers that read the loss have in common."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lrviz.engine.optimizers.base import Floats, Ground, Optimizer
from lrviz.engine.optimizers.runwise import RunwiseUpdate, exact
from lrviz.engine.parts import field


def sufficient_field(default: float, help: str) -> Any:
    """c, what a step is measured against."""
    return field(
        default, title="Strictness c", gt=0.0, le=10.0, scale="log", slider=(0.01, 2.0), live=True, help=help
    )


class LossReading(Optimizer):
    """The settings of a rule that reads the loss, and lets a bound of its step grow by γ in an epoch.

    The loss it reads is that of the step's batch, with λ/2 ‖θ‖² where there is weight decay: the function
    whose gradient is g + λθ.
    """

    kind: str
    gamma: float = field(
        2.0,
        title="Growth γ",
        ge=1.0,
        le=100.0,
        slider=(1.0, 4.0),
        live=True,
        advanced=True,
        help="By what factor the step tried may grow in an epoch. Too low: it stays short after one bad "
        "batch. Too high: it is found too long again and again.",
    )
    n_batches_per_epoch: int = field(
        500,
        title="Batches an epoch",
        ge=1,
        le=1_000_000,
        live=True,
        advanced=True,
        help="How many steps that growth takes. Too low: the step grows too fast. Too high: it hardly grows "
        "at all. All examples over the batch size is what is meant.",
    )

    @property
    def growth(self) -> float:
        """γ to the power of one step's part of an epoch."""
        return float(self.gamma ** (1.0 / self.n_batches_per_epoch))


class LossReadingUpdate(RunwiseUpdate):
    """An update rule that reads the loss."""

    def __init__(self, ground: Ground, weight_decay: Sequence[float]) -> None:
        super().__init__(ground, weight_decay)
        self._half = 0.5 * exact(weight_decay)
        self._decaying = self._half > 0.0
        self._pull = self.number()

    def objective(self, loss: Floats, out: Floats) -> None:
        """out (R, 1) ← loss (R,) + λ/2 ‖θ‖² at the present θ. Overwrites `work`."""
        np.copyto(out, loss[:, None])
        if self.decays:
            self.dot(self.params, self.params, out=self._pull)
            np.multiply(self._pull, self._half, out=self._pull)
            np.add(out, self._pull, out=out, where=self._decaying)
