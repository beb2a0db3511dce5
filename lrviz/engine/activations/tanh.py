"""The hyperbolic tangent."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array


class Tanh(Activation):
    """f(z) = tanh z, f′(z) = 1 − f(z)². Reference: `torch.nn.Tanh`."""

    title: ClassVar[str] = "tanh"
    summary: ClassVar[str] = "Smooth and centred on zero; saturates at ±1."
    kind: Literal["tanh"] = "tanh"

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← tanh z."""
        np.tanh(z, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta − delta a²."""
        (work,) = scratch
        np.multiply(a, a, out=work)
        np.multiply(work, delta, out=work)
        np.subtract(delta, work, out=delta)
