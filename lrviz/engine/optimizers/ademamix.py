"""AdEMAMix."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field

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
)
from lrviz.engine.optimizers.moments import Beta, betas_field, correction, decoupled_field, logarithm
from lrviz.engine.parts import field

SlowBeta = Annotated[float, Field(ge=0.0, le=1.0 - 1e-7)]
"""f(β) has 10⁻⁸ added to β, which must stay below 1."""


def warmup_field(title: str, what: str) -> Any:
    """The length of a warm-up of one of its numbers."""
    return field(
        None,
        title=title,
        unit="steps",
        ge=1,
        le=100_000_000,
        empty="none",
        live=True,
        advanced=True,
        help=f"Over how many steps {what}. None or too low: old gradients count before there are any "
        "worth it, and steps may be unstable. Too high: the slow average hardly takes part.",
    )


class AdEMAMix(Optimizer):
    """θ ← θ − α((m̂₁ + a m₂)/(√v̂ + ε) + λθ), with a fast average m₁ of the gradient and a slow one, m₂.

    mᵢ and v are kept with β₁, β₃ and, of squares, β₂; a hat divides by 1 − βᵗ, m₂ has none. a is `alpha`.
    Warm-ups of n steps, for t < n: a·t/n; and β₃ from β₁ on so that its half-life grows linearly,
    f⁻¹((1 − t/n) f(β₁) + (t/n) f(β₃)) with f(β) = ln ½/ln(β + 10⁻⁸) − 1 and f⁻¹(h) = ½^(1/(h + 1)).
    Paper: Pagliardini, Ablin & Grangier 2024 (arXiv:2409.03137), whose formula for β₃ has no 10⁻⁸, and
    where a is 5 to 10. Followed: the authors' apple/ml-ademamix (PyTorch).
    """

    title: ClassVar[str] = "AdEMAMix"
    summary: ClassVar[str] = "Adam with a second momentum that remembers thousands of steps."
    torch_name: ClassVar[str] = ""
    moves_momentum: ClassVar[bool] = True
    kind: Literal["ademamix"] = "ademamix"
    betas: tuple[Beta, Beta, SlowBeta] = betas_field(
        (0.9, 0.999, 0.9999),
        labels=("Fast β₁", "Memory β₂", "Slow β₃"),
        help="How long the fast average of the gradient (β₁), that of its square (β₂) and the slow "
        "average (β₃) remember. Too low: noisy steps. Too high: slow to react; the slow one may swing.",
    )
    alpha: float = field(
        2.0,
        title="Slow share",
        ge=0.0,
        le=100.0,
        slider=(0.0, 10.0),
        live=True,
        help="How much the slow average counts against the fast one. Zero: AdamW. Too high: overshoots and "
        "swings for long.",
    )
    beta3_warmup: int | None = warmup_field("β₃ warm-up", "the slow average's memory grows")
    alpha_warmup: int | None = warmup_field("Share warm-up", "the slow share grows from zero")
    eps: float = eps_field(1e-8, too_high="AdEMAMix turns into plain momentum with a small rate")
    weight_decay: float = decoupled_field(0.0)

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The fast and the slow average, and that of squares."""
        return {name: Slot() for name in ("exp_avg_fast", "exp_avg_slow", "exp_avg_sq")}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "AdEMAMixUpdate":
        """The update rule for these R settings."""
        return AdEMAMixUpdate(specs, ground)


class AdEMAMixUpdate(Update):
    """Factors: α√c₂/c₁, αa√c₂, ε√c₂ with c = 1 − βᵗ; 1 − αλ; β₃, 1 − β₃; β₁, 1 − β₁."""

    factors = 8

    def __init__(self, specs: Sequence[AdEMAMix], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        slots = ground.slots
        self.fast, self.slow, self.v = slots["exp_avg_fast"], slots["exp_avg_slow"], slots["exp_avg_sq"]
        self.beta1, beta2, self.beta3 = np.array([spec.betas for spec in specs], dtype=np.float64).T
        self.log2 = logarithm(beta2)
        self.keep2, self.new2 = self.column(beta2), self.column(1.0 - beta2)
        self.alpha = np.array([spec.alpha for spec in specs], dtype=np.float64)
        self.eps = np.array([spec.eps for spec in specs], dtype=np.float64)
        self.lost = np.array([spec.weight_decay for spec in specs], dtype=np.float64)
        self.alpha_warmup = np.array([spec.alpha_warmup or 1 for spec in specs], dtype=np.float64)
        self.beta3_warmup = np.array([spec.beta3_warmup or 1 for spec in specs], dtype=np.float64)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        beta1 = moved(self.beta1, momentum)
        root = np.sqrt(correction(self.log2, t))
        out[0] = lr * root / correction(logarithm(beta1), t)
        out[1] = lr * root * self.alpha * np.minimum(t / self.alpha_warmup, 1.0)
        out[2] = self.eps * root
        out[3] = 1.0 - lr * self.lost
        beta3 = self._warmed(beta1, t)
        out[4], out[5] = beta3, 1.0 - beta3
        out[6], out[7] = beta1, 1.0 - beta1

    def _warmed(self, beta1: Floats, t: Floats) -> Floats:
        """β₃ at update t."""
        part = np.minimum(t / self.beta3_warmup, 1.0)
        half_life = (1.0 - part) * _half_life(beta1) + part * _half_life(self.beta3)
        beta3: Floats = np.where(part < 1.0, np.exp(np.log(0.5) / (half_life + 1.0)), self.beta3)
        return beta3

    def step(self, *factors: Array) -> None:
        """Seventeen calls on whole arrays (one more with weight decay)."""
        rate, rate_of_slow, eps, kept, keep3, new3, keep1, new1 = factors
        grad, work, fast, slow, v = self.grad, self.work, self.fast, self.slow, self.v
        if self.decays:
            np.multiply(self.params, kept, out=self.params)
        np.multiply(fast, keep1, out=fast)
        np.multiply(grad, new1, out=work)
        np.add(fast, work, out=fast)
        np.multiply(slow, keep3, out=slow)
        np.multiply(grad, new3, out=work)
        np.add(slow, work, out=slow)
        np.multiply(grad, grad, out=grad)
        np.multiply(grad, self.new2, out=grad)
        np.multiply(v, self.keep2, out=v)
        np.add(v, grad, out=v)
        np.multiply(fast, rate, out=work)
        np.multiply(slow, rate_of_slow, out=grad)
        np.add(work, grad, out=work)
        np.sqrt(v, out=grad)
        np.add(grad, eps, out=grad)
        np.divide(work, grad, out=work)
        np.subtract(self.params, work, out=self.params)


def _half_life(beta: Floats) -> Floats:
    """f(β) of `AdEMAMix`."""
    steps: Floats = np.log(0.5) / np.log(beta + 1e-8) - 1.0
    return steps
