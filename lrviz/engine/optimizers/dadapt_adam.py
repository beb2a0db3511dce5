"""Adam with D-Adaptation."""

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


class DAdaptAdam(DistanceAdapting):
    """Adam with the step αd, where d estimates D, the distance from θ₀ to θ*, and only grows.

    With β₃ = √β₂:  r ← β₃r + (1−β₃)αd g·s/(√v + ε),  m ← β₁m + (1−β₁)αdg,  v ← β₂v + (1−β₂)g²,
    s ← β₃s + (1−β₃)αdg,  d̂ = r/((1−β₃)‖s‖₁),  d ← max(d, min(d̂, growth_rate · d)),  θ ← θ − m/(√v + ε).

    r is made with v and s of the step before; α and d enter m when they are new, so that a change of α
    acts over about 1/(1−β₁) steps. With `use_bias_correction` α is multiplied by √(1−β₂ᵗ)/(1−β₁ᵗ).
    Weight decay λ: g ← g + λθ, or with `decouple` θ ← θ − λαdθ. A step whose α is 0 changes nothing.

    What α means: the reference rate is 1, the method as published; other values and schedules multiply d.
    Paper: Defazio & Mishchenko 2023 (arXiv:2301.07733). Followed: `dadaptation.DAdaptAdam` 3.2, without
    `layer_scale`; the paper has no bias correction and no growth limit.
    """

    title: ClassVar[str] = "D-Adapt Adam"
    summary: ClassVar[str] = "Adam that finds its rate itself; α multiplies it, and 1 is as published."
    torch_name: ClassVar[str] = ""
    moves_momentum: ClassVar[bool] = True
    kind: Literal["dadapt_adam"] = "dadapt_adam"
    betas: Betas = adapted_betas_field()
    eps: float = eps_field(1e-8, too_high="it turns into plain momentum with a small rate")
    weight_decay: float = weight_decay_field()
    decouple: bool = decouple_field(False)
    use_bias_correction: bool = use_bias_correction_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Adam's averages, the average s of steps, and d with what it is made of."""
        return {
            "exp_avg": Slot(),
            "exp_avg_sq": Slot(),
            "s": Slot(),
            "d": Slot(shape=(1,), first=self.d0, exact=True),
            "numerator_weighted": Slot(shape=(1,), exact=True),
        }

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "DAdaptAdamUpdate":
        """The update rule for these R settings."""
        return DAdaptAdamUpdate(specs, ground)


class DAdaptAdamUpdate(RunwiseUpdate):
    """Factors: α with its correction, and of each β what is kept and what is new.

    Where α is 0, all is kept and nothing is new.
    """

    factors = 7

    def __init__(self, specs: Sequence[DAdaptAdam], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        slots = ground.slots
        self.m, self.v, self.s = (slots[name] for name in ("exp_avg", "exp_avg_sq", "s"))
        self.d = self.kept("d")
        self.numerator = self.kept("numerator_weighted")
        self.decouple = switch(specs, "decouple")
        self.corrects = switch(specs, "use_bias_correction")
        self.beta1, self.beta2 = np.array([spec.betas for spec in specs], dtype=np.float64).T
        beta3 = [math.sqrt(spec.betas[1]) for spec in specs]
        self.beta3 = np.array(beta3, dtype=np.float64)
        self.keep3, self.new3 = exact(beta3), 1.0 - exact(beta3)
        self.growth = exact(growth_of(specs))
        self.eps = self.column([spec.eps for spec in specs])
        self.exact_decay = exact([spec.weight_decay for spec in specs])
        self.gain, self.size, self.before, self.d_hat = (self.number() for _ in range(4))
        self.moves = self.flag()

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        rate, keep1, new1, keep2, new2, keep3, new3 = out
        beta1 = moved(self.beta1, momentum)
        rate[:] = lr
        if self.corrects:
            rate *= np.sqrt(correction(logarithm(self.beta2), t))
            rate /= correction(logarithm(beta1), t)
        fill_average(beta1, lr, keep1, new1)
        fill_average(self.beta2, lr, keep2, new2)
        fill_average(self.beta3, lr, keep3, new3)

    def step(self, *factors: Array) -> None:
        """Twenty-six calls on whole arrays."""
        rate, keep1, new1, keep2, new2, keep3, new3 = factors
        grad, work, m, v, s = self.grad, self.work, self.m, self.v, self.s
        if not self.decouple:
            self.add_decay()
        np.sqrt(v, out=work)
        np.add(work, self.eps, out=work)
        np.divide(s, work, out=work)
        np.multiply(work, rate, out=work)
        self.dot(work, grad, out=self.gain)
        np.multiply(v, keep2, out=v)
        np.multiply(grad, grad, out=work)
        np.multiply(work, new2, out=work)
        np.add(v, work, out=v)
        np.multiply(grad, rate, out=grad)
        np.multiply(grad, self.rounded(self.d), out=grad)
        np.multiply(m, keep1, out=m)
        np.multiply(grad, new1, out=work)
        np.add(m, work, out=m)
        np.multiply(s, keep3, out=s)
        np.multiply(grad, new3, out=grad)
        np.add(s, grad, out=s)
        self.estimate(rate)
        self.move(rate)

    def estimate(self, rate: Array) -> None:
        """d from the present s, and its value before, which is 0 for runs that are not to move."""
        d, before, d_hat, gain, moves = self.d, self.before, self.d_hat, self.gain, self.moves
        np.absolute(self.s, out=self.work)
        self.total(self.work, out=self.size)
        self.largest(rate, out=before)
        np.greater(before, 0.0, out=moves)
        np.not_equal(self.size, 0.0, out=moves, where=moves)
        before[:] = 0.0
        np.copyto(before, d, where=moves)
        np.multiply(gain, d, out=gain)
        np.multiply(gain, self.new3, out=gain)
        np.multiply(self.numerator, self.keep3, out=self.numerator, where=moves)
        np.add(self.numerator, gain, out=self.numerator, where=moves)
        np.multiply(self.new3, self.size, out=self.size)
        np.divide(self.numerator, self.size, out=d_hat, where=moves)
        np.multiply(d, self.growth, out=gain)
        np.minimum(d_hat, gain, out=d_hat, where=moves)
        np.maximum(d, d_hat, out=d, where=moves)

    def move(self, rate: Array) -> None:
        """The step, for runs that are to move."""
        work, params = self.work, self.params
        if self.decouple and self.decays:
            np.multiply(self.before, self.exact_decay, out=self.gain)
            np.multiply(params, self.rounded(self.gain), out=work)
            np.multiply(work, rate, out=work)
            np.subtract(params, work, out=params)
        np.sqrt(self.v, out=work)
        np.add(work, self.eps, out=work)
        np.divide(self.m, work, out=work)
        np.multiply(work, self.rounded(self.moves), out=work)
        np.subtract(params, work, out=params)
