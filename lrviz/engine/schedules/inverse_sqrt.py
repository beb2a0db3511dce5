"""Inverse square root decay, after a warm-up."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, Planned, floor_field, length_field


class InverseSqrt(Planned):
    """α(t)/α = √(w/t) from t = w on, with w = `warmup_updates`; α is the highest rate.

    Before, two sources disagree. "linear", as fairseq has it: i + (1 − i) t/w, with i =
    `warmup_init_lr`. "constant", as T5 has it: 1, so that α(t) = α √w/√max(t, w); T5 writes the absolute
    rate 1/√max(t, 10,000), which is α = 0.01. fairseq's default w is 4,000 and i is absolute.
    References: `fairseq.optim.lr_scheduler.InverseSquareRootSchedule`; Raffel et al. 2020
    (arXiv:1910.10683), section 3.1.2. PyTorch has no such schedule.
    """

    title: ClassVar[str] = "Inverse root"
    summary: ClassVar[str] = "Rises to α, then falls as 1/√t."
    torch_name: ClassVar[str] = ""
    kind: Literal["inverse_sqrt"] = "inverse_sqrt"
    warmup_updates: int = length_field(
        500,
        "Warm-up",
        "How long it takes to α. The fall is the slower, the longer this is. Too short: early steps "
        "overshoot, and α falls early. Too long: time is lost on the way up.",
    )
    warmup: Literal["linear", "constant"] = field(
        "linear",
        title="Rises",
        live=True,
        labels=("In a line", "Not at all"),
        help="In a line (as in fairseq): α rises to its height. Not at all (as in T5): it starts there "
        "and stays for as long, which early steps must bear.",
    )
    warmup_init_lr: float = floor_field(
        "Starts at",
        "The first rate of a warm-up in a line, as a multiple of α. Zero: the first step moves nothing. "
        "Too high: early steps overshoot.",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        length = float(self.warmup_updates)
        fallen = np.sqrt(length / np.maximum(t, length))
        if self.warmup == "constant":
            return fallen
        risen = self.warmup_init_lr + (1.0 - self.warmup_init_lr) * (t / length)
        return np.where(t < length, risen, fallen)

    def beyond(self) -> str:
        """See `Schedule`."""
        return "goes on falling, ever more slowly"
