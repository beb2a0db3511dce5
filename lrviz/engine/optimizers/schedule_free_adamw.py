"""Schedule-Free AdamW."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from lrviz.engine.optimizers.base import (
    Array,
    Floats,
    Ground,
    Slot,
    Tensor,
    eps_field,
    weight_decay_field,
)
from lrviz.engine.optimizers.moments import DECOUPLED_HELP, Beta, betas_field, correction, logarithm
from lrviz.engine.optimizers.schedule_free import ScheduleFree, ScheduleFreeUpdate

Mix = Annotated[float, Field(gt=0.0, lt=1.0)]


class ScheduleFreeAdamW(ScheduleFree):
    """v ← β₂v + (1−β₂)g²,  z ← z − α(g/(√v̂ + ε) + λy) with g taken at y; see `ScheduleFree`.

    v̂ = v/(1−β₂ᵗ); β₁ is the μ of `ScheduleFree`, and there is no average of gradients.
    Followed: `schedulefree.AdamWScheduleFree` 1.4.1, which decays at y; in the paper's algorithm 1 too.
    """

    title: ClassVar[str] = "AdamW Schedule-Free"
    summary: ClassVar[str] = "AdamW that averages where it has been, so that α need not fall at the end."
    kind: Literal["schedule_free_adamw"] = "schedule_free_adamw"
    betas: tuple[Mix, Beta] = betas_field(
        (0.9, 0.999),
        labels=("Momentum β₁", "Memory β₂"),
        help="How near to the average gradients are taken (β₁), and how long the average of squared "
        "gradients remembers (β₂). Too low: unstable or noisy. Too high: slow. Editing β₁ starts the "
        "averages anew.",
    )
    eps: float = eps_field(1e-8, too_high="it turns into Schedule-Free SGD with a small rate")
    weight_decay: float = weight_decay_field(help=DECOUPLED_HELP)

    @property
    def mix(self) -> float:
        """μ is β₁."""
        return self.betas[0]

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The average of squared gradients, and what all keep."""
        return {"exp_avg_sq": Slot(), **super().slots(tensors)}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "ScheduleFreeAdamWUpdate":
        """The update rule for these R settings."""
        return ScheduleFreeAdamWUpdate(specs, ground)


class ScheduleFreeAdamWUpdate(ScheduleFreeUpdate):
    """Factors: those of Schedule-Free SGD, then √(1−β₂ᵗ) and ε √(1−β₂ᵗ)."""

    factors = 5

    def __init__(self, specs: Sequence[ScheduleFreeAdamW], ground: Ground) -> None:
        super().__init__(specs, ground)
        self.v = ground.slots["exp_avg_sq"]
        beta2 = np.array([spec.betas[1] for spec in specs], dtype=np.float64)
        self.log2 = logarithm(beta2)
        self.keep2, self.new2 = self.column(beta2), self.column(1.0 - beta2)
        self.eps = np.array([spec.eps for spec in specs], dtype=np.float64)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        super().tabulate(lr, t, out, momentum)
        root = np.sqrt(correction(self.log2, t))
        out[3], out[4] = root, self.eps * root

    def step(self, *factors: Array) -> None:
        """Sixteen calls on whole arrays (two more with weight decay), and some on one number a run."""
        rate, rate_of_run, power_of_time, root, eps = factors
        grad, work, v = self.grad, self.work, self.v
        np.multiply(grad, grad, out=work)
        np.multiply(work, self.new2, out=work)
        np.multiply(v, self.keep2, out=v)
        np.add(v, work, out=v)
        np.sqrt(v, out=work)
        np.add(work, eps, out=work)
        np.divide(grad, work, out=grad)
        np.multiply(grad, root, out=grad)
        self.add_decay()
        self.average(rate, rate_of_run, power_of_time)
