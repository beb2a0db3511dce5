"""Slow weights that follow the fast ones."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.modifiers.base import Modifier, Wrapper
from lrviz.engine.optimizers.base import Update
from lrviz.engine.optimizers.ground import Array, Floats, Ground, Slot
from lrviz.engine.parts import field
from lrviz.engine.tensors import Tensor


class Lookahead(Modifier):
    """After every k steps: s ← s + α_s(θ − s),  θ ← s.

    s are the slow weights, at first θ itself; k is `la_steps` and α_s `la_alpha`. The optimizer's
    averages are left as they are, the paper's default.
    Paper: Zhang et al. 2019 (arXiv:1907.08610). Followed: the paper's algorithm 1.
    """

    title: ClassVar[str] = "Lookahead"
    summary: ClassVar[str] = "Goes some steps ahead, then only part of that way."
    kind: Literal["lookahead"] = "lookahead"
    la_steps: int = field(
        5,
        title="Steps k",
        unit="steps",
        ge=1,
        le=1_000_000,
        live=True,
        help="How many steps are looked ahead. Too low: hardly a difference but shorter steps. "
        "Too high: the way back is long.",
    )
    la_alpha: float = field(
        0.5,
        title="Share",
        ge=0.0,
        le=1.0,
        slider=(0.0, 1.0),
        live=True,
        help="How much of the way ahead is kept. Too low: slow. One: as without lookahead.",
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The slow weights."""
        return {"slow": Slot(first="parameters")}

    @classmethod
    def wrap(cls, specs: Sequence[Self], ground: Ground, inner: Update) -> "LookaheadWrapper":
        """See `Modifier`."""
        return LookaheadWrapper(specs, ground, inner)


class LookaheadWrapper(Wrapper):
    """Its factor: 1 after every k-th step, else 0."""

    own = 1

    def __init__(self, specs: Sequence[Lookahead], ground: Ground, inner: Update) -> None:
        super().__init__(ground, inner)
        self.every = np.array([spec.la_steps for spec in specs], dtype=np.float64)
        self.share = self.column([spec.la_alpha for spec in specs])
        self.slow = ground.slots["slow"]
        self.due = np.empty((len(specs), 1), dtype=np.bool_)

    def tabulate_own(self, lr: Floats, t: Floats, out: Floats) -> None:
        """See the class."""
        np.equal(np.mod(t, self.every), 0.0, out=out[0], casting="unsafe")

    def step(self, *factors: Array) -> None:
        """Five calls on whole arrays after every k-th inner step."""
        super().step(*factors)
        due = factors[0] if factors[0].ndim < 2 else factors[0][:, :1]
        np.not_equal(due, 0.0, out=self.due)
        if not self.due.any():
            return
        np.subtract(self.params, self.slow, out=self.work)
        np.multiply(self.work, self.share, out=self.work)
        np.add(self.slow, self.work, out=self.work)
        np.copyto(self.slow, self.work, where=self.due)
        np.copyto(self.params, self.work, where=self.due)
