"""One rise, one fall."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, Planned, length_field, momentum_field


class OneCycle(Planned):
    """From α/`div_factor` up to α, and down to that first rate/`final_div_factor`; α is `max_lr`.

    With N = `total_steps` and p = `pct_start`, a phase ends at pN − 1, and the last one at N − 1; with
    `three_phase` the fall first goes back to the first rate, until 2pN − 2. Between the ends a and b of a
    phase, z being the share of it that is done: b + (a − b)(1 + cos(πz))/2, or a + (b − a)z. Momentum
    goes the other way, between `max_momentum` and `base_momentum`; a third phase leaves it high.
    Past N − 1 the last rate stays. PyTorch, made for just N rates, gives one rate more, past the end of
    the curve and so below zero where it is a line, and then refuses.
    Paper: Smith & Topin 2018 (arXiv:1708.07120), with three phases and lines; two and a cosine are
    fastai's, and PyTorch's default. Reference: `torch.optim.lr_scheduler.OneCycleLR`.
    """

    title: ClassVar[str] = "One cycle"
    summary: ClassVar[str] = "Rises from a small rate to α, then falls to almost nothing."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.OneCycleLR"
    kind: Literal["one_cycle"] = "one_cycle"
    total_steps: int | None = length_field(
        None,
        "Length",
        "How long the cycle is; empty: the whole planned run. Too short: hardly any α for the rest. "
        "Too long: α is still high at the end.",
        empty="all",
    )
    pct_start: float = field(
        0.3,
        title="Rise",
        ge=0.0,
        le=1.0,
        slider=(0.05, 0.95),
        live=True,
        help="The share of the cycle that rises. Too low: early steps overshoot. "
        "Too high: no time to settle.",
    )
    anneal_strategy: Literal["cos", "linear"] = field(
        "cos",
        title="Shape",
        live=True,
        labels=("Cosine", "Lines"),
        help="How it goes from one rate to the next: as a cosine, softly at both ends, or in a line.",
    )
    div_factor: float = field(
        25.0,
        title="Starts at α /",
        ge=1.0,
        le=1e9,
        scale="log",
        slider=(1.0, 1000.0),
        live=True,
        help="The first rate is α divided by this. Too low: early steps overshoot. "
        "Too high: the first steps hardly move.",
    )
    final_div_factor: float = field(
        1e4,
        title="Ends at start /",
        ge=1.0,
        le=1e12,
        scale="log",
        slider=(1.0, 1e6),
        live=True,
        help="The last rate is the first one divided by this. Too low: the noise of the last steps "
        "remains. Too high: the last steps hardly move.",
    )
    three_phase: bool = field(
        False,
        title="Three phases",
        live=True,
        advanced=True,
        help="On: it falls to the first rate in as long as it rose, and the rest of the run goes from "
        "there to the last rate. Off: it falls in one go.",
    )
    cycle_momentum: bool = field(
        True,
        title="Moves momentum",
        live=True,
        advanced=True,
        help="On: momentum falls while α rises, and rises while it falls, in place of the optimizer's own; "
        "an optimizer without momentum takes no notice. Off: it is left alone.",
    )
    base_momentum: float = momentum_field(
        0.85,
        "Lowest momentum",
        "The momentum where α is highest. Too low: the peak is noisy. Too high: the peak overshoots.",
    )
    max_momentum: float = momentum_field(
        0.95,
        "Top momentum",
        "The momentum where α is lowest. Too low: slow at both ends. Too high: it rolls past the minimum.",
    )

    @property
    def moves_momentum(self) -> bool:
        """See `Planned`."""
        return self.cycle_momentum

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        first = 1.0 / self.div_factor
        last = first / self.final_div_factor
        return self._through([first, 1.0, first, last] if self.three_phase else [first, 1.0, last], t, total)

    def momentum(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        low, high = self.base_momentum, self.max_momentum
        return self._through([high, low, high, high] if self.three_phase else [high, low, high], t, total)

    def _through(self, levels: Sequence[float], t: Floats, total: float | Floats) -> Floats:
        """From level to level, one phase each."""
        length = total if self.total_steps is None else float(self.total_steps)
        last, rise = length - 1.0, self.pct_start * length
        ends = [rise - 1.0, 2.0 * rise - 2.0, last] if self.three_phase else [rise - 1.0, last]
        begins = [np.zeros_like(last), *ends[:-1]]
        *phases, end_phase = zip(begins, ends, levels[:-1], levels[1:], strict=True)
        t = np.minimum(t, last)
        values = self._phase(t, *end_phase)
        for phase in reversed(phases):
            values = np.where(t <= phase[1], self._phase(t, *phase), values)
        return values

    def _phase(
        self, t: Floats, begin: float | Floats, end: float | Floats, first: float, last: float
    ) -> Floats:
        """From `first` to `last`; a phase without length is done, where PyTorch divides by zero."""
        span = np.asarray(end - begin)
        done = np.where(span == 0.0, 1.0, (t - begin) / np.where(span == 0.0, 1.0, span))
        if self.anneal_strategy == "linear":
            return (last - first) * done + first
        return last + (first - last) / 2.0 * (np.cos(np.pi * done) + 1.0)

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """PyTorch's arguments; max_lr is α."""
        return {
            "max_lr": lr,
            "total_steps": self.total_steps or total,
            "pct_start": self.pct_start,
            "anneal_strategy": self.anneal_strategy,
            "cycle_momentum": self.cycle_momentum,
            "base_momentum": self.base_momentum,
            "max_momentum": self.max_momentum,
            "div_factor": self.div_factor,
            "final_div_factor": self.final_div_factor,
            "three_phase": self.three_phase,
        }

    def beyond(self) -> str:
        """See `Schedule`."""
        return "stays at its last rate (PyTorch's OneCycleLR ends with an error)"
