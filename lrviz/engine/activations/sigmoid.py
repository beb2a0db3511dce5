"""The logistic sigmoid."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array


class Sigmoid(Activation):
    """f(z) = 1/(1 + e⁻ᶻ), f′(z) = f(z)(1 − f(z)). Reference: `torch.nn.Sigmoid`."""

    title: ClassVar[str] = "Sigmoid"
    summary: ClassVar[str] = "Between 0 and 1; its slope is at most ¼, so deep gradients vanish."
    kind: Literal["sigmoid"] = "sigmoid"

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← 1/(1 + e⁻ᶻ)."""
        sigmoid(z, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta a(1 − a)."""
        (work,) = scratch
        np.subtract(1.0, a, out=work)
        np.multiply(work, a, out=work)
        np.multiply(delta, work, out=delta)


def sigmoid(z: Array, out: Array) -> None:
    """out ← 1/(1 + e⁻ᶻ); far below zero e⁻ᶻ overflows to infinity and the quotient is exactly 0."""
    np.negative(z, out=out)
    np.exp(out, out=out)
    np.add(out, 1.0, out=out)
    np.divide(1.0, out, out=out)
