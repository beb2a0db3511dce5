"""Cosine annealing with warm restarts."""

from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, Planned, floor_field, gamma_field, length_field

FAR = 1e15
"""Later than any time that is asked for."""


class CosineWarmRestarts(Planned):
    """α(t)/α = η + (max(dⁱ, η) − η)(1 + cos(π T/Tᵢ))/2, T being the time since restart number i.

    η = `eta_min`, Tᵢ = `T_0` · `T_mult`ⁱ the length of a cycle, d = `decay`, which lowers every peak
    (`cycle_decay` in timm); PyTorch knows d = 1 alone. Paper: Loshchilov & Hutter 2017
    (arXiv:1608.03983). Reference: `torch.optim.lr_scheduler.CosineAnnealingWarmRestarts`.
    """

    title: ClassVar[str] = "Warm restarts"
    summary: ClassVar[str] = "Falls like a cosine and jumps back up, again and again."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts"
    kind: Literal["cosine_warm_restarts"] = "cosine_warm_restarts"
    T_0: int = length_field(
        1000,
        "First cycle",
        "How long the first fall takes. Too short: α is back up before anything has settled. "
        "Too long: the planned run holds no restart.",
    )
    T_mult: int = field(
        2,
        title="Lengthening",
        unit="×",
        ge=1,
        le=100,
        live=True,
        help="How much longer each cycle is than the one before (PyTorch: 1, all alike). "
        "Too low: late cycles are too short to settle. Too high: there is no second restart.",
    )
    eta_min: float = floor_field(
        "Ends at",
        "The lowest rate of a cycle, as a multiple of α. Zero: training stands still before a restart. "
        "Too high: it never settles.",
    )
    decay: float = gamma_field(
        1.0,
        0.1,
        "What the height of each restart is multiplied by; at 1, every restart jumps back to α. Too low: "
        "later cycles hardly move. Too high: it never settles.",
        title="Peak factor",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        cycle, since, length = self._place(t)
        height = np.maximum(np.power(self.decay, cycle), self.eta_min) - self.eta_min
        multiple: Floats = self.eta_min + height * (1.0 + np.cos(np.pi * since / length)) / 2.0
        return multiple

    def _place(self, t: Floats) -> tuple[Floats, Floats, float | Floats]:
        """The number of the cycle, the time since it began, and its length."""
        if self.T_mult == 1:
            cycle: Floats = np.floor(t / self.T_0)
            return cycle, t - cycle * self.T_0, float(self.T_0)
        begun = starts(self.T_0, self.T_mult)
        number = np.searchsorted(begun, t, side="right") - 1
        return number.astype(np.float64), t - begun[number], np.diff(begun)[number]

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """The lengths and the absolute eta_min. Raises ValueError for a decay."""
        if self.decay != 1.0:
            raise ValueError("PyTorch's warm restarts always go back to α; set the decay to 1.")
        return {"T_0": self.T_0, "T_mult": self.T_mult, "eta_min": self.eta_min * lr}

    def beyond(self) -> str:
        """See `Schedule`."""
        return "goes on restarting"


@lru_cache(maxsize=64)
def starts(first: int, factor: int) -> Floats:
    """When each cycle begins, as far as anyone asks; exact, as whole numbers."""
    begun, length = [0], first
    while factor > 1 and begun[-1] < FAR:
        begun.append(begun[-1] + length)
        length *= factor
    return np.array(begun, dtype=np.float64)
