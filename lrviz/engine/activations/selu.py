"""The scaled exponential linear unit."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array

ALPHA = 1.6732632423543772
SCALE = 1.0507009873554805
"""With these two, mean 0 and variance 1 are a fixed point from layer to layer."""


class SELU(Activation):
    """f(z) = λz for z > 0 and else λs(eᶻ − 1), f′(z) = λ or else f(z) + λs; λ ≈ 1.0507, s ≈ 1.6733.

    It keeps mean 0 and variance 1 for weights of variance 1/fan_in, which are those of the LeCun
    initializers. Paper: Klambauer, Unterthiner, Mayr & Hochreiter 2017 (arXiv:1706.02515).
    Reference: `torch.nn.SELU`.
    """

    title: ClassVar[str] = "SELU"
    summary: ClassVar[str] = "ELU scaled so that signals keep their spread; meant for LeCun normal weights."
    kind: Literal["selu"] = "selu"
    scratches: ClassVar[int] = 2

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← λ max(z, 0) + λs(exp(min(z, 0)) − 1)."""
        below, _ = scratch
        np.minimum(z, 0.0, out=below)
        np.expm1(below, out=below)
        np.multiply(below, SCALE * ALPHA, out=below)
        np.maximum(z, 0.0, out=a)
        np.multiply(a, SCALE, out=a)
        np.add(a, below, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta (min(a, 0) + λs + λ(1 − s)[a > 0])."""
        slope, positive = scratch
        np.minimum(a, 0.0, out=slope)
        np.add(slope, SCALE * ALPHA, out=slope)
        np.sign(a, out=positive)
        np.maximum(positive, 0.0, out=positive)
        np.multiply(positive, SCALE * (1.0 - ALPHA), out=positive)
        np.add(slope, positive, out=slope)
        np.multiply(delta, slope, out=delta)
