"""Adagrad."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.base import (
    Array,
    Floats,
    Ground,
    Optimizer,
    Slot,
    Tensor,
    Update,
    eps_field,
    weight_decay_field,
)
from lrviz.engine.parts import field


class Adagrad(Optimizer):
    """s ← s + g²,  θ ← θ − α/(1 + (t − 1)η) · g/(√s + ε).

    η is `lr_decay`; s starts at `initial_accumulator_value`; t counts updates from 1. Weight decay λ
    is added to the gradient first, g ← g + λθ.
    Paper: Duchi, Hazan & Singer 2011, JMLR 12. Followed: `torch.optim.Adagrad`.
    """

    title: ClassVar[str] = "Adagrad"
    summary: ClassVar[str] = "Divides each weight's gradient by all it has seen; steps only shrink."
    torch_name: ClassVar[str] = "torch.optim.Adagrad"
    kind: Literal["adagrad"] = "adagrad"
    lr_decay: float = field(
        0.0,
        title="Rate decay",
        ge=0.0,
        le=1.0,
        slider=(0.0, 0.1),
        live=True,
        help="How fast α falls, as 1/(1 + steps × decay), besides the schedule. Zero: not at all. "
        "Too high: training stops before it is done.",
    )
    weight_decay: float = weight_decay_field()
    initial_accumulator_value: float = field(
        0.0,
        title="Initial sum",
        ge=0.0,
        le=100.0,
        slider=(0.0, 1.0),
        advanced=True,
        help="Where the sum of squared gradients starts. Zero: the first step of every weight is α "
        "long, however small its gradient. Too high: all steps are small from the start.",
    )
    eps: float = eps_field(1e-10, too_high="Adagrad turns into plain gradient descent")

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The sum of squared gradients."""
        return {"sum": Slot(first=self.initial_accumulator_value)}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "AdagradUpdate":
        """The update rule for these R settings."""
        return AdagradUpdate(specs, ground)


class AdagradUpdate(Update):
    """Factor: α/(1 + (t − 1)η)."""

    def __init__(self, specs: Sequence[Adagrad], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.sum = ground.slots["sum"]
        self.lr_decay = np.array([spec.lr_decay for spec in specs], dtype=np.float64)
        self.eps = self.column([spec.eps for spec in specs])

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        np.subtract(t, 1.0, out=out[0])
        np.multiply(out[0], self.lr_decay, out=out[0])
        np.add(out[0], 1.0, out=out[0])
        np.divide(lr, out[0], out=out[0])

    def step(self, *factors: Array) -> None:
        """Seven calls on whole arrays (nine with weight decay)."""
        (rate,) = factors
        grad, work = self.grad, self.work
        self.add_decay()
        np.multiply(grad, grad, out=work)
        np.add(self.sum, work, out=self.sum)
        np.sqrt(self.sum, out=work)
        np.add(work, self.eps, out=work)
        np.divide(grad, work, out=work)
        np.multiply(work, rate, out=work)
        np.subtract(self.params, work, out=self.params)
