"""No schedule."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.schedules.base import Floats, Planned


class Constant(Planned):
    """α(t)/α = 1. Reference: `torch.optim.lr_scheduler.ConstantLR` with factor 1."""

    title: ClassVar[str] = "Constant"
    summary: ClassVar[str] = "Stays at α."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.ConstantLR"
    kind: Literal["constant"] = "constant"

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """1 at all times."""
        return np.ones_like(t)

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """A factor of 1 (PyTorch's default is ⅓)."""
        return {"factor": 1.0, "total_iters": 0}

    def beyond(self) -> str:
        """See `Schedule`."""
        return "stays at α"
