"""The exponential linear unit."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array
from lrviz.engine.parts import field


class ELU(Activation):
    """f(z) = z for z > 0 and else s(eᶻ − 1), f′(z) = 1 or else f(z) + s, with s = `alpha`.

    Paper: Clevert, Unterthiner & Hochreiter 2016 (arXiv:1511.07289). Reference: `torch.nn.ELU`.
    """

    title: ClassVar[str] = "ELU"
    summary: ClassVar[str] = "ReLU with a smooth bend that settles at a negative value."
    kind: Literal["elu"] = "elu"
    scratches: ClassVar[int] = 2
    alpha: float = field(
        1.0,
        title="Negative limit",
        gt=0.0,
        le=10.0,
        slider=(0.1, 2.0),
        live=True,
        help="Far below zero a unit gives minus this value. 1: the slope has no jump at zero. "
        "Too low: units can die, as with ReLU. Too high: steep just below zero, and steps overshoot.",
    )

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← max(z, 0) + s(exp(min(z, 0)) − 1)."""
        below, _ = scratch
        np.minimum(z, 0.0, out=below)
        np.expm1(below, out=below)
        np.multiply(below, self.alpha, out=below)
        np.maximum(z, 0.0, out=a)
        np.add(a, below, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta (min(a, 0) + s + (1 − s)[a > 0])."""
        slope, positive = scratch
        np.minimum(a, 0.0, out=slope)
        np.add(slope, self.alpha, out=slope)
        if self.alpha != 1.0:
            np.sign(a, out=positive)
            np.maximum(positive, 0.0, out=positive)
            np.multiply(positive, 1.0 - self.alpha, out=positive)
            np.add(slope, positive, out=slope)
        np.multiply(delta, slope, out=delta)
