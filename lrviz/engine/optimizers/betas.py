"""What variants of Adam with two betas have in common: their fields, and the averages of a step."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lrviz.engine.optimizers.base import Array, Floats, Ground, Update, moved
from lrviz.engine.optimizers.moments import Beta, betas_field, logarithm
from lrviz.engine.parts import field

Betas = tuple[Beta, Beta]

HELP = (
    "How long the averages of the gradient (β₁) and of its square (β₂) remember. Too low: noisy steps. "
    "Too high: slow to react; a high β₁ overshoots, a high β₂ keeps steps small long after one large "
    "gradient."
)


def two_betas_field(help: str = HELP) -> Any:
    """β₁ and β₂ as Adam has them."""
    return betas_field((0.9, 0.999), ("Momentum β₁", "Memory β₂"), help)


def decoupled_switch() -> Any:
    """Whether weight decay goes past the averages."""
    return field(
        False,
        title="Decoupled decay",
        live=True,
        advanced=True,
        help="Off: weight decay is added to the gradient (L2), and weights with large gradients hardly feel "
        "it. On: α times the weight decay is taken off every weight, as in AdamW; too high a decay then "
        "shrinks all weights alike.",
    )


def per_run(factor: Array) -> Array:
    """A factor that does not depend on α as () or (R, 1): where tensors have rates it comes as (R, P)."""
    return factor if factor.ndim == 0 else factor[:, :1]


class BetasUpdate(Update):
    """A rule whose last two factors are β₁ and 1 − β₁."""

    def __init__(self, ground: Ground, weight_decay: Sequence[float], betas: Sequence[Betas]) -> None:
        super().__init__(ground, weight_decay)
        self.m = ground.slots["exp_avg"]
        self.beta1, beta2 = np.array(betas, dtype=np.float64).T
        self.log2 = logarithm(beta2)
        self.keep2, self.new2 = self.column(beta2), self.column(1.0 - beta2)

    def tabulate_beta1(self, out: Floats, momentum: Floats | None) -> Floats:
        """Fill the last two factors; ln β₁ for `correction`."""
        out[-2] = moved(self.beta1, momentum)
        np.subtract(1.0, out[-2], out=out[-1])
        return logarithm(out[-2])

    def average(self, keep1: Array, new1: Array) -> None:
        """m ← β₁m + (1 − β₁)g. Overwrites `work`."""
        np.multiply(self.m, keep1, out=self.m)
        np.multiply(self.grad, new1, out=self.work)
        np.add(self.m, self.work, out=self.m)

    def average_square(self, v: Array) -> None:
        """v ← β₂v + (1 − β₂)g². Overwrites `work`."""
        np.multiply(self.grad, self.grad, out=self.work)
        np.multiply(self.work, self.new2, out=self.work)
        np.multiply(v, self.keep2, out=v)
        np.add(v, self.work, out=v)
