"""AdaBelief."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from lrviz.engine.optimizers.base import (
    Array,
    Floats,
    Ground,
    Optimizer,
    Slot,
    Tensor,
    Update,
    moved,
    switch,
)
from lrviz.engine.optimizers.moments import Beta, betas_field, correction, decoupled_field, logarithm
from lrviz.engine.parts import field


class AdaBelief(Optimizer):
    """m ← β₁m + (1−β₁)g,  s ← β₂s + (1−β₂)(g − m)² + ε,  θ ← θ − α m̂ / (√ŝ + ε).

    m̂ = m/(1−β₁ᵗ), ŝ = s/(1−β₂ᵗ). ε enters twice: into s itself at every step, where it adds up to
    ε/(1−β₂) and is what a steady gradient is divided by, and into the denominator.

    With `rectify`, as in RAdam, α is multiplied by √((ρₜ−4)(ρₜ−2)ρ / ((ρ−4)(ρ−2)ρₜ)), where ρ = 2/(1−β₂) − 1
    and ρₜ = ρ − 2tβ₂ᵗ/(1−β₂ᵗ), and the second ε is not multiplied by √(1−β₂ᵗ); while ρₜ < 5 the step is
    αm̂, or none without `degenerated_to_sgd`. Decay: θ ← (1 − αλ)θ first; with `fixed_decay` (1 − λ)θ;
    without `weight_decouple` g ← g + λθ instead.

    Paper: Zhuang et al. 2020 (arXiv:2010.07468), whose algorithm has no rectification. Followed:
    `adabelief_pytorch.AdaBelief` 0.2.1 (timm's is the same). It ignores AMSGrad where it
    rectifies, so the two together are refused here.
    """

    title: ClassVar[str] = "AdaBelief"
    summary: ClassVar[str] = "Long steps where gradients come as expected, short ones where they surprise."
    torch_name: ClassVar[str] = ""
    moves_momentum: ClassVar[bool] = True
    kind: Literal["adabelief"] = "adabelief"
    betas: tuple[Beta, Beta] = betas_field(
        (0.9, 0.999),
        labels=("Momentum β₁", "Memory β₂"),
        help="How long the averages of the gradient (β₁) and of its surprises (β₂) remember. Too low: "
        "noisy steps. Too high: slow to react.",
    )
    eps: float = field(
        1e-16,
        title="Epsilon ε",
        gt=0.0,
        le=1.0,
        scale="log",
        slider=(1e-20, 1e-2),
        live=True,
        advanced=True,
        help="Added to the average of squared surprises and to its root. Too low: huge steps where "
        "gradients are steady. Too high: plain momentum with a small rate.",
    )
    weight_decay: float = decoupled_field(0.0)
    amsgrad: bool = field(
        False,
        title="AMSGrad",
        advanced=True,
        help="Divides by the largest average of squared surprises so far. Off: steps grow again. On: one "
        "large surprise keeps steps small for good; needs Rectify off.",
    )
    weight_decouple: bool = field(
        True,
        title="Decoupled decay",
        advanced=True,
        help="On: weight decay shrinks the weights themselves, as in AdamW. Off: it is added to the "
        "gradient, as in Adam.",
    )
    fixed_decay: bool = field(
        False,
        title="Fixed decay",
        advanced=True,
        help="On: decoupled weight decay is not multiplied by α, so it does not follow the schedule. "
        "Off: it is.",
    )
    rectify: bool = field(
        True,
        title="Rectify",
        advanced=True,
        help="Shortens early steps, when averages know little yet, as in RAdam. Off: the first steps may "
        "be far too long.",
    )
    degenerated_to_sgd: bool = field(
        True,
        title="First steps SGD",
        advanced=True,
        help="What Rectify does with the first few steps. On: steps of momentum SGD. Off: none.",
    )

    @model_validator(mode="after")
    def _amsgrad_has_an_effect(self) -> Self:
        if self.amsgrad and self.rectify:
            raise ValueError("amsgrad is on with rectify on, where it changes nothing; it needs rectify off")
        return self

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Averages of the gradient and of squared surprises, and with `amsgrad` the latter's maximum."""
        names = ("exp_avg", "exp_avg_var", *(("max_exp_avg_var",) if self.amsgrad else ()))
        return {name: Slot() for name in names}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "AdaBeliefUpdate":
        """The update rule for these R settings."""
        return AdaBeliefUpdate(specs, ground)


class AdaBeliefUpdate(Update):
    """θ ← θ − r m / (√s q + e) with the factors r, q and e; then 1 − αλ, β₁ and 1 − β₁.

    q is 1, but 0 for steps without a denominator, whose e is 1.
    """

    factors = 6

    def __init__(self, specs: Sequence[AdaBelief], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.m, self.s = ground.slots["exp_avg"], ground.slots["exp_avg_var"]
        self.largest = ground.slots["max_exp_avg_var"] if switch(specs, "amsgrad") else None
        self.rectify = switch(specs, "rectify")
        self.early = float(switch(specs, "degenerated_to_sgd"))
        self.decoupled = switch(specs, "weight_decouple")
        self.fixed = switch(specs, "fixed_decay")
        self.lost = np.array([spec.weight_decay for spec in specs], dtype=np.float64)
        self.beta1, self.beta2 = np.array([spec.betas for spec in specs], dtype=np.float64).T
        self.keep2, self.new2 = self.column(self.beta2), self.column(1.0 - self.beta2)
        self.eps = np.array([spec.eps for spec in specs], dtype=np.float64)
        self.added = self.column(self.eps)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        beta1 = moved(self.beta1, momentum)
        first = correction(logarithm(beta1), t)
        second = correction(logarithm(self.beta2), t)
        if self.rectify:
            known, size = self._rectification(second, t)
            out[0] = lr * np.where(known, size, self.early) / first
            out[1] = known
            out[2] = np.where(known, self.eps, 1.0)
        else:
            root = np.sqrt(second)
            out[0], out[1], out[2] = lr * root / first, 1.0, self.eps * root
        out[3] = 1.0 - (self.lost if self.fixed else lr * self.lost)
        out[4], out[5] = beta1, 1.0 - beta1

    def _rectification(self, second: Floats, t: Floats) -> tuple[Floats, Floats]:
        """Whether ρₜ ≥ 5, and √(1−β₂ᵗ) times the factor of α where it is."""
        longest = 2.0 / (1.0 - self.beta2) - 1.0
        length = longest - 2.0 * t * (1.0 - second) / second
        n, most = np.maximum(length, 5.0), np.maximum(longest, 5.0)
        size = np.sqrt(second * (n - 4.0) / (most - 4.0) * (n - 2.0) / n * most / (most - 2.0))
        return length >= 5.0, size

    def step(self, *factors: Array) -> None:
        """Fourteen calls on whole arrays (up to four more with switches and weight decay)."""
        rate, quotient, eps, kept, keep1, new1 = factors
        grad, work, m, s = self.grad, self.work, self.m, self.s
        if not self.decoupled:
            self.add_decay()
        elif self.decays:
            np.multiply(self.params, kept, out=self.params)
        np.multiply(m, keep1, out=m)
        np.multiply(grad, new1, out=work)
        np.add(m, work, out=m)
        np.subtract(grad, m, out=grad)
        np.multiply(grad, grad, out=grad)
        np.multiply(grad, self.new2, out=grad)
        np.multiply(s, self.keep2, out=s)
        np.add(s, grad, out=s)
        np.add(s, self.added, out=s)
        if self.largest is not None:
            s = np.maximum(self.largest, s, out=self.largest)
        np.sqrt(s, out=work)
        if self.rectify:
            np.multiply(work, quotient, out=work)
        np.add(work, eps, out=work)
        np.divide(m, work, out=work)
        np.multiply(work, rate, out=work)
        np.subtract(self.params, work, out=self.params)
