"""Drops at equal distances."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.schedules.base import Floats, Planned, gamma_field, length_field


class Step(Planned):
    """α(t)/α = γ^⌊t/s⌋, with γ = `gamma` and s = `step_size`.

    Reference: `torch.optim.lr_scheduler.StepLR`.
    """

    title: ClassVar[str] = "Step"
    summary: ClassVar[str] = "Stays, drops, stays, drops."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.StepLR"
    kind: Literal["step"] = "step"
    step_size: int = length_field(
        1000,
        "Every",
        "How long α stays between two drops. Too short: training stops before it is done. "
        "Too long: time is spent where α is too high to get any further.",
    )
    gamma: float = gamma_field(
        0.1,
        0.01,
        "What α is multiplied by at each drop. Too low: training stops after a drop or two. "
        "Too high: drops change little (1 is constant).",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        return np.power(self.gamma, np.floor(t / self.step_size))

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """step_size and gamma."""
        return {"step_size": self.step_size, "gamma": self.gamma}

    def beyond(self) -> str:
        """See `Schedule`."""
        return "goes on dropping"
