"""Cosine annealing."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.schedules.base import Floats, Planned, floor_field, length_field


class Cosine(Planned):
    """α(t)/α = η + (1 − η)(1 + cos(πt/T_max))/2, with η = `eta_min`.

    As in `torch.optim.lr_scheduler.CosineAnnealingLR`, it rises again past T_max. The closed form
    of the paper and PyTorch's recursive one agree to rounding.
    Paper: Loshchilov & Hutter 2017 (arXiv:1608.03983), without restarts.
    """

    title: ClassVar[str] = "Cosine"
    summary: ClassVar[str] = "Falls slowly, then fast, then slowly to its end."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.CosineAnnealingLR"
    kind: Literal["cosine"] = "cosine"
    T_max: int | None = length_field(
        None,
        "Length",
        "How long the fall takes; empty: the whole planned run. Past it α rises again. Too short: it "
        "does so within the run. Too long: α is still high at the end.",
        empty="all",
    )
    eta_min: float = floor_field(
        "Ends at",
        "The lowest rate, as a multiple of α. Zero: training stops moving at the end. "
        "Too high: the noise of the last steps remains.",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        length = total if self.T_max is None else float(self.T_max)
        multiple: Floats = np.cos(np.pi / length * t)
        multiple += 1.0
        multiple *= (1.0 - self.eta_min) / 2.0
        multiple += self.eta_min
        return multiple

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """T_max and the absolute eta_min."""
        return {"T_max": self.T_max or total, "eta_min": self.eta_min * lr}

    def beyond(self) -> str:
        """See `Schedule`."""
        return "rises again to α, and goes on up and down" if self.T_max is None else "goes on up and down"
