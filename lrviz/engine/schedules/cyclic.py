"""A triangle wave."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, Planned


class Cyclic(Planned):
    """α(t)/α goes in straight lines from 1 up to `max_lr`, back to 1, and again.

    α is the lowest rate (`base_lr`). This is the "triangular" policy; PyTorch also cycles momentum
    unless told not to, which is left out here.
    Paper: Smith 2017 (arXiv:1506.01186). Reference: `torch.optim.lr_scheduler.CyclicLR`.
    """

    title: ClassVar[str] = "Cyclic"
    summary: ClassVar[str] = "Rises from α and falls back to it, again and again."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.CyclicLR"
    kind: Literal["cyclic"] = "cyclic"
    max_lr: float = field(
        10.0,
        title="Highest",
        unit="× α",
        ge=1.0,
        le=1e6,
        scale="log",
        slider=(1.0, 100.0),
        live=True,
        help="The highest rate, as a multiple of α. Too low: nearly constant. "
        "Too high: the loss blows up at the peaks.",
    )
    step_size_up: int = field(
        200,
        title="Rise",
        unit="steps",
        ge=1,
        le=1_000_000_000,
        live=True,
        help="How long a rise takes. Too short: α is back before anything has settled. "
        "Too long: the planned run holds few cycles.",
    )
    step_size_down: int | None = field(
        None,
        title="Fall",
        unit="steps",
        ge=1,
        le=1_000_000_000,
        empty="as the rise",
        live=True,
        help="How long a fall takes; empty: as long as the rise. Too short: no time to settle after a "
        "peak. Too long: the planned run holds few cycles.",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:  # noqa: ARG002
        """See the class."""
        up, down = self.step_size_up, self.step_size_down or self.step_size_up
        place = np.mod(t, up + down)
        height = np.minimum(place / up, (up + down - place) / down)
        return 1.0 + (self.max_lr - 1.0) * height

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:  # noqa: ARG002
        """The absolute rates and the lengths; momentum is left alone."""
        return {
            "base_lr": lr,
            "max_lr": self.max_lr * lr,
            "step_size_up": self.step_size_up,
            "step_size_down": self.step_size_down,
            "mode": "triangular",
            "cycle_momentum": False,
        }
