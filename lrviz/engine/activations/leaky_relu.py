"""The leaky rectified linear unit."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.activations.base import Activation, Array
from lrviz.engine.parts import field


class LeakyReLU(Activation):
    """f(z) = max(z, sz), f′(z) = 1 for z > 0 and else s, with s = `negative_slope` between 0 and 1.

    Paper: Maas, Hannun & Ng 2013, "Rectifier nonlinearities improve neural network acoustic models".
    Reference: `torch.nn.LeakyReLU`.
    """

    title: ClassVar[str] = "Leaky ReLU"
    summary: ClassVar[str] = "ReLU that lets a little through below zero, so that no unit dies."
    kind: Literal["leaky_relu"] = "leaky_relu"
    negative_slope: float = field(
        0.01,
        title="Negative slope",
        ge=0.0,
        le=1.0,
        slider=(0.0, 1.0),
        live=True,
        help="The slope below zero. Too low: units can die, as with ReLU (which is slope 0). "
        "Too high: nearly a straight line, and the network can bend nothing (1 is linear).",
    )

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← max(z, sz)."""
        (work,) = scratch
        np.multiply(z, self.negative_slope, out=work)
        np.maximum(z, work, out=a)

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta max(sign(a), s); a has the sign of z."""
        (work,) = scratch
        np.sign(a, out=work)
        np.maximum(work, self.negative_slope, out=work)
        np.multiply(delta, work, out=delta)
