"""A formula of one's own."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import field_validator

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import Floats, PlannedAt, Times
from lrviz.engine.schedules.formula import evaluate, read

HIGHEST = 1e6
"""No rate is higher, as no α is."""


class Expression(PlannedAt):
    """α(t) is what a formula of t, T, epoch and lr says, such as lr * 0.5 ** (epoch / 10).

    t is the time in `unit`, T the planned length in it, epoch the passes over the training data completed
    (of the whole run, also inside another schedule) and lr is α. What a formula may contain is listed in
    `lrviz.engine.schedules.formula`; the multiple is its value divided by lr. A value below zero, and one
    that is not finite (as in lr / t at t = 0), counts as 0: no weight moves; one above 10⁶ as 10⁶. With an
    α of 0 the rate is 0, whatever the formula says.
    """

    title: ClassVar[str] = "Formula"
    summary: ClassVar[str] = "Follows a formula of time that you write."
    torch_name: ClassVar[str] = ""
    kind: Literal["expression"] = "expression"
    formula: str = field(
        "lr * 0.5 ** (4 * t / T)",
        title="α(t)",
        live=True,
        help="The rate as a formula of t (time), T (planned length), epoch (completed passes) and lr (α): "
        "+ - * / // % **, comparisons, a if b else c, sin cos tan tanh exp log log2 log10 sqrt abs floor "
        "ceil min max, pi, e. Below zero or not finite counts as 0. Without lr in it, α has no effect.",
    )

    @field_validator("formula")
    @classmethod
    def _can_be_read(cls, formula: str) -> str:
        read(formula)
        return formula.strip()

    def multiple_at(self, times: Times) -> Floats:
        """See the class."""
        formula = read(self.formula)
        t = np.ascontiguousarray(times.t, dtype=np.float64)
        lr = np.asarray(times.lr, dtype=np.float64)
        values = {"t": t, "T": np.asarray(times.total, dtype=np.float64), "lr": lr}
        if "epoch" in formula.names:
            values["epoch"] = np.ascontiguousarray(times.epoch(), dtype=np.float64)
        rate = np.broadcast_to(evaluate(formula, values), np.broadcast_shapes(t.shape, lr.shape))
        with np.errstate(all="ignore"):
            multiple = np.where(np.isfinite(rate), np.clip(rate, 0.0, HIGHEST), 0.0) / lr
        return np.where(np.isfinite(multiple), multiple, 0.0)

    def beyond(self) -> str:
        """See `Schedule`."""
        return "goes on as its formula says"
