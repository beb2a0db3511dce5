"""Drops when the loss stops falling."""

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import LONGEST, Floats, Monitor, Reactive, floor_field


class Plateau(Reactive):
    """α ← max(`factor` · α, lowest) after more than `patience` checks in a row without improvement.

    A loss improves if it is below best · (1 − threshold) ("rel") or best − threshold ("abs"); NaN
    does not improve. After a drop, `cooldown` checks are not counted. A drop that would change the
    rate by `eps` or less does not happen. Reference: `torch.optim.lr_scheduler.ReduceLROnPlateau`
    with mode "min".
    PyTorch has no *rebound*, which is off unless `rebound_patience` is given: after a drop, when more
    than so many checks in a row (cooldown not counted) brought no improvement, α ← min(α ·
    `rebound_factor`, `max_lr`), and both counts begin anew. As every drop begins the count anew, a rebound
    patience above `patience` waits until no drop is left.
    """

    title: ClassVar[str] = "On plateau"
    summary: ClassVar[str] = "Drops whenever the loss has stopped falling."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.ReduceLROnPlateau"
    kind: Literal["reduce_on_plateau"] = "reduce_on_plateau"
    monitor: Monitor = field(
        "test loss",
        title="Watches",
        live=True,
        help="The loss that decides. Test: what is shown as held out, which is then no longer untouched. "
        "Validation: a split of its own. Training: the mean over the batches since the last check.",
    )
    factor: float = field(
        0.1,
        title="Factor",
        ge=0.0,
        lt=1.0,
        slider=(0.01, 0.99),
        live=True,
        help="What the rate is multiplied by at a drop. Too low: training stops after a drop or two. "
        "Too high: many drops are needed.",
    )
    patience: int = field(
        10,
        title="Patience",
        unit="checks",
        ge=0,
        le=LONGEST,
        live=True,
        help="How many checks in a row may bring nothing; 'Test every' says how often there is one. "
        "Too low: noise triggers drops. Too high: time is lost on the plateau.",
    )
    threshold: float = field(
        1e-4,
        title="Threshold",
        ge=0.0,
        le=1.0,
        scale="log",
        slider=(1e-6, 0.1),
        live=True,
        advanced=True,
        help="How far the loss must fall to count. Too low: any creeping down counts, and no drop comes. "
        "Too high: real progress is taken for a plateau.",
    )
    threshold_mode: Literal["rel", "abs"] = field(
        "rel",
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
        help="How many checks after a drop are not counted. Too low: a second drop before the first "
        "could help. Too high: time is lost.",
    )
    min_lr: float = floor_field(
        "Lowest",
        "The lowest rate, as a multiple of α. Zero: no floor, training may stand still. "
        "Too high: the drops have little room.",
    )
    eps: float = field(
        1e-8,
        title="Smallest drop",
        ge=0.0,
        le=1.0,
        live=True,
        advanced=True,
        help="A drop that changes the rate by no more than this is left out. Too low: harmless. "
        "Too high: the rate stays where it is.",
    )

    rebound_patience: int | None = field(
        None,
        title="Rebound after",
        unit="checks",
        ge=0,
        le=LONGEST,
        empty="never",
        live=True,
        advanced=True,
        help="How many checks in a row may bring nothing after a drop, until the rate rises again. Too low: "
        "it rises before the drop could help. Too high: it stays low. Empty: never.",
    )
    rebound_factor: float = field(
        2.0,
        title="Rebound factor",
        gt=1.0,
        le=1e6,
        slider=(1.1, 10.0),
        live=True,
        advanced=True,
        help="What the rate is multiplied by when it rises again. Too low: it does not leave the plateau. "
        "Too high: what was learned is lost.",
    )
    max_lr: float = field(
        1.0,
        title="Rebound up to",
        unit="× α",
        gt=0.0,
        le=1e6,
        slider=(0.01, 2.0),
        live=True,
        advanced=True,
        help="The rate above which none rises, as a multiple of α. Too low: no rebound. "
        "Too high: the loss blows up.",
    )

    def start(self) -> dict[str, float]:
        """α itself, nothing seen yet; `dropped`: whether there was a drop."""
        return {"multiple": 1.0, "best": np.inf, "bad": 0.0, "cooldown": 0.0, "idle": 0.0, "dropped": 0.0}

    def observe(self, memory: dict[str, Floats], loss: Floats, lr: Floats) -> None:
        """One check, in PyTorch's order: count, cool down, drop."""
        multiple, best = memory["multiple"], memory["best"]
        bad, cooldown = memory["bad"], memory["cooldown"]
        better = loss < (
            best * (1.0 - self.threshold) if self.threshold_mode == "rel" else best - self.threshold
        )
        best[better] = loss[better]
        idle, dropped = memory["idle"], memory["dropped"]
        bad += 1.0
        idle += 1.0
        bad[better] = idle[better] = 0.0

        cooling = cooldown > 0.0
        cooldown[cooling] -= 1.0
        bad[cooling] = idle[cooling] = 0.0

        due = bad > self.patience
        lowered = np.maximum(multiple * self.factor, self.min_lr)
        drops = due & (lr * (multiple - lowered) > self.eps)
        multiple[drops] = lowered[drops]
        cooldown[due] = self.cooldown
        bad[due] = 0.0
        idle[drops], dropped[drops] = 0.0, 1.0
        if self.rebound_patience is not None:
            self._rebound(memory, (dropped > 0.0) & (idle > self.rebound_patience))

    def _rebound(self, memory: dict[str, Floats], due: NDArray[np.bool_]) -> None:
        """Raise the rates of these runs, as far as there is room."""
        multiple = memory["multiple"]
        rises = due & (multiple < self.max_lr)
        multiple[rises] = np.minimum(multiple[rises] * self.rebound_factor, self.max_lr)
        memory["bad"][rises] = memory["idle"][rises] = 0.0

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """PyTorch's arguments, with the absolute min_lr. Raises ValueError for a rebound."""
        if self.rebound_patience is not None:
            raise ValueError("PyTorch's ReduceLROnPlateau never raises α again; leave the rebound empty.")
        return {
            "mode": "min",
            "factor": self.factor,
            "patience": self.patience,
            "threshold": self.threshold,
            "threshold_mode": self.threshold_mode,
            "cooldown": self.cooldown,
            "min_lr": self.min_lr * lr,
            "eps": self.eps,
        }

    def beyond(self) -> str:
        """See `Schedule`."""
        rebounds = "" if self.rebound_patience is None else ", and rises again"
        return f"still drops whenever the loss stops falling{rebounds}"
