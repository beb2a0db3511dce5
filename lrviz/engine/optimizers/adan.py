"""Adan."""

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
    moved,
    switch,
)
from lrviz.engine.optimizers.moments import Beta, betas_field, correction, decoupled_field, logarithm
from lrviz.engine.parts import field


class Adan(Optimizer):
    """θ ← (θ − α(m̂ + β₂d̂)/(√n̂ + ε)) / (1 + αλ), with three averages and Δ = g − the last g.

    m ← β₁m + (1−β₁)g,  d ← β₂d + (1−β₂)Δ,  n ← β₃n + (1−β₃)(g + β₂Δ)²; at the first update Δ = 0. A hat
    divides by 1 − βᵗ with the average's own β. With `no_prox` θ is multiplied by 1 − αλ before the step
    instead of divided after it.
    Paper: Xie et al. 2022 (arXiv:2208.06677), whose βs are 1 − β here, without bias corrections. Followed:
    the authors' sail-sg/Adan as `timm.optim.Adan` 1.0.31 has it; its clipping of the gradient is a
    modifier here.
    """

    title: ClassVar[str] = "Adan"
    summary: ClassVar[str] = "Adam that also sees how the gradient changes, and brakes early like Nesterov."
    torch_name: ClassVar[str] = ""
    moves_momentum: ClassVar[bool] = True
    kind: Literal["adan"] = "adan"
    betas: tuple[Beta, Beta, Beta] = betas_field(
        (0.98, 0.92, 0.99),
        labels=("Momentum β₁", "Change β₂", "Memory β₃"),
        help="How long the averages of the gradient (β₁), of its change (β₂) and of squares (β₃) "
        "remember. Too low: noisy steps. Too high: slow to react.",
    )
    eps: float = eps_field(1e-8, too_high="Adan turns into plain momentum with a small rate")
    weight_decay: float = decoupled_field(0.0)
    no_prox: bool = field(
        False,
        title="Decay as AdamW",
        advanced=True,
        help="On: weights are multiplied by 1 − α × decay before a step. Off: divided by 1 + α × decay "
        "after it, which cannot turn their sign however high α is.",
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The three averages and the last gradient."""
        return {name: Slot() for name in ("exp_avg", "exp_avg_diff", "exp_avg_sq", "previous_grad")}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "AdanUpdate":
        """The update rule for these R settings."""
        return AdanUpdate(specs, ground)


class AdanUpdate(Update):
    """Factors: α√c₃/c₁, αβ₂√c₃/c₂ and ε√c₃ with c = 1 − βᵗ; 0 at the first update, then 1; decay; β₁, 1 − β₁.

    Numerator and denominator are multiplied by √c₃.
    """

    factors = 7

    def __init__(self, specs: Sequence[Adan], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        slots = ground.slots
        self.m, self.d, self.n = slots["exp_avg"], slots["exp_avg_diff"], slots["exp_avg_sq"]
        self.previous = slots["previous_grad"]
        self.change = np.empty_like(ground.params)
        self.no_prox = switch(specs, "no_prox")
        self.beta1, self.beta2, self.beta3 = np.array([spec.betas for spec in specs], dtype=np.float64).T
        self.keep2, self.new2 = self.column(self.beta2), self.column(1.0 - self.beta2)
        self.keep3, self.new3 = self.column(self.beta3), self.column(1.0 - self.beta3)
        self.eps = np.array([spec.eps for spec in specs], dtype=np.float64)
        self.lost = np.array([spec.weight_decay for spec in specs], dtype=np.float64)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        beta1 = moved(self.beta1, momentum)
        root = np.sqrt(correction(logarithm(self.beta3), t))
        out[0] = lr * root / correction(logarithm(beta1), t)
        out[1] = lr * self.beta2 * root / correction(logarithm(self.beta2), t)
        out[2] = self.eps * root
        out[3] = np.minimum(t - 1.0, 1.0)
        out[4] = 1.0 - lr * self.lost if self.no_prox else 1.0 + lr * self.lost
        out[5], out[6] = beta1, 1.0 - beta1

    def step(self, *factors: Array) -> None:
        """Twenty-two calls on whole arrays (one more with weight decay)."""
        rate, rate_of_change, eps, later, decay, keep1, new1 = factors
        grad, work, change, m, d, n = self.grad, self.work, self.change, self.m, self.d, self.n
        np.subtract(grad, self.previous, out=change)
        np.multiply(change, later, out=change)
        np.copyto(self.previous, grad)
        np.multiply(m, keep1, out=m)
        np.multiply(grad, new1, out=work)
        np.add(m, work, out=m)
        np.multiply(d, self.keep2, out=d)
        np.multiply(change, self.new2, out=work)
        np.add(d, work, out=d)
        np.multiply(change, self.keep2, out=change)
        np.add(grad, change, out=grad)
        np.multiply(grad, grad, out=grad)
        np.multiply(grad, self.new3, out=grad)
        np.multiply(n, self.keep3, out=n)
        np.add(n, grad, out=n)
        np.sqrt(n, out=grad)
        np.add(grad, eps, out=grad)
        np.multiply(m, rate, out=work)
        np.multiply(d, rate_of_change, out=change)
        np.add(work, change, out=work)
        np.divide(work, grad, out=work)
        if self.decays and self.no_prox:
            np.multiply(self.params, decay, out=self.params)
        np.subtract(self.params, work, out=self.params)
        if self.decays and not self.no_prox:
            np.divide(self.params, decay, out=self.params)
