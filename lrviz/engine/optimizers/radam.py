"""RAdam."""

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
    switch,
    weight_decay_field,
)
from lrviz.engine.optimizers.betas import Betas, BetasUpdate, decoupled_switch, two_betas_field
from lrviz.engine.optimizers.moments import correction

RECTIFIED_ABOVE = 5.0
"""ρₜ from which on the average of squares is trusted."""


class RAdam(Optimizer):
    """θ ← θ − α m̂ · rₜ √(1−β₂ᵗ)/(√v + ε) where ρₜ > 5, else θ ← θ − α m̂.

    m, v and m̂ = m/(1−β₁ᵗ) as in Adam; ρ∞ = 2/(1−β₂) − 1, ρₜ = ρ∞ − 2tβ₂ᵗ/(1−β₂ᵗ), and
    rₜ = √((ρₜ−4)(ρₜ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρₜ)). Weight decay λ is added to the gradient, g ← g + λθ, or
    with `decoupled_weight_decay` θ ← (1 − αλ)θ first. The paper rectifies from ρₜ > 4 on, the authors'
    code and PyTorch from ρₜ > 5; and here, as there, ε is added to √v, not to √v̂ as in Adam.
    Paper: Liu et al. 2020 (arXiv:1908.03265). Followed: `torch.optim.RAdam`.
    """

    title: ClassVar[str] = "RAdam"
    summary: ClassVar[str] = "Adam that warms itself up: momentum alone until it knows gradients' sizes."
    torch_name: ClassVar[str] = "torch.optim.RAdam"
    moves_momentum: ClassVar[bool] = True
    kind: Literal["radam"] = "radam"
    betas: Betas = two_betas_field()
    eps: float = eps_field(1e-8, too_high="RAdam turns into plain momentum with a small rate")
    weight_decay: float = weight_decay_field()
    decoupled_weight_decay: bool = decoupled_switch()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Averages of the gradient and of its square."""
        return {"exp_avg": Slot(), "exp_avg_sq": Slot()}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "RAdamUpdate":
        """The update rule for these R settings."""
        return RAdamUpdate(specs, ground)


class RAdamUpdate(BetasUpdate):
    """Factors: α/(1−β₁ᵗ) (times rₜ√(1−β₂ᵗ) where rectified), 1 if rectified else 0, 1 − αλ, β₁, 1 − β₁."""

    factors = 5

    def __init__(self, specs: Sequence[RAdam], ground: Ground) -> None:
        decay = [spec.weight_decay for spec in specs]
        self.decoupled = switch(specs, "decoupled_weight_decay")
        super().__init__(ground, () if self.decoupled else decay, [spec.betas for spec in specs])
        self.v = ground.slots["exp_avg_sq"]
        self.eps = self.column([spec.eps for spec in specs])
        self.lost = np.array(decay, dtype=np.float64) * self.decoupled
        self.shrinks = bool(self.lost.any())
        self.longest = np.array([2.0 / (1.0 - spec.betas[1]) - 1.0 for spec in specs])
        self.plain = np.empty(ground.params.shape, dtype=np.bool_)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        rate, rectified = out[0], out[1]
        log1 = self.tabulate_beta1(out, momentum)
        np.multiply(lr, self.lost, out=out[2])
        np.subtract(1.0, out[2], out=out[2])
        left = correction(self.log2, t)
        longest, length = self.longest, self.longest - 2.0 * t * (1.0 - left) / left
        rectified[:] = length > RECTIFIED_ABOVE
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = (length - 4.0) * (length - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * length)
            scale = np.where(length > RECTIFIED_ABOVE, np.sqrt(ratio * left), 1.0)
        np.multiply(lr / correction(log1, t), scale, out=rate)

    def step(self, *factors: Array) -> None:
        """Fourteen calls on whole arrays (one or two more with weight decay)."""
        rate, rectified, kept, keep1, new1 = factors
        work = self.work
        if self.shrinks:
            np.multiply(self.params, kept, out=self.params)
        self.add_decay()
        self.average(keep1, new1)
        self.average_square(self.v)
        np.sqrt(self.v, out=work)
        np.add(work, self.eps, out=work)
        np.equal(rectified, 0.0, out=self.plain)
        np.copyto(work, 1.0, where=self.plain)
        np.divide(self.m, work, out=work)
        np.multiply(work, rate, out=work)
        np.subtract(self.params, work, out=self.params)
