"""A straight line."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, Planned, whole_field


class Linear(Planned):
    """α(t)/α = s + (e − s) min(t, N)/N, with s = `start_factor`, e = `end_factor`, N = `total_iters`.

    PyTorch's defaults, from 1/3 to 1 in 5 steps, are a short warm-up; here the default is a fall to a
    tenth over the planned run. Reference: `torch.optim.lr_scheduler.LinearLR`, of which the closed form
    and the recursive one agree to rounding.
    """

    title: ClassVar[str] = "Linear"
    summary: ClassVar[str] = "Goes in a straight line from one rate to another."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.LinearLR"
    kind: Literal["linear"] = "linear"
    start_factor: float = field(
        1.0,
        title="Starts at",
        unit="× α",
        gt=0.0,
        le=1.0,
        slider=(0.01, 1.0),
        live=True,
        help="The first rate, as a multiple of α. Too low: the first steps hardly move. "
        "Too high for the first steps: they overshoot, and start lower then.",
    )
    end_factor: float = field(
        0.1,
        title="Ends at",
        unit="× α",
        ge=0.0,
        le=1.0,
        slider=(0.0, 1.0),
        live=True,
        help="The last rate, as a multiple of α. Zero: training stops moving at the end. "
        "Too high: the noise of the last steps remains.",
    )
    total_iters: int | None = whole_field(
        "How long the line is; empty: the whole planned run. Too short: nearly all steps have the last "
        "rate. Too long: the last rate is not reached.",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        length = total if self.total_iters is None else float(self.total_iters)
        return self.start_factor + (self.end_factor - self.start_factor) * (np.minimum(t, length) / length)

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """The two factors and the length."""
        return {
            "start_factor": self.start_factor,
            "end_factor": self.end_factor,
            "total_iters": self.total_iters or total,
        }

    def beyond(self) -> str:
        """See `Schedule`."""
        return "stays at its last rate"
