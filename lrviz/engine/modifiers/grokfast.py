"""Amplifies what is slow in the gradient."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.modifiers.base import Modifier, Wrapper
from lrviz.engine.optimizers.base import Update
from lrviz.engine.optimizers.ground import Array, Floats, Ground, Slot
from lrviz.engine.parts import field
from lrviz.engine.tensors import Tensor


class Grokfast(Modifier):
    """h ← βh + (1 − β)g,  g ← g + λh; the first h is g.

    β is `alpha` and λ `lamb`. This is the paper's Grokfast-EMA.
    Paper: Lee et al. 2024 (arXiv:2405.20233). Followed: the authors' `gradfilter_ema`.
    """

    title: ClassVar[str] = "Grokfast"
    summary: ClassVar[str] = "Adds a slow average of the gradient to it, so that what is lasting counts more."
    kind: Literal["grokfast"] = "grokfast"
    alpha: float = field(
        0.98,
        title="Memory β",
        ge=0.0,
        lt=1.0,
        slider=(0.0, 0.9999),
        live=True,
        help="How long the average remembers (`alpha` in the paper, not the learning rate). Too low: it "
        "amplifies noise. Too high: slow to react.",
    )
    lamb: float = field(
        2.0,
        title="Gain λ",
        ge=0.0,
        le=100.0,
        slider=(0.0, 10.0),
        live=True,
        help="How much of the average is added. Zero: none. Too high: acts like a far larger α.",
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The average h."""
        return {"average": Slot()}

    @classmethod
    def wrap(cls, specs: Sequence[Self], ground: Ground, inner: Update) -> "GrokfastWrapper":
        """See `Modifier`."""
        return GrokfastWrapper(specs, ground, inner)


class GrokfastWrapper(Wrapper):
    """Its factors: β and 1 − β, at the first update 0 and 1."""

    own = 2

    def __init__(self, specs: Sequence[Grokfast], ground: Ground, inner: Update) -> None:
        super().__init__(ground, inner)
        self.memory = np.array([spec.alpha for spec in specs], dtype=np.float64)
        self.gain = self.column([spec.lamb for spec in specs])
        self.average = ground.slots["average"]

    def tabulate_own(self, lr: Floats, t: Floats, out: Floats) -> None:
        """See the class."""
        out[0] = np.where(t > 1.0, self.memory, 0.0)
        np.subtract(1.0, out[0], out=out[1])

    def step(self, *factors: Array) -> None:
        """Five calls on whole arrays before the inner step."""
        keep, new = factors[:2]
        average, work, grad = self.average, self.work, self.grad
        np.multiply(average, keep, out=average)
        np.multiply(grad, new, out=work)
        np.add(average, work, out=average)
        np.multiply(average, self.gain, out=work)
        np.add(grad, work, out=grad)
        super().step(*factors)
