"""What the optimizers that estimate the distance D to the solution have in common."""

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from lrviz.engine.optimizers.base import Floats, Optimizer
from lrviz.engine.optimizers.betas import two_betas_field
from lrviz.engine.parts import field


def adapted_betas_field() -> Any:
    """β₁ and β₂ of averages that D enters."""
    return two_betas_field(
        "How long the averages of the gradient (β₁) and of its square (β₂) remember; β₂ is also the memory "
        "of the estimate of D. Too low: noisy steps. Too high: slow to react.",
    )


def decouple_field(default: bool) -> Any:
    """Whether weight decay is AdamW's."""
    return field(
        default,
        title="Decoupled decay",
        live=True,
        advanced=True,
        help="How weight decay enters. Off: through the gradient (L2), and D sees it. On: straight from the "
        "weights, as in AdamW.",
    )


def use_bias_correction_field() -> Any:
    """Whether averages are corrected as in Adam."""
    return field(
        False,
        title="Bias correction",
        live=True,
        advanced=True,
        help="Adam's correction for averages that start at zero. Off: the first steps are longer. On: they "
        "are as in Adam; D then grows more slowly.",
    )


class DistanceAdapting(Optimizer):
    """The settings of a rule with an estimate d of D, the distance from the first weights to the solution."""

    kind: str
    d0: float = field(
        1e-6,
        title="First D",
        gt=0.0,
        le=1.0,
        scale="log",
        slider=(1e-8, 1e-2),
        live=True,
        advanced=True,
        help="Where the estimate of D starts, to grow only. An edit starts it anew from the present weights. "
        "Too low: some more steps until it has grown. Too high: the first steps already overshoot.",
    )
    growth_rate: float | None = field(
        None,
        title="Growth limit",
        empty="none",
        gt=1.0,
        le=1e6,
        live=True,
        advanced=True,
        help="By what factor D may grow in one step. Too low: a long warm-up. Too high, or none: D may jump "
        "to its value within a few steps, which can upset training.",
    )

    def restarts(self, before: Self) -> bool:
        """Whether D is to start elsewhere."""
        return self.d0 != before.d0


def growth_of(specs: Sequence[DistanceAdapting]) -> list[float]:
    """By what D may grow in a step, infinity for no limit."""
    return [math.inf if spec.growth_rate is None else spec.growth_rate for spec in specs]


def fill_average(beta: Floats, awake: Floats, keep: Floats, new: Floats) -> None:
    """keep ← β and new ← 1 − β, but 1 and 0 where `awake` is 0: there an average stays as it is."""
    keep[:] = np.where(awake > 0.0, beta, 1.0)
    new[:] = np.where(awake > 0.0, 1.0 - beta, 0.0)
