"""The sigmoid linear unit, also called swish."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array
from lrviz.engine.activations.sigmoid import sigmoid


class SiLU(Activation):
    """f(z) = zσ(z), f′(z) = σ(z) + f(z)(1 − σ(z)), with the logistic sigmoid σ.

    Papers: Elfwing, Uchibe & Doya 2018 (arXiv:1702.03118); as "swish" in Ramachandran, Zoph & Le
    2017 (arXiv:1710.05941). Reference: `torch.nn.SiLU`.
    """

    title: ClassVar[str] = "SiLU"
    summary: ClassVar[str] = "A smooth ReLU that dips below zero; also called swish."
    kind: Literal["silu"] = "silu"
    keeps_input: ClassVar[bool] = True
    scratches: ClassVar[int] = 2

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← zσ(z)."""
        sigmoid(z, out=a)
        np.multiply(a, z, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta (σ(z) + a(1 − σ(z)))."""
        gate, slope = scratch
        sigmoid(z, out=gate)
        np.subtract(1.0, gate, out=slope)
        np.multiply(slope, a, out=slope)
        np.add(slope, gate, out=slope)
        np.multiply(delta, slope, out=delta)
