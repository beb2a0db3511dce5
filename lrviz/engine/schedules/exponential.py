"""Exponential decay."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, Planned


class Exponential(Planned):
    """α(t)/α = γᵗ, with γ = `gamma`. Reference: `torch.optim.lr_scheduler.ExponentialLR`."""

    title: ClassVar[str] = "Exponential"
    summary: ClassVar[str] = "Falls by the same share every time."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.ExponentialLR"
    kind: Literal["exponential"] = "exponential"
    gamma: float = field(
        0.999,
        title="Factor γ",
        gt=0.0,
        le=1.0,
        slider=(0.99, 1.0),
        live=True,
        help="What α is multiplied by each time: 0.999 halves it every 693 steps. Too low: training "
        "stops before it is done. Too high: α hardly falls (1 is constant).",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:  # noqa: ARG002
        """See the class."""
        return np.power(self.gamma, t)

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:  # noqa: ARG002
        """The factor γ."""
        return {"gamma": self.gamma}
