"""Polynomial decay."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, Planned, whole_field


class Polynomial(Planned):
    """α(t)/α = (1 − min(t, N)/N)ᵖ, with N = `total_iters` and p = `power`.

    PyTorch's defaults are p = 1, a straight line, over 5 steps; here p = 2 over the planned run. Chen et
    al. 2017 (arXiv:1606.00915) train with p = 0.9 ("poly"). Reference:
    `torch.optim.lr_scheduler.PolynomialLR`.
    """

    title: ClassVar[str] = "Polynomial"
    summary: ClassVar[str] = "Falls to nothing, first fast, then slowly."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.PolynomialLR"
    kind: Literal["polynomial"] = "polynomial"
    power: float = field(
        2.0,
        title="Power",
        gt=0.0,
        le=100.0,
        slider=(0.1, 5.0),
        live=True,
        help="How the fall bends: 1 is a straight line. Too low: α stays high and drops at the very end. "
        "Too high: most of the run has hardly any α left.",
    )
    total_iters: int | None = whole_field(
        "How long the fall takes; empty: the whole planned run. Too short: training stands still before "
        "the end. Too long: α is still high at the end.",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        length = total if self.total_iters is None else float(self.total_iters)
        return np.power(1.0 - np.minimum(t, length) / length, self.power)

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """total_iters and power."""
        return {"total_iters": self.total_iters or total, "power": self.power}

    def beyond(self) -> str:
        """See `Schedule`."""
        return "stays at 0, so no weight moves"
