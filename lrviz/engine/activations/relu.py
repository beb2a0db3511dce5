"""The rectified linear unit."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array


class ReLU(Activation):
    """f(z) = max(z, 0), f′(z) = 1 for z > 0 and else 0, also at 0. Reference: `torch.nn.ReLU`."""

    title: ClassVar[str] = "ReLU"
    summary: ClassVar[str] = "Passes what is positive; a unit that is always negative is dead."
    kind: Literal["relu"] = "relu"

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← max(z, 0)."""
        np.maximum(z, 0.0, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta sign(a); as a is never negative, its sign is 0 or 1."""
        (work,) = scratch
        np.sign(a, out=work)
        np.multiply(delta, work, out=delta)
