"""Adamax."""

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
    eps_field,
    weight_decay_field,
)
from lrviz.engine.optimizers.betas import Betas, BetasUpdate, two_betas_field
from lrviz.engine.optimizers.moments import correction


class Adamax(Optimizer):
    """m ← β₁m + (1−β₁)g,  u ← max(β₂u, |g| + ε),  θ ← θ − α/(1−β₁ᵗ) · m/u.

    Weight decay λ is added to the gradient first, g ← g + λθ. The paper has no ε; PyTorch adds it to
    |g| before the maximum. Paper: Kingma & Ba 2015 (arXiv:1412.6980), section 7.1.
    Followed: `torch.optim.Adamax`.
    """

    title: ClassVar[str] = "Adamax"
    summary: ClassVar[str] = "Adam that divides by the largest recent gradient of each weight."
    torch_name: ClassVar[str] = "torch.optim.Adamax"
    moves_momentum: ClassVar[bool] = True
    kind: Literal["adamax"] = "adamax"
    betas: Betas = two_betas_field(
        "How long the average of the gradient (β₁) and the largest gradient (β₂) are remembered. Too low: "
        "noisy steps. Too high: slow to react; a high β₁ overshoots, a high β₂ keeps steps small long "
        "after one large gradient."
    )
    eps: float = eps_field(1e-8, too_high="Adamax turns into plain momentum with a small rate")
    weight_decay: float = weight_decay_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Average of the gradient, and the largest one so far, fading."""
        return {"exp_avg": Slot(), "exp_inf": Slot()}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "AdamaxUpdate":
        """The update rule for these R settings."""
        return AdamaxUpdate(specs, ground)


class AdamaxUpdate(BetasUpdate):
    """Factors: α/(1−β₁ᵗ), β₁ and 1 − β₁."""

    factors = 3

    def __init__(self, specs: Sequence[Adamax], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs], [spec.betas for spec in specs])
        self.largest = ground.slots["exp_inf"]
        self.eps = self.column([spec.eps for spec in specs])

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        log1 = self.tabulate_beta1(out, momentum)
        np.divide(lr, correction(log1, t), out=out[0])

    def step(self, *factors: Array) -> None:
        """Ten calls on whole arrays (two more with weight decay)."""
        rate, keep1, new1 = factors
        work, largest = self.work, self.largest
        self.add_decay()
        self.average(keep1, new1)
        np.absolute(self.grad, out=work)
        np.add(work, self.eps, out=work)
        np.multiply(largest, self.keep2, out=largest)
        np.maximum(largest, work, out=largest)
        np.divide(self.m, largest, out=work)
        np.multiply(work, rate, out=work)
        np.subtract(self.params, work, out=self.params)
