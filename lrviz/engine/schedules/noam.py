"""The schedule of the first transformer."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.schedules.base import Floats, Planned, length_field


class Noam(Planned):
    """α(t)/α = min(s/w, √(w/s)), with s = t + 1 and w = `warmup_steps`; α is the highest rate.

    The paper's absolute rate, d^−½ min(s^−½, s w^−3/2) for a width d (`model_size`), is this for
    α = (d w)^−½; d is left out here, as α says it all. It is inverse square root decay that counts from
    1, so that the first step moves.
    Paper: Vaswani et al. 2017 (arXiv:1706.03762), section 5.3, with w = 4,000. PyTorch has no such schedule.
    """

    title: ClassVar[str] = "Noam"
    summary: ClassVar[str] = "Rises to α in a line, then falls as 1/√t."
    torch_name: ClassVar[str] = ""
    kind: Literal["noam"] = "noam"
    warmup_steps: int = length_field(
        500,
        "Warm-up",
        "How long it takes to α. The fall is the slower, the longer this is. Too short: early steps "
        "overshoot, and α falls early. Too long: time is lost on the way up.",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        count, length = t + 1.0, float(self.warmup_steps)
        return np.minimum(count / length, np.sqrt(length / count))

    def beyond(self) -> str:
        """See `Schedule`."""
        return "goes on falling, ever more slowly"
