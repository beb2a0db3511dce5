"""Inverse time decay."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, Planned, length_field


class InverseTime(Planned):
    """α(t)/α = 1/(1 + r t/s), with r = `decay_rate` and s = `decay_steps`.

    The decay for which stochastic gradient descent is known to converge: its sum is infinite, that of its
    squares is not (Robbins & Monro 1951; Bottou 2012, "Stochastic gradient descent tricks").
    `staircase` takes ⌊t/s⌋ for t/s. Reference: `keras.optimizers.schedules.InverseTimeDecay`; PyTorch has
    no such schedule.
    """

    title: ClassVar[str] = "Inverse time"
    summary: ClassVar[str] = "Falls as 1/t, ever more slowly, and never ends."
    torch_name: ClassVar[str] = ""
    kind: Literal["inverse_time"] = "inverse_time"
    decay_rate: float = field(
        1.0,
        title="Decay",
        gt=0.0,
        le=1e6,
        scale="log",
        slider=(0.01, 100.0),
        live=True,
        help="How strong the decay is: at 1, α has halved after one period. Too low: nearly constant. "
        "Too high: α falls before anything is learned.",
    )
    decay_steps: int = length_field(
        1000,
        "Period",
        "The time after which the decay counts once. Too short: α falls before anything is learned. "
        "Too long: nearly constant.",
    )
    staircase: bool = field(
        False,
        title="In stairs",
        live=True,
        help="Off: α falls with every step. On: it stays for a period, then drops.",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        periods = t / self.decay_steps
        return 1.0 / (1.0 + self.decay_rate * (np.floor(periods) if self.staircase else periods))

    def beyond(self) -> str:
        """See `Schedule`."""
        return "goes on falling, ever more slowly"
