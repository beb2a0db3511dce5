"""What a modifier is: something done around any optimizer's step."""

from collections.abc import Sequence
from typing import ClassVar, Self

from lrviz.engine.optimizers.base import Update
from lrviz.engine.optimizers.ground import Array, Floats, Ground, Slot
from lrviz.engine.parts import Part
from lrviz.engine.tensors import Tensor


class Modifier(Part):
    """The settings of one modifier. As with optimizers, numbers may differ between the runs of a block."""

    averages: ClassVar[bool] = False
    """Whether what is evaluated and shown are other parameters than those that are stepped."""

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """What it keeps between steps, by name; see `Optimizer.slots`."""
        return {}

    @classmethod
    def wrap(cls, specs: Sequence[Self], ground: Ground, inner: Update) -> Update:
        """The update rule `inner` with this around it; `ground.slots` are the modifier's own."""
        raise NotImplementedError


class Wrapper(Update):
    """An update rule around another one, which does the step; here it adds nothing to it.

    Its own factors, `own` of them, come before those of the inner rule.
    """

    own: int = 0

    def __init__(self, ground: Ground, inner: Update) -> None:
        super().__init__(ground)
        self.inner = inner
        self.shown = inner.shown
        self.factors = self.own + inner.factors

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """Its own factors, then the inner rule's."""
        self.tabulate_own(lr, t, out[: self.own])
        self.inner.tabulate(lr, t, out[self.own :], momentum)

    def tabulate_own(self, lr: Floats, t: Floats, out: Floats) -> None:
        """Fill out (own, K, R); see `Update.tabulate`."""

    def step(self, *factors: Array) -> None:
        """The inner step."""
        self.inner.step(*factors[self.own :])

    def show(self) -> None:
        """See `Update`."""
        self.inner.show()


class Averager(Wrapper):
    """A wrapper that evaluates and shows an average, `average` (R, P), of what the inner rule shows."""

    def __init__(self, ground: Ground, inner: Update, average: Array) -> None:
        super().__init__(ground, inner)
        self.average = self.shown = average

    def newest(self) -> Array:
        """What the inner rule shows after its step."""
        self.inner.show()
        return self.inner.shown

    def show(self) -> None:
        """The average is up to date after every step."""
