"""Adam."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

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
    switch,
    weight_decay_field,
)
from lrviz.engine.parts import field

Beta = Annotated[float, Field(ge=0.0, lt=1.0)]


class AdamFamily(Optimizer):
    """The settings Adam and AdamW have in common."""

    moves_momentum: ClassVar[bool] = True
    kind: str
    betas: tuple[Beta, Beta] = field(
        (0.9, 0.999),
        title="Betas",
        labels=("Momentum β₁", "Memory β₂"),
        slider=(0.0, 0.9999),
        live=True,
        help="How long the averages of the gradient (β₁) and of its square (β₂) remember. Too low: "
        "noisy steps. Too high: slow to react; a high β₁ overshoots, a high β₂ keeps steps small long "
        "after one large gradient.",
    )
    eps: float = eps_field(1e-8, too_high="Adam turns into plain momentum with a small rate")
    weight_decay: float
    amsgrad: bool = field(
        False,
        title="AMSGrad",
        advanced=True,
        help="Divides by the largest average of squared gradients so far instead of the present one. "
        "Off: a weight's step grows again when its gradients get small. On: it never does, and one "
        "large gradient keeps steps small for good.",
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Averages of the gradient and of its square, and with `amsgrad` the latter's maximum."""
        names = ("exp_avg", "exp_avg_sq", *(("max_exp_avg_sq",) if self.amsgrad else ()))
        return {name: Slot() for name in names}


class Adam(AdamFamily):
    """m ← β₁m + (1−β₁)g,  v ← β₂v + (1−β₂)g²,  θ ← θ − α m̂ / (√v̂ + ε).

    m̂ = m/(1−β₁ᵗ) and v̂ = v/(1−β₂ᵗ); weight decay λ is added to the gradient, g ← g + λθ.
    ε is added after the bias correction, as in `torch.optim.Adam`; the paper's "ε-hat" form adds
    it before. With `amsgrad`, v̂ is the running maximum of the *uncorrected* v, corrected afterwards.
    Papers: Kingma & Ba 2015 (arXiv:1412.6980); Reddi et al. 2018 (AMSGrad). Followed: PyTorch.
    """

    title: ClassVar[str] = "Adam"
    summary: ClassVar[str] = "Momentum, and a step size of its own for every weight."
    torch_name: ClassVar[str] = "torch.optim.Adam"
    kind: Literal["adam"] = "adam"
    weight_decay: float = weight_decay_field()

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "AdamUpdate":
        """The update rule for these R settings."""
        return AdamUpdate(specs, ground)


class AdamUpdate(Update):
    """Factors: α/(1−β₁ᵗ) · √(1−β₂ᵗ) and ε √(1−β₂ᵗ).

    α m/(1−β₁ᵗ) / (√v/√(1−β₂ᵗ) + ε) with numerator and denominator multiplied by √(1−β₂ᵗ). Where a
    schedule moves β₁, also β₁ and 1 − β₁; β₁ᵗ is then the present β₁ to the power of t, as in PyTorch.
    """

    factors = 2

    def __init__(self, specs: Sequence[AdamFamily], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.m, self.v = ground.slots["exp_avg"], ground.slots["exp_avg_sq"]
        self.largest = ground.slots["max_exp_avg_sq"] if switch(specs, "amsgrad") else None
        beta1, beta2 = np.array([spec.betas for spec in specs], dtype=np.float64).T
        self.beta1 = beta1
        with np.errstate(divide="ignore"):
            self.log1, self.log2 = np.log(beta1), np.log(beta2)
        self.eps = np.array([spec.eps for spec in specs], dtype=np.float64)
        self.keep1, self.new1 = self.column(beta1), self.column(1.0 - beta1)
        self.keep2, self.new2 = self.column(beta2), self.column(1.0 - beta2)
        if ground.moves_momentum:
            self.factors += 2

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        rate, root = out[0], out[1]
        log1 = self.log1
        if self.ground.moves_momentum:
            beta1 = moved(self.beta1, momentum)
            out[-2], out[-1] = beta1, 1.0 - beta1
            with np.errstate(divide="ignore"):
                log1 = np.log(beta1)
        _correction(self.log2, t, out=root)
        np.sqrt(root, out=root)
        _correction(log1, t, out=rate)
        np.divide(lr, rate, out=rate)
        np.multiply(rate, root, out=rate)
        np.multiply(root, self.eps, out=root)

    def step(self, *factors: Array) -> None:
        """Twelve calls on whole arrays (one more with AMSGrad, two more with weight decay)."""
        rate, eps, *beta1 = factors
        self.add_decay()
        self.move(rate, eps, *beta1)

    def move(self, rate: Array, eps: Array, *beta1: Array) -> None:
        """Update the averages and step along them; beta1: β₁ and 1 − β₁ where they move."""
        if beta1:
            self.keep1, self.new1 = beta1
        grad, work, m, v = self.grad, self.work, self.m, self.v
        np.multiply(m, self.keep1, out=m)
        np.multiply(grad, self.new1, out=work)
        np.add(m, work, out=m)
        np.multiply(grad, grad, out=grad)
        np.multiply(grad, self.new2, out=grad)
        np.multiply(v, self.keep2, out=v)
        np.add(v, grad, out=v)
        if self.largest is not None:
            v = np.maximum(self.largest, v, out=self.largest)
        np.sqrt(v, out=work)
        np.add(work, eps, out=work)
        np.divide(m, work, out=work)
        np.multiply(work, rate, out=work)
        np.subtract(self.params, work, out=self.params)


def _correction(log: Floats, t: Floats, out: Floats) -> None:
    """out ← 1 − βᵗ from ln β: `power` takes a short cut for some shapes, and then its last bit differs."""
    np.multiply(t, log, out=out)
    np.expm1(out, out=out)
    np.negative(out, out=out)
