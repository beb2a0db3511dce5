"""The sine."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array


class Sine(Activation):
    """f(z) = sin z, f′(z) = cos z.

    Paper: Sitzmann et al. 2020, "Implicit neural representations with periodic activation functions"
    (arXiv:2006.09661); its factor ω before z can be had with larger first weights. Reference: `torch.sin`.
    """

    title: ClassVar[str] = "Sine"
    summary: ClassVar[str] = "Waves: never saturates, and fits what repeats; needs a small α."
    kind: Literal["sine"] = "sine"
    keeps_input: ClassVar[bool] = True

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← sin z."""
        np.sin(z, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta cos z."""
        (slope,) = scratch
        np.cos(z, out=slope)
        np.multiply(delta, slope, out=delta)
