"""Rises while the loss falls, falls while it does not."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import LONGEST, Floats, Monitor, Reactive, floor_field

Flags = NDArray[np.bool_]


class GreedyLR(Reactive):
    """α ← α/F after more than `patience` better checks in a row, α ← αF after as many worse; F = `factor`.

    A check is better if its loss is below best − `threshold` ("abs") or best · (1 − threshold) ("rel");
    NaN is not. The rate stays between `min_lr` and `max_lr`; a change by `eps` or less does not happen.
    After a rise, `warmup` checks are not looked at, after a fall `cooldown` checks. The fall that finds
    the rate at its lowest for the `reset_start`-th time (since a rise) starts everything afresh, at α.
    Papers: Subramanian & Ganapathiraman 2023, "Zeroth order GreedyLR"; Subramanian et al. 2025
    (arXiv:2512.14527), which proves it for patience 0. Followed: the authors' `transformers.GreedyLR`. Not
    taken over: its mean over the last losses (off by default; what is monitored here is a mean already).
    Its bounds are absolute, 0.001 and 1; here they are multiples of α.
    """

    title: ClassVar[str] = "Greedy"
    summary: ClassVar[str] = "Rises while the loss improves, falls while it does not."
    torch_name: ClassVar[str] = ""
    kind: Literal["greedy"] = "greedy"
    monitor: Monitor = field(
        "test loss",
        title="Watches",
        live=True,
        help="The loss that decides. Test: what is shown as held out, which is then no longer untouched. "
        "Validation: a split of its own. Training: the mean over the batches since the last check.",
    )
    factor: float = field(
        0.95,
        title="Factor",
        gt=0.0,
        lt=1.0,
        slider=(0.5, 0.99),
        live=True,
        help="What the rate is multiplied by at a fall and divided by at a rise. Too low: it jumps about. "
        "Too high: it hardly follows.",
    )
    patience: int = field(
        10,
        title="Patience",
        unit="checks",
        ge=0,
        le=LONGEST,
        live=True,
        help="How many checks in a row must agree; 'Test every' says how often there is one. "
        "Too low: it follows noise. Too high: it comes too late, or never.",
    )
    min_lr: float = floor_field(
        "Lowest",
        "The lowest rate, as a multiple of α. Zero: no floor, training may stand still. "
        "Too high: it cannot fall far enough to settle.",
        default=0.01,
    )
    max_lr: float = field(
        10.0,
        title="Highest",
        unit="× α",
        ge=1.0,
        le=1e6,
        scale="log",
        slider=(1.0, 100.0),
        live=True,
        help="The highest rate, as a multiple of α. Too low: it cannot rise. "
        "Too high: it rises until the loss blows up.",
    )
    threshold: float = field(
        1e-6,
        title="Threshold",
        ge=0.0,
        le=1.0,
        scale="log",
        slider=(1e-8, 0.1),
        live=True,
        advanced=True,
        help="How far the loss must fall to be better. Too low: any creeping down counts, and the rate "
        "rises. Too high: real progress is taken for none.",
    )
    threshold_mode: Literal["rel", "abs"] = field(
        "abs",
        title="Threshold is",
        live=True,
        advanced=True,
        help="Relative (rel): a share of the best loss; asks ever less as the loss becomes small. "
        "Absolute (abs): a difference from it; one that is too large calls every small loss a plateau.",
    )
    cooldown: int = field(
        0,
        title="Cooldown",
        unit="checks",
        ge=0,
        le=LONGEST,
        live=True,
        advanced=True,
        help="How many checks after a fall are not looked at. Too low: a second fall before the first "
        "could help. Too high: time is lost.",
    )
    warmup: int = field(
        0,
        title="Warm-up",
        unit="checks",
        ge=0,
        le=LONGEST,
        live=True,
        advanced=True,
        help="How many checks after a rise are not looked at. Too low: a second rise before the first "
        "shows its harm. Too high: it rises too slowly.",
    )
    reset_start: int = field(
        500,
        title="Starts afresh",
        unit="falls",
        ge=1,
        le=LONGEST,
        live=True,
        advanced=True,
        help="How many falls in vain, at the lowest rate, bring it back to α. Too low: it never settles. "
        "Too high: it stays at the lowest rate.",
    )
    eps: float = field(
        1e-8,
        title="Least change",
        ge=0.0,
        le=1.0,
        live=True,
        advanced=True,
        help="A change of the rate by no more than this is left out. Too low: harmless. "
        "Too high: the rate stays where it is.",
    )

    def start(self) -> dict[str, float]:
        """α itself, nothing seen yet."""
        return {"multiple": 1.0, "best": np.inf, "good": 0.0, "bad": 0.0, "waiting": 0.0, "in vain": 0.0}

    def observe(self, memory: dict[str, Floats], loss: Floats, lr: Floats) -> None:
        """One check: wait, count, then rise or fall."""
        best, good, bad, waiting = memory["best"], memory["good"], memory["bad"], memory["waiting"]
        looks = waiting == 0.0
        waiting[~looks] -= 1.0
        good[~looks] = bad[~looks] = 0.0
        limit = best * (1.0 - self.threshold) if self.threshold_mode == "rel" else best - self.threshold
        better, worse = looks & (loss < limit), looks & ~(loss < limit)
        best[better] = loss[better]
        good[better] += 1.0
        bad[worse] += 1.0
        good[worse] = bad[better] = 0.0

        rises, falls = good > self.patience, bad > self.patience
        self._change(memory, lr, rises, falls)
        good[rises] = bad[falls] = 0.0
        waiting[rises], waiting[falls] = self.warmup, self.cooldown
        self._start_afresh(memory, rises, falls)

    def _change(self, memory: dict[str, Floats], lr: Floats, rises: Flags, falls: Flags) -> None:
        multiple = memory["multiple"]
        raised = np.minimum(multiple / self.factor, self.max_lr)
        lowered = np.maximum(multiple * self.factor, self.min_lr)
        up = rises & (lr * (raised - multiple) > self.eps)
        down = falls & (lr * (multiple - lowered) > self.eps)
        multiple[up], multiple[down] = raised[up], lowered[down]

    def _start_afresh(self, memory: dict[str, Floats], rises: Flags, falls: Flags) -> None:
        """Where it has fallen in vain often enough."""
        vain = memory["in vain"]
        vain[rises] = 0.0
        lowest = falls & (memory["multiple"] <= self.min_lr)
        vain[lowest] += 1.0
        done = lowest & (vain >= self.reset_start)
        for name, value in self.start().items():
            memory[name][done] = value

    def beyond(self) -> str:
        """See `Schedule`."""
        return "still follows the loss"
