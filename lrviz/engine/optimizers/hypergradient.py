"""What the optimizers have in common whose α follows its own gradient."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lrviz.engine.optimizers.base import Array, Ground, Optimizer, Slot
from lrviz.engine.optimizers.runwise import RunwiseUpdate, exact
from lrviz.engine.parts import field


def hypergrad_lr_field(default: float) -> Any:
    """The rate by which the rate moves."""
    return field(
        default,
        title="Rate of α",
        ge=0.0,
        le=10.0,
        scale="log",
        slider=(1e-10, 1e-1),
        live=True,
        help="How fast α follows its own gradient. Zero: α stays. Too low: it hardly moves. Too high: it "
        "swings, and may become negative.",
    )


class Hypergradient(Optimizer):
    """The settings of a rule θ ← θ − amu whose a follows the gradient of the loss with respect to it."""

    kind: str
    hypergrad_lr: float


LEARNED = {"lr": Slot(shape=(1,), first=1.0, exact=True), "grad_prev": Slot()}
"""What is kept of it: the learned rate as a multiple of α, and the direction of the last step."""


class HypergradientUpdate(RunwiseUpdate):
    """An update rule that learns by what to multiply α.

    ∂f(θ − αmu)/∂(αm) = −g·u for the g after that step. With the rate αm ← αm + βg·u the multiple m becomes
    m + βg·u/α. Where tensors have rates αᵢ of their own, g·u is Σ αᵢgᵢuᵢ/a and α is a, the largest of them.
    """

    def __init__(self, specs: Sequence[Hypergradient], ground: Ground, weight_decay: Sequence[float]) -> None:
        super().__init__(ground, weight_decay)
        self.multiple = self.kept("lr")
        self.last = ground.slots["grad_prev"]
        self.hyper = exact([spec.hypergrad_lr for spec in specs])
        self.slope, self.base = self.number(), self.number()
        self.learns = self.flag()

    def learn(self, rate: Array) -> None:
        """m from the present gradient and the last direction; it stays where α is 0."""
        work, slope, base, learns = self.work, self.slope, self.base, self.learns
        self.largest(rate, out=base)
        np.greater(base, 0.0, out=learns)
        np.multiply(base, base, out=base)
        np.multiply(self.last, rate, out=work)
        self.dot(work, self.grad, out=slope)
        np.multiply(slope, self.hyper, out=slope)
        np.divide(slope, base, out=slope, where=learns)
        np.add(self.multiple, slope, out=self.multiple, where=learns)

    def follow(self, rate: Array) -> None:
        """Step along the last direction."""
        work = self.work
        np.multiply(self.last, rate, out=work)
        np.multiply(work, self.rounded(self.multiple), out=work)
        np.subtract(self.params, work, out=self.params)
