"""Drops what goes against the present gradient."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.modifiers.base import Modifier, Wrapper
from lrviz.engine.optimizers.base import Update
from lrviz.engine.optimizers.ground import Array, Ground
from lrviz.engine.parts import field
from lrviz.engine.tensors import Packed


class Cautious(Modifier):
    """u ← u · m / max(mean m, floor), with m = 1 where u · g > 0 and 0 elsewhere.

    u is the step the optimizer would make and g the gradient it was given; the mean is over each
    parameter tensor. What decays weights inside the optimizer is part of u; with the modifier "weight
    decay" outside of this one around Adam, this is the published cautious AdamW.
    Paper: Liang et al. 2024 (arXiv:2411.16085). Followed: the authors' C-Optim, with its floor 10⁻³.
    """

    title: ClassVar[str] = "Cautious"
    summary: ClassVar[str] = "Leaves out the parts of a step that the present gradient does not want."
    kind: Literal["cautious"] = "cautious"
    floor: float = field(
        1e-3,
        title="Floor",
        gt=0.0,
        le=1.0,
        scale="log",
        slider=(1e-3, 1.0),
        live=True,
        advanced=True,
        help="The smallest share of agreeing parts that what is left is divided by. Too low: few agreeing "
        "parts make very long steps. One: nothing is made up for.",
    )

    @classmethod
    def wrap(cls, specs: Sequence[Self], ground: Ground, inner: Update) -> "CautiousWrapper":
        """See `Modifier`."""
        return CautiousWrapper(specs, ground, inner)


class CautiousWrapper(Wrapper):
    """The inner step is done, measured, and done again as far as it agrees."""

    def __init__(self, specs: Sequence[Cautious], ground: Ground, inner: Update) -> None:
        super().__init__(ground, inner)
        self.floor = np.array([spec.floor for spec in specs])[:, None].astype(ground.params.dtype)
        self.before, self.given = np.empty_like(self.params), np.empty_like(self.params)
        self.agrees, self.packed = np.empty_like(self.params), np.empty_like(self.params)
        self.share = np.empty_like(self.floor)
        self.tensors = Packed(ground.tensors)
        self.parts = [(self.packed[:, part], part.stop - part.start) for part in self.tensors.slices]

    def step(self, *factors: Array) -> None:
        """See the class."""
        before, given, agrees, work = self.before, self.given, self.agrees, self.work
        np.copyto(before, self.params)
        np.copyto(given, self.grad)
        super().step(*factors)
        np.subtract(before, self.params, out=work)
        np.multiply(work, given, out=given)
        np.greater(given, 0.0, out=agrees, casting="unsafe")
        self.tensors.pack(agrees, self.packed)
        for part, size in self.parts:
            np.add.reduce(part, axis=-1, keepdims=True, out=self.share)
            np.divide(self.share, size, out=self.share)
            np.maximum(self.share, self.floor, out=self.share)
            np.divide(part, self.share, out=part)
        self.tensors.unpack(self.packed, agrees)
        np.multiply(work, agrees, out=work)
        np.subtract(before, work, out=self.params)
