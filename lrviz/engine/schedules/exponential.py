"""Exponential decay."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.schedules.base import Floats, Planned, gamma_field


class Exponential(Planned):
    """α(t)/α = γᵗ, with γ = `gamma`. Reference: `torch.optim.lr_scheduler.ExponentialLR`."""

    title: ClassVar[str] = "Exponential"
    summary: ClassVar[str] = "Falls by the same share every time."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.ExponentialLR"
    kind: Literal["exponential"] = "exponential"
    gamma: float = gamma_field(
        0.999,
        0.99,
        "What α is multiplied by each time: 0.999 halves it every 693 steps. Too low: training "
        "stops before it is done. Too high: α hardly falls (1 is constant).",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        return np.power(self.gamma, t)

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """The factor γ."""
        return {"gamma": self.gamma}

    def beyond(self) -> str:
        """See `Schedule`."""
        return "goes on falling"
