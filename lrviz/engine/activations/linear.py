"""The identity."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array


class Linear(Activation):
    """f(z) = z, f′(z) = 1. Reference: `torch.nn.Identity`."""

    title: ClassVar[str] = "Linear"
    summary: ClassVar[str] = "Does nothing: however deep, the network stays one linear map."
    kind: Literal["linear"] = "linear"
    scratches: ClassVar[int] = 0

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← z, which costs nothing in place."""
        if a is not z:
            np.copyto(a, z)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta stays as it is."""
