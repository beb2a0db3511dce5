"""Adam with hypergradient descent."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.base import (
    Array,
    Floats,
    Ground,
    Slot,
    Tensor,
    eps_field,
    moved,
    weight_decay_field,
)
from lrviz.engine.optimizers.betas import Betas, two_betas_field
from lrviz.engine.optimizers.hypergradient import (
    LEARNED,
    Hypergradient,
    HypergradientUpdate,
    hypergrad_lr_field,
)
from lrviz.engine.optimizers.moments import correction, logarithm


class AdamHD(Hypergradient):
    """a ← a + β g·u,  then Adam with the rate a:  u ← √(1−β₂ᵗ)/(1−β₁ᵗ) m/(√v + ε),  θ ← θ − au.

    β is `hypergrad_lr`, and u before it is made new is the direction of the step before: −g·u is the gradient
    of the present loss with respect to a. m, v and weight decay λ are as in Adam; ε is added before the bias
    correction, as in Adam's paper, and not after it, as in PyTorch.

    What α means: the rate a that training starts from. What is learned is kept as a multiple of α, so that
    schedules and edits multiply the rate. Paper: Baydin et al. 2018 (arXiv:1703.04782), Algorithm 3.
    Followed: the authors' code (gbaydin/hypergradient-descent), `AdamHD`, for a single tensor; with several,
    that code lets the first ones step with an a that the later ones have not moved yet, unlike the paper.
    """

    title: ClassVar[str] = "Adam-HD"
    summary: ClassVar[str] = "Adam whose rate follows its own gradient; α is where it starts."
    torch_name: ClassVar[str] = ""
    moves_momentum: ClassVar[bool] = True
    kind: Literal["adam_hd"] = "adam_hd"
    hypergrad_lr: float = hypergrad_lr_field(1e-8)
    betas: Betas = two_betas_field()
    eps: float = eps_field(1e-8, too_high="Adam turns into plain momentum with a small rate")
    weight_decay: float = weight_decay_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Adam's averages, the direction u, and the rate as a multiple of α."""
        return {"exp_avg": Slot(), "exp_avg_sq": Slot(), **LEARNED}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "AdamHDUpdate":
        """The update rule for these R settings."""
        return AdamHDUpdate(specs, ground)


class AdamHDUpdate(HypergradientUpdate):
    """Factors: α, β₁, 1 − β₁ and √(1−β₂ᵗ)/(1−β₁ᵗ)."""

    factors = 4

    def __init__(self, specs: Sequence[AdamHD], ground: Ground) -> None:
        super().__init__(specs, ground, [spec.weight_decay for spec in specs])
        self.m, self.v = ground.slots["exp_avg"], ground.slots["exp_avg_sq"]
        self.beta1, beta2 = np.array([spec.betas for spec in specs], dtype=np.float64).T
        self.log2 = logarithm(beta2)
        self.keep2, self.new2 = self.column(beta2), self.column(1.0 - beta2)
        self.eps = self.column([spec.eps for spec in specs])

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        rate, keep1, new1, corrected = out
        rate[:] = lr
        keep1[:] = moved(self.beta1, momentum)
        np.subtract(1.0, keep1, out=new1)
        corrected[:] = np.sqrt(correction(self.log2, t)) / correction(logarithm(keep1), t)

    def step(self, *factors: Array) -> None:
        """Nineteen calls on whole arrays (two more with weight decay)."""
        rate, keep1, new1, corrected = factors
        grad, work, m, v, last = self.grad, self.work, self.m, self.v, self.last
        self.add_decay()
        self.learn(rate)
        np.multiply(m, keep1, out=m)
        np.multiply(grad, new1, out=work)
        np.add(m, work, out=m)
        np.multiply(v, self.keep2, out=v)
        np.multiply(grad, grad, out=grad)
        np.multiply(grad, self.new2, out=grad)
        np.add(v, grad, out=v)
        np.sqrt(v, out=work)
        np.add(work, self.eps, out=work)
        np.divide(m, work, out=last)
        np.multiply(last, corrected, out=last)
        self.follow(rate)
