"""Mish."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array
from lrviz.engine.activations.sigmoid import sigmoid

LARGE = 20.0
"""From here on tanh(ln(1 + eᶻ)) rounds to 1; below, (1 + eᶻ)² is far from overflowing."""


class Mish(Activation):
    """f(z) = zt(z), f′(z) = t(z) + zσ(z)(1 − t(z)²), with t(z) = tanh(ln(1 + eᶻ)) and the sigmoid σ.

    Paper: Misra 2019 (arXiv:1908.08681). Reference: `torch.nn.Mish`.
    """

    title: ClassVar[str] = "Mish"
    summary: ClassVar[str] = "A smooth ReLU that dips below zero, a little deeper than SiLU."
    kind: Literal["mish"] = "mish"
    keeps_input: ClassVar[bool] = True
    scratches: ClassVar[int] = 3

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← zt(z)."""
        gate(z, a, scratch[0])
        np.multiply(a, z, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta (t(z) + z(1 − t(z)²)σ(z))."""
        slope, bend, work = scratch
        gate(z, slope, work)
        np.multiply(slope, slope, out=bend)
        np.subtract(1.0, bend, out=bend)
        np.multiply(bend, z, out=bend)
        sigmoid(z, out=work)
        np.multiply(bend, work, out=bend)
        np.add(slope, bend, out=slope)
        np.multiply(delta, slope, out=delta)


def gate(z: Array, out: Array, work: Array) -> None:
    """out ← tanh(ln(1 + eᶻ)) = n/(n + 2) with n = (1 + eᶻ)² − 1 = eᶻ(eᶻ + 2)."""
    np.minimum(z, LARGE, out=out)
    np.exp(out, out=out)
    np.add(out, 2.0, out=work)
    np.multiply(out, work, out=out)
    np.add(out, 2.0, out=work)
    np.divide(out, work, out=out)
