"""A warm-up in front of another schedule."""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import ValidationInfo, field_validator

from lrviz.engine.parts import PartField, field
from lrviz.engine.schedules.base import Floats, Times, length_field
from lrviz.engine.schedules.composite import Composite, counting, in_turn, member_field
from lrviz.engine.schedules.cosine import Cosine
from lrviz.engine.schedules.linear import Linear
from lrviz.engine.schedules.sequence import after

if TYPE_CHECKING:
    from lrviz.engine.schedules import AnyPlanned


class Warmup(Composite):
    """α(t) = f(t) times the first rate of another schedule, then that schedule, from its beginning.

    With n = `total_iters`, s = `start_factor` and z = t/n: f = s + (1 − s)z, s + (1 − s)(1 − cos(πz))/2,
    or s^(1 − z), 1 from t = n on, so that nothing jumps there. The other one counts its time from n, and
    its planned length is what is left.
    The linear warm-up of Goyal et al. 2017 (arXiv:1706.02677). Reference:
    `torch.optim.lr_scheduler.SequentialLR` of `LinearLR` and the other; PyTorch has no other shapes.
    """

    title: ClassVar[str] = "Warm-up, then"
    summary: ClassVar[str] = "Rises to the first rate of another schedule, then follows that."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.SequentialLR"
    kind: Literal["warmup"] = "warmup"
    total_iters: int = length_field(
        200,
        "Warm-up",
        "How long the rise takes. Too short: early steps overshoot. Too long: time is lost.",
    )
    start_factor: float = field(
        0.01,
        title="Starts at",
        gt=0.0,
        le=1.0,
        scale="log",
        slider=(1e-4, 1.0),
        live=True,
        help="The first rate, as a share of the other schedule's first one. Too low: the first steps hardly "
        "move. Too high: they overshoot.",
    )
    shape: Literal["linear", "cosine", "exponential"] = field(
        "linear",
        title="Rises",
        live=True,
        labels=("In a line", "As a cosine", "Exponentially"),
        help="The shape of the rise. A cosine is soft at both ends; an exponential one stays low for long.",
    )
    schedule: Annotated["AnyPlanned", *PartField, member_field("Then", "The schedule after the warm-up.")] = (
        Cosine()
    )

    @field_validator("schedule")
    @classmethod
    def _counts_the_same(cls, schedule: "AnyPlanned", info: ValidationInfo) -> "AnyPlanned":
        return counting(schedule, info.data.get("unit", "step"))

    @property
    def members(self) -> tuple["AnyPlanned", ...]:
        """See `Composite`."""
        return (self.schedule,)

    def multiple_at(self, times: Times) -> Floats:
        """See the class."""
        return self._rise(times.t) * self.schedule.multiple_at(after(times, self.total_iters))

    def momentum_at(self, times: Times) -> Floats:
        """The other schedule's; during the warm-up its first."""
        return self.schedule.momentum_at(after(times, self.total_iters))

    def _rise(self, t: Floats) -> Floats:
        share: Floats = np.minimum(t / self.total_iters, 1.0)
        if self.shape == "exponential":
            return np.power(self.start_factor, 1.0 - share)
        if self.shape == "cosine":
            share = (1.0 - np.cos(np.pi * share)) / 2.0
        return self.start_factor + (1.0 - self.start_factor) * share

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """Two schedulers and one milestone. Raises ValueError where PyTorch has no such thing."""
        if self.shape != "linear":
            raise ValueError("PyTorch has only a linear warm-up; choose that.")
        first = lr * float(self.schedule.multiple_at(Times(np.zeros(1), float(total), lr))[0])
        if first != lr:
            raise ValueError(
                f"PyTorch's warm-up ends at α, where {self.schedule.title} does not begin; "
                "choose a schedule that does."
            )
        rise = Linear(start_factor=self.start_factor, end_factor=1.0, total_iters=self.total_iters)
        rest = in_turn(self.schedule, lr, max(total - self.total_iters, 1))
        return {"schedulers": [rise.in_torch(lr, total), rest], "milestones": [self.total_iters]}

    def beyond(self) -> str:
        """See `Schedule`."""
        return self.schedule.beyond()
