"""A straight line to zero."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.schedules.base import Floats, Planned, whole_field


class LinearToZero(Planned):
    """α(t)/α = 1 − min(t, N)/N, with N = `total_iters`.

    The recommendation of Defazio et al. 2023 (arXiv:2310.07831), who derive it for the last iterate, and
    of Bergsma et al. 2025 (arXiv:2502.15938), who compare it with decay to a tenth; both put a warm-up in
    front, which here is a schedule of its own. Reference: `torch.optim.lr_scheduler.LinearLR` from 1 to 0.
    """

    title: ClassVar[str] = "Linear to zero"
    summary: ClassVar[str] = "Falls in a straight line and ends at nothing."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.LinearLR"
    kind: Literal["linear_to_zero"] = "linear_to_zero"
    total_iters: int | None = whole_field(
        "How long the fall takes; empty: the whole planned run. Too short: training stands still before "
        "the end. Too long: α is still high at the end.",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        length = total if self.total_iters is None else float(self.total_iters)
        return 1.0 - np.minimum(t, length) / length

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """From 1 to 0 (PyTorch's defaults go up)."""
        return {"start_factor": 1.0, "end_factor": 0.0, "total_iters": self.total_iters or total}

    def beyond(self) -> str:
        """See `Schedule`."""
        return "stays at 0, so no weight moves"
