"""Lion."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.base import Array, Floats, Ground, Optimizer, Slot, Tensor, Update, moved
from lrviz.engine.optimizers.moments import Beta, betas_field, decoupled_field


class Lion(Optimizer):
    """θ ← (1 − αλ)θ,  θ ← θ − α sign(β₁m + (1−β₁)g),  then m ← β₂m + (1−β₂)g.

    Every weight moves by α, so α is wanted three to ten times lower than Adam's. The average enters the
    step before it learns of g, and with another β than it is kept with. sign(0) = 0.
    Paper: Chen et al. 2023 (arXiv:2302.06675), which decays and steps at once from the same θ:
    θ − α(sign(…) + λθ), the same numbers. Followed: `lion_pytorch.Lion` 0.2.5; its option to divide λ by
    the first α is not offered.
    """

    title: ClassVar[str] = "Lion"
    summary: ClassVar[str] = "Steps of one size for every weight: only the sign of its momentum counts."
    torch_name: ClassVar[str] = ""
    moves_momentum: ClassVar[bool] = True
    kind: Literal["lion"] = "lion"
    betas: tuple[Beta, Beta] = betas_field(
        (0.9, 0.99),
        labels=("Mix β₁", "Memory β₂"),
        help="How much the average counts against the newest gradient (β₁), and how long it remembers "
        "(β₂). Too low: signs flip with every batch. Too high: slow to turn round.",
    )
    weight_decay: float = decoupled_field(0.0)

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The average of the gradient."""
        return {"exp_avg": Slot()}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "LionUpdate":
        """The update rule for these R settings."""
        return LionUpdate(specs, ground)


class LionUpdate(Update):
    """Factors: α, 1 − αλ, β₁ and 1 − β₁."""

    factors = 4

    def __init__(self, specs: Sequence[Lion], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.m = ground.slots["exp_avg"]
        self.mixed = np.empty_like(ground.params)
        self.beta1, beta2 = np.array([spec.betas for spec in specs], dtype=np.float64).T
        self.keep2, self.new2 = self.column(beta2), self.column(1.0 - beta2)
        self.lost = np.array([spec.weight_decay for spec in specs], dtype=np.float64)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        beta1 = moved(self.beta1, momentum)
        out[0], out[1] = lr, 1.0 - lr * self.lost
        out[2], out[3] = beta1, 1.0 - beta1

    def step(self, *factors: Array) -> None:
        """Nine calls on whole arrays (one more with weight decay)."""
        rate, kept, keep1, new1 = factors
        grad, work, mixed, m = self.grad, self.work, self.mixed, self.m
        if self.decays:
            np.multiply(self.params, kept, out=self.params)
        np.multiply(m, keep1, out=mixed)
        np.multiply(grad, new1, out=work)
        np.add(mixed, work, out=mixed)
        np.sign(mixed, out=mixed)
        np.multiply(mixed, rate, out=mixed)
        np.subtract(self.params, mixed, out=self.params)
        np.multiply(m, self.keep2, out=m)
        np.multiply(grad, self.new2, out=work)
        np.add(m, work, out=m)
