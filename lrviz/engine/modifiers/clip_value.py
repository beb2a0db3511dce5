"""Clips every number of the gradient."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.modifiers.base import Modifier, Wrapper
from lrviz.engine.optimizers.base import Update
from lrviz.engine.optimizers.ground import Array, Ground
from lrviz.engine.parts import field


class ClipValue(Modifier):
    """g ← min(max(g, −c), c), number by number; c is `clip_value`.

    Followed: `torch.nn.utils.clip_grad_value_`.
    """

    title: ClassVar[str] = "Clip by value"
    summary: ClassVar[str] = "Cuts every number of the gradient at a limit; the direction turns."
    kind: Literal["clip_value"] = "clip_value"
    clip_value: float = field(
        1.0,
        title="Largest",
        gt=0.0,
        le=1e6,
        scale="log",
        slider=(1e-3, 1e3),
        live=True,
        help="The largest number of the gradient that passes unchanged. Too low: only signs are left. "
        "Too high: nothing is clipped.",
    )

    @classmethod
    def wrap(cls, specs: Sequence[Self], ground: Ground, inner: Update) -> "ClipValueWrapper":
        """See `Modifier`."""
        return ClipValueWrapper(specs, ground, inner)


class ClipValueWrapper(Wrapper):
    """Two calls on whole arrays before the inner step."""

    def __init__(self, specs: Sequence[ClipValue], ground: Ground, inner: Update) -> None:
        super().__init__(ground, inner)
        limits = [spec.clip_value for spec in specs]
        self.high, self.low = self.column(limits), self.column([-limit for limit in limits])

    def step(self, *factors: Array) -> None:
        """See the class."""
        np.minimum(self.grad, self.high, out=self.grad)
        np.maximum(self.grad, self.low, out=self.grad)
        super().step(*factors)
