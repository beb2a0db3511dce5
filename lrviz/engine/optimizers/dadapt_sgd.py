"""SGD with D-Adaptation."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.base import (
    Array,
    Floats,
    Ground,
    Slot,
    Tensor,
    momentum_field,
    moved,
    weight_decay_field,
)
from lrviz.engine.optimizers.dadaptation import DistanceAdapting, growth_of
from lrviz.engine.optimizers.runwise import RunwiseUpdate, exact


class DAdaptSGD(DistanceAdapting):
    """Gradient descent with the step αd/‖g₁‖, where d estimates D = ‖θ₀ − θ*‖ and only grows.

    r ← r + αd/‖g₁‖ g·s,  s ← s + αd/‖g₁‖ g,  d̂ = 2r/‖s‖,  d ← max(d, min(d̂, growth_rate · d)),
    z = θ₀ − s,  θ ← μθ + (1−μ)z.

    g₁ is the first gradient that is not zero, without weight decay; later ones have it, g ← g + λθ. μ is
    `momentum`: here an average of places, which does not lengthen steps. For a convex loss and μ = 0,
    r/‖s‖ is at most D; d̂ is twice that, as in the code, while the paper's is not.

    What α means: the reference rate is 1, the method as published; other values and schedules multiply d.
    Paper: Defazio & Mishchenko 2023 (arXiv:2301.07733). Followed: `dadaptation.DAdaptSGD` 3.2, which
    cannot go on after an α of 0 (here such a step only averages) or a first gradient of zero.
    """

    title: ClassVar[str] = "D-Adapt SGD"
    summary: ClassVar[str] = "SGD that finds its rate itself; α multiplies it, and 1 is as published."
    torch_name: ClassVar[str] = ""
    adaptive: ClassVar[bool] = False
    moves_momentum: ClassVar[bool] = True
    kind: Literal["dadapt_sgd"] = "dadapt_sgd"
    momentum: float = momentum_field()
    weight_decay: float = weight_decay_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The sum s of steps, the first weights, and d with what it is made of; no g₁ yet is 0."""
        return {
            "s": Slot(),
            "x0": Slot(first="parameters"),
            "d": Slot(shape=(1,), first=self.d0, exact=True),
            "numerator_weighted": Slot(shape=(1,), exact=True),
            "g0_norm": Slot(shape=(1,), exact=True),
        }

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "DAdaptSGDUpdate":
        """The update rule for these R settings."""
        return DAdaptSGDUpdate(specs, ground)


class DAdaptSGDUpdate(RunwiseUpdate):
    """Factors: α, μ and 1 − μ."""

    factors = 3

    def __init__(self, specs: Sequence[DAdaptSGD], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        slots = ground.slots
        self.s, self.x0 = slots["s"], slots["x0"]
        self.d = self.kept("d")
        self.numerator = self.kept("numerator_weighted")
        self.first = self.kept("g0_norm")
        self.momentum = np.array([spec.momentum for spec in specs], dtype=np.float64)
        self.growth = exact(growth_of(specs))
        self.scale, self.gain, self.size, self.d_hat = (self.number() for _ in range(4))
        self.chosen = self.flag()

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        out[0] = lr
        out[1] = moved(self.momentum, momentum)
        np.subtract(1.0, out[1], out=out[2])

    def step(self, *factors: Array) -> None:
        """Sixteen calls on whole arrays (two more with weight decay)."""
        rate, momentum, share = factors
        grad, work, params, s = self.grad, self.work, self.params, self.s
        self.norm(grad, out=self.gain)
        np.equal(self.first, 0.0, out=self.chosen)
        np.copyto(self.first, self.gain, where=self.chosen)
        np.not_equal(self.first, 0.0, out=self.chosen)
        self.scale[:] = 0.0
        np.divide(self.d, self.first, out=self.scale, where=self.chosen)
        self.add_decay()
        np.multiply(grad, rate, out=grad)
        np.multiply(grad, self.rounded(self.scale), out=grad)
        self.dot(grad, s, out=self.gain)
        np.add(self.numerator, self.gain, out=self.numerator)
        np.add(s, grad, out=s)
        self.estimate()
        np.subtract(self.x0, s, out=work)
        np.multiply(work, share, out=work)
        np.multiply(params, momentum, out=params)
        np.add(params, work, out=params)

    def estimate(self) -> None:
        """d from the present s."""
        d, d_hat, chosen = self.d, self.d_hat, self.chosen
        self.norm(self.s, out=self.size)
        np.not_equal(self.size, 0.0, out=chosen)
        np.multiply(self.numerator, 2.0, out=d_hat)
        np.divide(d_hat, self.size, out=d_hat, where=chosen)
        np.multiply(d, self.growth, out=self.gain)
        np.minimum(d_hat, self.gain, out=d_hat)
        np.maximum(d, d_hat, out=d, where=chosen)
