"""Prodigy."""

import math
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
    switch,
    weight_decay_field,
)
from lrviz.engine.optimizers.betas import Betas
from lrviz.engine.optimizers.dadaptation import (
    DistanceAdapting,
    adapted_betas_field,
    decouple_field,
    fill_average,
    growth_of,
    use_bias_correction_field,
)
from lrviz.engine.optimizers.moments import correction, logarithm
from lrviz.engine.optimizers.runwise import RunwiseUpdate, exact
from lrviz.engine.parts import field


class Prodigy(DistanceAdapting):
    """Adam with the step αd, where d estimates the distance D = ‖θ₀ − θ*‖ and only grows.

    m ← β₁m + (1−β₁)dg,  v ← β₂v + (1−β₂)d²g²,  r ← β₃r + (d/d₀)αd g·(θ₀ − θ),  s ← β₃s + (d/d₀)αdg,
    d̂ = c r/‖s‖₁,  d⁺ = min(max(d̂ so far), growth_rate · d),  θ ← θ − αd m/(√v + d⁺ε).

    c is `d_coef` and β₃ √β₂ unless given; while d is still d₀ it becomes max(d, d̂) first. With
    `use_bias_correction` α is multiplied by √(1−β₂ᵗ)/(1−β₁ᵗ), and with `safeguard_warmup` s is without α.
    Weight decay λ: θ ← θ − λαdθ, or with `decouple` off g ← g + λθ. A step whose α is 0 changes nothing.

    What α means: the reference rate is 1, the method as published; other values and schedules multiply d.
    Paper: Mishchenko & Defazio 2023 (arXiv:2306.06101). Followed: `prodigyopt.Prodigy` 1.1.2, without
    `slice_p`. In the paper s and r have d² and 1 − β₃ where the code has d²/d₀, which makes the same d̂. With
    β₁ = 0 the code steps by the new d; here that is as with any other β₁.
    """

    title: ClassVar[str] = "Prodigy"
    summary: ClassVar[str] = "Adam that finds its rate itself; α multiplies it, and 1 is as published."
    torch_name: ClassVar[str] = ""
    moves_momentum: ClassVar[bool] = True
    kind: Literal["prodigy"] = "prodigy"
    betas: Betas = adapted_betas_field()
    beta3: float | None = field(
        None,
        title="Memory β₃",
        empty="√β₂",
        ge=0.0,
        lt=1.0,
        live=True,
        advanced=True,
        help="How long the estimate of D remembers. Too low: D follows the noise of single gradients, and "
        "keeps their largest. Too high: D grows slowly.",
    )
    eps: float = eps_field(1e-8, too_high="Prodigy turns into plain momentum with a small rate")
    weight_decay: float = weight_decay_field()
    decouple: bool = decouple_field(True)
    use_bias_correction: bool = use_bias_correction_field()
    safeguard_warmup: bool = field(
        False,
        title="Safe warm-up",
        live=True,
        advanced=True,
        help="Takes α out of the denominator of the estimate. Off: D may be found too large while a warm-up "
        "raises α. On: it is not.",
    )
    d_coef: float = field(
        1.0,
        title="D factor",
        gt=0.0,
        le=100.0,
        scale="log",
        slider=(0.1, 10.0),
        live=True,
        help="What the estimate of D is multiplied by. Too low: short steps. Too high: overshooting, for "
        "D never shrinks again.",
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Adam's averages, the weighted sum s of gradients, the first weights, and d with what makes it."""
        first = Slot(shape=(1,), first=self.d0, exact=True)
        return {
            "exp_avg": Slot(),
            "exp_avg_sq": Slot(),
            "s": Slot(),
            "p0": Slot(first="parameters"),
            "d": first,
            "d_max": first,
            "d_numerator": Slot(shape=(1,), exact=True),
        }

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "ProdigyUpdate":
        """The update rule for these R settings."""
        return ProdigyUpdate(specs, ground)


class ProdigyUpdate(RunwiseUpdate):
    """Factors: α with its correction, α as s has it, and of each β what is kept and what is new.

    Where α is 0, all is kept and nothing is new.
    """

    factors = 7

    def __init__(self, specs: Sequence[Prodigy], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        slots = ground.slots
        self.m, self.v, self.s, self.p0 = (slots[name] for name in ("exp_avg", "exp_avg_sq", "s", "p0"))
        self.d = self.kept("d")
        self.d_max = self.kept("d_max")
        self.d_numerator = self.kept("d_numerator")
        self.decouple = switch(specs, "decouple")
        self.corrects = switch(specs, "use_bias_correction")
        self.safeguard = switch(specs, "safeguard_warmup")
        self.beta1, self.beta2 = np.array([spec.betas for spec in specs], dtype=np.float64).T
        beta3 = [math.sqrt(spec.betas[1]) if spec.beta3 is None else spec.beta3 for spec in specs]
        self.beta3, self.keep3 = np.array(beta3, dtype=np.float64), exact(beta3)
        self.d0 = exact([spec.d0 for spec in specs])
        self.d_coef = exact([spec.d_coef for spec in specs])
        self.growth = exact(growth_of(specs))
        self.eps = exact([spec.eps for spec in specs])
        self.exact_decay = exact([spec.weight_decay for spec in specs])
        self.scale, self.gain, self.size, self.before, self.d_hat = (self.number() for _ in range(5))
        self.moves, self.fresh = self.flag(), self.flag()

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        rate, share, keep1, new1, keep2, new2, keep3 = out
        beta1 = moved(self.beta1, momentum)
        rate[:] = lr
        if self.corrects:
            rate *= np.sqrt(correction(logarithm(self.beta2), t))
            rate /= correction(logarithm(beta1), t)
        share[:] = lr > 0.0 if self.safeguard else rate
        fill_average(beta1, lr, keep1, new1)
        fill_average(self.beta2, lr, keep2, new2)
        keep3[:] = np.where(lr > 0.0, self.beta3, 1.0)

    def step(self, *factors: Array) -> None:
        """Twenty-six calls on whole arrays."""
        rate, share, keep1, new1, keep2, new2, keep3 = factors
        grad, work, params = self.grad, self.work, self.params
        if not self.decouple:
            self.add_decay()
        np.multiply(grad, self.rounded(self.d), out=grad)
        np.subtract(self.p0, params, out=work)
        np.multiply(work, rate, out=work)
        self.dot(work, grad, out=self.gain)
        np.divide(self.d, self.d0, out=self.scale)
        np.multiply(self.s, keep3, out=self.s)
        np.multiply(grad, share, out=work)
        np.multiply(work, self.rounded(self.scale), out=work)
        np.add(self.s, work, out=self.s)
        np.multiply(self.m, keep1, out=self.m)
        np.multiply(grad, new1, out=work)
        np.add(self.m, work, out=self.m)
        np.multiply(self.v, keep2, out=self.v)
        np.multiply(grad, grad, out=grad)
        np.multiply(grad, new2, out=grad)
        np.add(self.v, grad, out=self.v)
        self.estimate(rate)
        self.move(rate)

    def estimate(self, rate: Array) -> None:
        """d from the present s, and its value before, which is 0 for runs that are not to move."""
        d, before, d_hat, moves = self.d, self.before, self.d_hat, self.moves
        np.absolute(self.s, out=self.work)
        self.total(self.work, out=self.size)
        self.largest(rate, out=before)
        np.greater(before, 0.0, out=moves)
        np.not_equal(self.size, 0.0, out=moves, where=moves)
        before[:] = 0.0
        np.copyto(before, d, where=moves)
        np.multiply(self.gain, self.scale, out=self.gain)
        np.multiply(self.d_numerator, self.keep3, out=self.d_numerator, where=moves)
        np.add(self.d_numerator, self.gain, out=self.d_numerator, where=moves)
        np.multiply(self.d_coef, self.d_numerator, out=d_hat)
        np.divide(d_hat, self.size, out=d_hat, where=moves)
        np.equal(d, self.d0, out=self.fresh)
        np.logical_and(self.fresh, moves, out=self.fresh)
        np.maximum(d, d_hat, out=d, where=self.fresh)
        np.maximum(self.d_max, d_hat, out=self.d_max, where=moves)
        np.multiply(d, self.growth, out=d, where=moves)
        np.minimum(self.d_max, d, out=d, where=moves)

    def move(self, rate: Array) -> None:
        """The step: as long as d was before, with ε times what it is now."""
        grad, work, params = self.grad, self.work, self.params
        if self.decouple and self.decays:
            np.multiply(self.before, self.exact_decay, out=self.gain)
            np.multiply(params, self.rounded(self.gain), out=work)
            np.multiply(work, rate, out=work)
            np.subtract(params, work, out=params)
        np.multiply(self.d, self.eps, out=self.gain)
        np.sqrt(self.v, out=work)
        np.add(work, self.rounded(self.gain), out=work)
        np.multiply(self.m, rate, out=grad)
        np.multiply(grad, self.rounded(self.before), out=grad)
        np.divide(grad, work, out=work)
        np.subtract(params, work, out=params)
