"""The softplus."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array
from lrviz.engine.parts import field


class Softplus(Activation):
    """f(z) = ln(1 + e^(βz))/β, f′(z) = σ(βz) = 1 − e^(−βf(z)), with β = `beta` and the sigmoid σ.

    Paper: Dugas et al. 2001, "Incorporating second-order functional knowledge for better option
    pricing". Reference: `torch.nn.Softplus`, which takes f(z) = z where βz is above its `threshold`
    of 20, and differs there by less than 2.1e-9/β; this is the formula everywhere.
    """

    title: ClassVar[str] = "Softplus"
    summary: ClassVar[str] = "A rounded ReLU that is never quite zero."
    kind: Literal["softplus"] = "softplus"
    beta: float = field(
        1.0,
        title="Steepness",
        ge=0.01,
        le=100.0,
        scale="log",
        slider=(0.1, 10.0),
        live=True,
        help="How fast the slope grows from 0 to 1 around zero. Too low: nearly a straight line, far above "
        "zero, and the network can bend little. Too high: nearly ReLU, and units can die.",
    )

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← max(z, 0) + ln(1 + e^(−β|z|))/β, which cannot overflow."""
        (bend,) = scratch
        np.absolute(z, out=bend)
        np.multiply(bend, -self.beta, out=bend)
        np.exp(bend, out=bend)
        np.log1p(bend, out=bend)
        np.divide(bend, self.beta, out=bend)
        np.maximum(z, 0.0, out=a)
        np.add(a, bend, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← −delta (e^(−βa) − 1)."""
        (slope,) = scratch
        np.multiply(a, -self.beta, out=slope)
        np.expm1(slope, out=slope)
        np.negative(slope, out=slope)
        np.multiply(delta, slope, out=delta)
