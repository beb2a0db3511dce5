"""NAdam."""

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
from lrviz.engine.optimizers.betas import (
    Betas,
    BetasUpdate,
    decoupled_switch,
    per_run,
    two_betas_field,
)
from lrviz.engine.optimizers.moments import correction
from lrviz.engine.parts import field

LOG_BASE = float(np.log(0.96))


class NAdam(Optimizer):
    """θ ← θ − α (μₜ₊₁ m/(1−Πₜμₜ₊₁) + (1−μₜ) g/(1−Πₜ)) / (√v̂ + ε).

    m ← β₁m + (1−β₁)g and v ← β₂v + (1−β₂)g² with v̂ = v/(1−β₂ᵗ), as in Adam; the momentum of step t is
    μₜ = β₁(1 − ½ · 0.96^(tψ)) with ψ = `momentum_decay`, and Πₜ = μ₁ ⋯ μₜ is a number of the run that
    goes on where β₁ or ψ change. Weight decay λ is added to the gradient, g ← g + λθ,
    or with `decoupled_weight_decay` θ ← (1 − αλ)θ first. PyTorch keeps Πₜ in its default type (float32);
    here it is float64. Paper: Dozat 2016, "Incorporating Nesterov momentum into Adam", whose ψ is 0.004.
    Followed: `torch.optim.NAdam`.
    """

    title: ClassVar[str] = "NAdam"
    summary: ClassVar[str] = "Adam with Nesterov's momentum, which looks one step ahead."
    torch_name: ClassVar[str] = "torch.optim.NAdam"
    moves_momentum: ClassVar[bool] = True
    kind: Literal["nadam"] = "nadam"
    betas: Betas = two_betas_field()
    eps: float = eps_field(1e-8, too_high="NAdam turns into plain momentum with a small rate")
    weight_decay: float = weight_decay_field()
    momentum_decay: float = field(
        0.004,
        title="Momentum warm-up",
        ge=0.0,
        le=1000.0,
        slider=(0.0, 0.1),
        live=True,
        advanced=True,
        help="How fast the momentum grows from half of β₁ to all of it (ψ, `momentum_decay` in PyTorch). "
        "Zero: it stays at half. Too high: full momentum from the start, when the averages know little.",
    )
    decoupled_weight_decay: bool = decoupled_switch()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Averages of the gradient and of its square, and the product Πₜ of all momenta."""
        return {
            "exp_avg": Slot(),
            "exp_avg_sq": Slot(),
            "mu_product": Slot(shape=(1,), first=1.0, exact=True),
        }

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "NAdamUpdate":
        """The update rule for these R settings."""
        return NAdamUpdate(specs, ground)


class NAdamUpdate(BetasUpdate):
    """Factors: α√(1−β₂ᵗ), ε√(1−β₂ᵗ), 1 − αλ, 1 − μₜ, 1 − μₜ₊₁, β₁ and 1 − β₁.

    The momenta come as what they lack to 1, which keeps 1 − Πₜ exact where they are close to it.
    """

    factors = 7

    def __init__(self, specs: Sequence[NAdam], ground: Ground) -> None:
        decay = [spec.weight_decay for spec in specs]
        self.decoupled = switch(specs, "decoupled_weight_decay")
        super().__init__(ground, () if self.decoupled else decay, [spec.betas for spec in specs])
        self.v, self.product = ground.slots["exp_avg_sq"], ground.slots["mu_product"]
        self.eps = np.array([spec.eps for spec in specs], dtype=np.float64)
        self.lost = np.array(decay, dtype=np.float64) * self.decoupled
        self.shrinks = bool(self.lost.any())
        psi = np.array([spec.momentum_decay for spec in specs], dtype=np.float64)
        self.growth = LOG_BASE * psi
        self.numbers = np.empty((3, len(specs), 1))
        self.shares = np.empty((2, len(specs), 1), dtype=ground.params.dtype)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        self.tabulate_beta1(out, momentum)
        np.sqrt(correction(self.log2, t), out=out[1])
        np.multiply(lr, out[1], out=out[0])
        np.multiply(out[1], self.eps, out=out[1])
        np.multiply(lr, self.lost, out=out[2])
        np.subtract(1.0, out[2], out=out[2])
        for ahead in (0, 1):
            lacking = out[3 + ahead]
            np.multiply(t + ahead, self.growth, out=lacking)
            np.exp(lacking, out=lacking)
            np.multiply(lacking, 0.5 * out[-2], out=lacking)
            np.add(lacking, out[-1], out=lacking)

    def step(self, *factors: Array) -> None:
        """Fifteen calls on whole arrays (one or two more with weight decay)."""
        rate, eps, kept, lacking, lacking_next, keep1, new1 = factors
        grad, work = self.grad, self.work
        if self.shrinks:
            np.multiply(self.params, kept, out=self.params)
        self.add_decay()
        self.average(keep1, new1)
        self.average_square(self.v)
        self.share(per_run(lacking), per_run(lacking_next))
        np.multiply(grad, self.shares[0], out=grad)
        np.multiply(self.m, self.shares[1], out=work)
        np.add(grad, work, out=grad)
        np.sqrt(self.v, out=work)
        np.add(work, eps, out=work)
        np.divide(grad, work, out=work)
        np.multiply(work, rate, out=work)
        np.subtract(self.params, work, out=self.params)

    def share(self, lacking: Array, lacking_next: Array) -> None:
        """Πₜ ← Πₜ₋₁μₜ; shares ← (1−μₜ)/(1−Πₜ) and μₜ₊₁/(1−Πₜμₜ₊₁), in float64 and rounded once."""
        product, (ahead, below, share) = self.product, self.numbers
        np.subtract(1.0, lacking, out=below, dtype=np.float64)
        np.multiply(product, below, out=product)
        np.subtract(1.0, product, out=below)
        np.divide(lacking, below, out=share)
        self.shares[0] = share
        np.subtract(1.0, lacking_next, out=ahead, dtype=np.float64)
        np.multiply(product, ahead, out=below)
        np.subtract(1.0, below, out=below)
        np.divide(ahead, below, out=share)
        self.shares[1] = share
