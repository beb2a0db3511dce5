"""The Gaussian error linear unit."""

import math
from collections.abc import Sequence
from functools import cache
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array


class GELU(Activation):
    """f(z) = zΦ(z), f′(z) = Φ(z) + zφ(z), with the normal distribution Φ and its density φ.

    Φ(z) = (1 + erf(z/√2))/2 and φ(z) = exp(−z²/2)/√(2π): the exact form, PyTorch's default, not the
    approximation by tanh. Paper: Hendrycks & Gimpel 2016 (arXiv:1606.08415). Reference: `torch.nn.GELU`.
    """

    title: ClassVar[str] = "GELU"
    summary: ClassVar[str] = "A smooth ReLU that weighs its input by how large it is; used in transformers."
    kind: Literal["gelu"] = "gelu"
    keeps_input: ClassVar[bool] = True
    scratches: ClassVar[int] = 2

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← zΦ(z)."""
        normal(z, out=a)
        np.multiply(a, z, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta (Φ(z) + zφ(z))."""
        slope, work = scratch
        np.multiply(z, z, out=work)
        np.multiply(work, -0.5, out=work)
        np.exp(work, out=work)
        np.multiply(work, 1.0 / math.sqrt(2.0 * math.pi), out=work)
        np.multiply(work, z, out=work)
        normal(z, out=slope)
        np.add(slope, work, out=slope)
        np.multiply(delta, slope, out=delta)


def normal(z: Array, out: Array) -> None:
    """out ← Φ(z), the standard normal distribution function."""
    np.multiply(z, math.sqrt(0.5), out=out)
    _erf()(out, out=out)
    np.add(out, 1.0, out=out)
    np.multiply(out, 0.5, out=out)


@cache
def _erf() -> np.ufunc:
    # Imported at the first use, so that programs without a GELU start without scipy.
    from scipy.special import erf

    return erf
