"""Schedule-Free SGD."""

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
    Update,
    weight_decay_field,
)
from lrviz.engine.optimizers.betas import per_run
from lrviz.engine.parts import field

TINY = 1e-300
"""Below every rate, so that a rate of zero has a logarithm."""


class ScheduleFree(Optimizer):
    """What the Schedule-Free optimizers have in common.

    y = (1−μ)z + μx is what is trained: gradients are taken there. z is stepped: z ← z − αu, and x, which
    is evaluated and shown, is the average of the z: x ← (1−c)x + cz with c = w/Σw and
    w = tʳ (largest α so far)^p, p = `weight_lr_power`. While t < `warmup_steps`, α is multiplied by
    t/`warmup_steps`; a schedule, which should not be needed, multiplies it as well. As in the reference, x
    is not kept but found from y and z, x = z + (y − z)/μ; so another μ starts anew from y.
    Paper: Defazio et al. 2024 (arXiv:2405.15682). Followed: the package `schedulefree` 1.4.1.
    """

    averages: ClassVar[bool] = True
    torch_name: ClassVar[str] = ""
    kind: str
    weight_decay: float
    warmup_steps: int = field(
        0,
        title="Warm-up",
        unit="steps",
        ge=0,
        le=100_000_000,
        live=True,
        help="Over how many steps α grows from zero. Too low: a high α may be unstable at first. Too "
        "high: time is lost.",
    )
    r: float = field(
        0.0,
        title="Power of time r",
        ge=0.0,
        le=100.0,
        slider=(0.0, 10.0),
        live=True,
        advanced=True,
        help="How much more later points count in the average. Zero: all alike. Too high: hardly an "
        "average any more, as noisy as the last point.",
    )
    weight_lr_power: float = field(
        2.0,
        title="Power of α",
        ge=0.0,
        le=100.0,
        slider=(0.0, 10.0),
        live=True,
        advanced=True,
        help="How much less points count that were stepped to during warm-up. Zero: all alike. Too high: "
        "what was learned in warm-up is forgotten.",
    )

    @property
    def mix(self) -> float:
        """μ."""
        raise NotImplementedError

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """z, the largest α, and ln Σw."""
        return {
            "z": Slot(first="parameters"),
            "lr_max": Slot(shape=(1,), exact=True),
            "log_weight_sum": Slot(shape=(1,), first=-np.inf, exact=True),
        }

    def restarts(self, before: Self) -> bool:
        """Whether μ has changed."""
        return before.mix != self.mix


class ScheduleFreeSGD(ScheduleFree):
    """z ← z − αg with g taken at y, between z and its average x; see `ScheduleFree`.

    Weight decay λ is added to the gradient first, g ← g + λy. α is wanted larger than SGD's with momentum.
    Followed: `schedulefree.SGDScheduleFree` 1.4.1.
    """

    title: ClassVar[str] = "SGD Schedule-Free"
    summary: ClassVar[str] = "SGD that averages where it has been, so that α need not fall at the end."
    adaptive: ClassVar[bool] = False
    kind: Literal["schedule_free_sgd"] = "schedule_free_sgd"
    momentum: float = field(
        0.9,
        title="Momentum",
        gt=0.0,
        lt=1.0,
        slider=(0.5, 0.99),
        live=True,
        help="How near to the average gradients are taken. Too low: as without an average, unstable at a "
        "high α. Too high: slow. Editing it starts the average anew.",
    )
    weight_decay: float = weight_decay_field()

    @property
    def mix(self) -> float:
        """μ is `momentum`."""
        return self.momentum

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "ScheduleFreeUpdate":
        """The update rule for these R settings."""
        return ScheduleFreeUpdate(specs, ground)


class ScheduleFreeUpdate(Update):
    """Factors: α with its warm-up; the same of the run, where tensors have rates of their own; r ln t.

    A constant multiple of α does not change the average, so one serves all tensors of a run.
    """

    factors = 3

    def __init__(self, specs: Sequence[ScheduleFree], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.z = ground.slots["z"]
        self.lr_max, self.log_sum = ground.slots["lr_max"], ground.slots["log_weight_sum"]
        mix = np.array([spec.mix for spec in specs], dtype=np.float64)
        self.back, self.kept = self.column(1.0 / mix), self.column(mix)
        self.warmup = np.array([max(spec.warmup_steps, 1) for spec in specs], dtype=np.float64)
        self.r = np.array([spec.r for spec in specs], dtype=np.float64)
        self.power = np.array([[spec.weight_lr_power] for spec in specs], dtype=np.float64)
        self.log_weight = np.empty_like(self.lr_max)
        self.share, self.past = (np.empty(self.lr_max.shape, dtype=ground.params.dtype) for _ in range(2))
        self.shown = ground.params.copy()

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        rate = lr * np.minimum(t / self.warmup, 1.0)
        out[0] = rate
        out[1] = rate if rate.ndim < 3 else rate.max(axis=-2, keepdims=True)
        out[2] = self.r * np.log(t)

    def show(self) -> None:
        """x = z + (y − z)/μ."""
        np.subtract(self.params, self.z, out=self.shown)
        np.multiply(self.shown, self.back, out=self.shown)
        np.add(self.shown, self.z, out=self.shown)

    def step(self, *factors: Array) -> None:
        """Eight calls on whole arrays (two more with weight decay), and some on one number a run."""
        rate, rate_of_run, power_of_time = factors
        self.add_decay()
        self.average(rate, rate_of_run, power_of_time)

    def average(self, rate: Array, rate_of_run: Array, power_of_time: Array) -> None:
        """y ← (1−c)y + cz − α(1 − μ(1−c))u, z ← z − αu, where u is `grad`."""
        grad, work, y, z = self.grad, self.work, self.params, self.z
        self._weigh(per_run(rate_of_run), per_run(power_of_time))
        np.subtract(z, y, out=work)
        np.multiply(work, self.share, out=work)
        np.add(y, work, out=y)
        np.multiply(grad, rate, out=grad)
        np.subtract(z, grad, out=z)
        np.multiply(grad, self.past, out=grad)
        np.subtract(y, grad, out=y)

    def _weigh(self, rate: Array, power_of_time: Array) -> None:
        """share ← c, past ← 1 − μ(1−c). In logarithms, as weights may be beyond all numbers."""
        log_weight, lr_max, log_sum = self.log_weight, self.lr_max, self.log_sum
        np.maximum(lr_max, rate, out=lr_max)
        np.maximum(lr_max, TINY, out=log_weight)
        np.log(log_weight, out=log_weight)
        np.multiply(log_weight, self.power, out=log_weight)
        np.add(log_weight, power_of_time, out=log_weight)
        np.logaddexp(log_sum, log_weight, out=log_sum)
        np.subtract(log_weight, log_sum, out=log_weight)
        np.exp(log_weight, out=self.share, casting="same_kind")
        np.subtract(1.0, self.share, out=self.past)
        np.multiply(self.past, self.kept, out=self.past)
        np.subtract(1.0, self.past, out=self.past)
