"""Reflected exponential decay."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.schedules.base import Floats, Planned, whole_field


class REX(Planned):
    """α(t)/α = (1 − z)/(½ + ½(1 − z)), with z = min(t, N)/N and N = `total_iters`.

    Stays above a straight line, most of all near the end. Paper: Chen et al. 2021 (arXiv:2107.04197),
    whose budget is the planned run. PyTorch has no such schedule.
    """

    title: ClassVar[str] = "REX"
    summary: ClassVar[str] = "Falls slowly at first, ever faster, and ends at nothing."
    torch_name: ClassVar[str] = ""
    kind: Literal["rex"] = "rex"
    total_iters: int | None = whole_field(
        "How long the fall takes; empty: the whole planned run. Too short: training stands still before "
        "the end. Too long: α is still high at the end.",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        length = total if self.total_iters is None else float(self.total_iters)
        left = 1.0 - np.minimum(t, length) / length
        return left / (0.5 + 0.5 * left)

    def beyond(self) -> str:
        """See `Schedule`."""
        return "stays at 0, so no weight moves"
