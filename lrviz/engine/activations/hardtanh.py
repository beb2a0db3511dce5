"""The hyperbolic tangent made of straight lines."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array


class Hardtanh(Activation):
    """f(z) = min(max(z, −1), 1), f′(z) = 1 for −1 < z < 1 and else 0, also at ±1.

    Source: Collobert 2004, "Large scale machine learning". Reference: `torch.nn.Hardtanh` with its
    defaults.
    """

    title: ClassVar[str] = "Hard tanh"
    summary: ClassVar[str] = "tanh of three straight pieces; beyond ±1 nothing is learned."
    kind: Literal["hardtanh"] = "hardtanh"

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← min(max(z, −1), 1)."""
        np.maximum(z, -1.0, out=a)
        np.minimum(a, 1.0, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta (1 − ⌊|a|⌋); as |a| is at most 1, this is 0 or 1."""
        (work,) = scratch
        np.absolute(a, out=work)
        np.floor(work, out=work)
        np.subtract(1.0, work, out=work)
        np.multiply(delta, work, out=delta)
