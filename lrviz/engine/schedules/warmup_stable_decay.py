"""Warm up, stay, cool down."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import LONGEST, Floats, Planned, floor_field, length_field

COOLDOWN_SHARE = 0.2


class WarmupStableDecay(Planned):
    """Rises in a line to α, stays there, and falls over the last `num_decay_steps` of the planned run.

    With η = `min_lr_ratio`, w = `num_warmup_steps` and z the share of the cooldown that is done (past
    its end, 1): α(t)/α = η + (1 − η) t/w,  then 1,  then η + (1 − η) f(z), where f(z) = 1 − z,
    (1 + cos(πz))/2 or 1 − √z. A cooldown that does not fit between the warm-up and the planned end begins
    right after the warm-up. Papers: Hu et al. 2024 (arXiv:2404.06395); Hägele et al. 2024
    (arXiv:2405.18392) for 1 − √z and a cooldown of a fifth of the run, the length when left empty.
    Followed: `transformers.get_wsd_schedule`, for its names and formulas; there the cosine is the default
    and the length of the stable part can be given instead. PyTorch has no such schedule.
    """

    title: ClassVar[str] = "Warm, stay, cool"
    summary: ClassVar[str] = "Warm-up, stable, decay: a rise, a long plateau, a short fall at the end."
    torch_name: ClassVar[str] = ""
    kind: Literal["warmup_stable_decay"] = "warmup_stable_decay"
    num_warmup_steps: int = field(
        100,
        title="Warm-up",
        unit="steps",
        ge=0,
        le=LONGEST,
        live=True,
        help="How long the rise to α takes. Too short: early steps overshoot. Too long: time is lost.",
    )
    num_decay_steps: int | None = length_field(
        None,
        "Cooldown",
        "How long the fall at the end takes; empty: a fifth of the planned run. Too short: the loss has "
        "no time to settle. Too long: less time at full α.",
        empty="a fifth",
    )
    decay_type: Literal["linear", "cosine", "1-sqrt"] = field(
        "1-sqrt",
        title="Falls",
        live=True,
        labels=("In a line", "As a cosine", "As 1 − √"),
        help="The shape of the cooldown. 1 − √ falls fast at first and is said to end lowest; a cosine "
        "falls late.",
    )
    min_lr_ratio: float = floor_field(
        "Ends at",
        "The first and the last rate, as a multiple of α. Zero: the first step moves nothing, and the "
        "last ones hardly anything. Too high: the noise of the last steps remains.",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        warm = float(self.num_warmup_steps)
        cool = (
            np.maximum(np.floor(COOLDOWN_SHARE * total), 1.0)
            if self.num_decay_steps is None
            else float(self.num_decay_steps)
        )
        begins = np.maximum(total - cool, warm)
        share = np.clip((t - begins) / cool, 0.0, 1.0)
        factor = np.where(t < warm, t / max(warm, 1.0), self._fall(share))
        return self.min_lr_ratio + (1.0 - self.min_lr_ratio) * factor

    def _fall(self, share: Any) -> Any:
        if self.decay_type == "linear":
            return 1.0 - share
        return (1.0 + np.cos(np.pi * share)) / 2.0 if self.decay_type == "cosine" else 1.0 - np.sqrt(share)

    def beyond(self) -> str:
        """See `Schedule`."""
        return "stays at its lowest rate"
