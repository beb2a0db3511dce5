"""A triangle wave."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, Planned, length_field


class Cyclic(Planned):
    """α(t)/α goes in straight lines from 1 up to `max_lr`, back to 1, and again.

    α is the lowest rate (`base_lr`). This is the "triangular" policy; PyTorch also cycles momentum
    unless told not to, which is left out here. PyTorch has no default for `max_lr`; here it is 3: the
    paper's rule of thumb is a base rate of 1/3 or 1/4 of the highest, and an α that trains well seldom
    bears ten times as much.
    Paper: Smith 2017 (arXiv:1506.01186), section 3.3 for the rule of thumb. Reference:
    `torch.optim.lr_scheduler.CyclicLR`.
    """

    title: ClassVar[str] = "Cyclic"
    summary: ClassVar[str] = "Rises from α and falls back to it, again and again."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.CyclicLR"
    kind: Literal["cyclic"] = "cyclic"
    max_lr: float = field(
        3.0,
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
    step_size_up: int = length_field(
        200,
        "Rise",
        "How long a rise takes. Too short: α is back before anything has settled. "
        "Too long: the planned run holds few cycles.",
    )
    step_size_down: int | None = length_field(
        None,
        "Fall",
        "How long a fall takes; empty: as long as the rise. Too short: no time to settle after a "
        "peak. Too long: the planned run holds few cycles.",
        empty="as the rise",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        up, down = self.step_size_up, self.step_size_down or self.step_size_up
        place = np.mod(t, up + down)
        height = np.minimum(place / up, (up + down - place) / down)
        return 1.0 + (self.max_lr - 1.0) * height

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """The absolute rates and the lengths; momentum is left alone."""
        return {
            "base_lr": lr,
            "max_lr": self.max_lr * lr,
            "step_size_up": self.step_size_up,
            "step_size_down": self.step_size_down,
            "mode": "triangular",
            "cycle_momentum": False,
        }

    def beyond(self) -> str:
        """See `Schedule`."""
        return "goes on in cycles"
