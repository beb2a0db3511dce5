"""Flat, then a cosine."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, Planned, floor_field, whole_field


class FlatCosine(Planned):
    """α(t)/α = 1 up to a share p = `pct_start` of N = `total_iters`, then η + (1 − η)(1 + cos(πz))/2.

    z = (min(t/N, 1) − p)/(1 − p), η = `eta_min`. Reference: fastai's `fit_flat_cos`, which says
    `div_final` = 1/η, by default 10⁵. PyTorch has no such schedule.
    """

    title: ClassVar[str] = "Flat, then cosine"
    summary: ClassVar[str] = "Stays at α for long, then falls as a cosine does."
    torch_name: ClassVar[str] = ""
    kind: Literal["flat_cosine"] = "flat_cosine"
    pct_start: float = field(
        0.75,
        title="Flat share",
        ge=0.0,
        lt=1.0,
        slider=(0.0, 0.95),
        live=True,
        help="The share of the run before the fall. Too low: little time at full α. "
        "Too high: no time to settle.",
    )
    eta_min: float = floor_field(
        "Ends at",
        "The lowest rate, as a multiple of α. Zero: training stops moving at the end. "
        "Too high: the noise of the last steps remains.",
    )
    total_iters: int | None = whole_field(
        "How long both take together; empty: the whole planned run. Too short: the lowest rate for the "
        "rest. Too long: α is still high at the end.",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        length = total if self.total_iters is None else float(self.total_iters)
        share = (np.minimum(t / length, 1.0) - self.pct_start) / (1.0 - self.pct_start)
        fall = (1.0 + np.cos(np.pi * np.maximum(share, 0.0))) / 2.0
        return self.eta_min + (1.0 - self.eta_min) * fall

    def beyond(self) -> str:
        """See `Schedule`."""
        return "stays at its lowest rate"
