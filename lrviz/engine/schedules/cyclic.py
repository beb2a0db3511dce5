"""A triangle wave."""

from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, Planned, gamma_field, length_field, momentum_field


class Cyclic(Planned):
    """α(t)/α goes in straight lines from 1 up to 1 + (`max_lr` − 1) s, back to 1, and again.

    α is the lowest rate (`base_lr`). The scale s is 1 ("triangular"), 2⁻ⁿ in cycle n, counted from 0
    ("triangular2"), or γᵗ with γ = `gamma` ("exp_range"). With `cycle_momentum`, momentum goes from
    `max_momentum` down by (`max_momentum` − `base_momentum`) s where α is highest.
    PyTorch cycles momentum unless told not to, and its γ is 1, which makes exp_range triangular: here
    momentum is left alone and γ is 0.999. PyTorch has no default for `max_lr`; here it is 3: the
    paper's rule of thumb is a base rate of 1/3 or 1/4 of the highest, and an α that trains well seldom
    bears ten times as much.
    Paper: Smith 2017 (arXiv:1506.01186), section 3.3 for the rule of thumb. Reference:
    `torch.optim.lr_scheduler.CyclicLR`.
    """

    title: ClassVar[str] = "Cyclic"
    summary: ClassVar[str] = "Rises from α and falls back to it, again and again."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.CyclicLR"
    kind: Literal["cyclic"] = "cyclic"
    max_lr: float = field(
        3.0,
        title="Highest",
        unit="× α",
        ge=1.0,
        le=1e6,
        scale="log",
        slider=(1.0, 100.0),
        live=True,
        help="The highest rate, as a multiple of α. Too low: nearly constant. "
        "Too high: the loss blows up at the peaks.",
    )
    step_size_up: int = length_field(
        200,
        "Rise",
        "How long a rise takes. Too short: α is back before anything has settled. "
        "Too long: the planned run holds few cycles.",
    )
    step_size_down: int | None = length_field(
        None,
        "Fall",
        "How long a fall takes; empty: as long as the rise. Too short: no time to settle after a "
        "peak. Too long: the planned run holds few cycles.",
        empty="as the rise",
    )

    mode: Literal["triangular", "triangular2", "exp_range"] = field(
        "triangular",
        title="Peaks",
        live=True,
        labels=("Stay as high", "Halve", "Decay"),
        help="How high later peaks are: all alike (triangular), each half as far above α as the one before "
        "(triangular2), or lower with every step by the factor γ (exp_range).",
    )
    gamma: float = gamma_field(
        0.999,
        0.99,
        "For peaks that decay: what the height above α is multiplied by each time. Too low: nearly "
        "constant. Too high: the peaks hardly fall (1: not at all).",
    )
    cycle_momentum: bool = field(
        False,
        title="Moves momentum",
        live=True,
        advanced=True,
        help="On: momentum falls while α rises, and rises while it falls, in place of the optimizer's own; "
        "an optimizer without momentum takes no notice. Off: it is left alone.",
    )
    base_momentum: float = momentum_field(
        0.8,
        "Lowest momentum",
        "The momentum at the peaks of α. Too low: the peaks are noisy. Too high: they overshoot.",
    )
    max_momentum: float = momentum_field(
        0.9,
        "Top momentum",
        "The momentum where α is lowest. Too low: slow there. Too high: it rolls past the minimum.",
    )

    @property
    def moves_momentum(self) -> bool:
        """See `Planned`."""
        return self.cycle_momentum

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        return 1.0 + (self.max_lr - 1.0) * self._height(t)

    def momentum(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        return self.max_momentum - (self.max_momentum - self.base_momentum) * self._height(t)

    def _height(self, t: Floats) -> Floats:
        """How far up it is, from 0 to 1."""
        up, down = self.step_size_up, self.step_size_down or self.step_size_up
        place = np.mod(t, up + down)
        height: Floats = np.minimum(place / up, (up + down - place) / down)
        if self.mode == "triangular2":
            return height * np.power(0.5, np.floor(t / (up + down)))
        return height * np.power(self.gamma, t) if self.mode == "exp_range" else height

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """The absolute rates, and the rest as it is."""
        return {
            "base_lr": lr,
            "max_lr": self.max_lr * lr,
            "step_size_up": self.step_size_up,
            "step_size_down": self.step_size_down,
            "mode": self.mode,
            "gamma": self.gamma,
            "cycle_momentum": self.cycle_momentum,
            "base_momentum": self.base_momentum,
            "max_momentum": self.max_momentum,
        }

    def beyond(self) -> str:
        """See `Schedule`."""
        return "goes on in cycles"
