"""Orthogonal initialization."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.initializers.base import Floats, Initializer
from lrviz.engine.parts import field


class Orthogonal(Initializer):
    """W = gain · Q with QᵀQ = I, or QQᵀ = I for fan_out < fan_in; biases zero.

    Q is that of a QR decomposition of standard normal numbers in which the diagonal of R is positive,
    which makes all directions equally likely. Paper: Saxe, McClelland & Ganguli 2014 (arXiv:1312.6120).
    Reference: `torch.nn.init.orthogonal_`.
    """

    title: ClassVar[str] = "Orthogonal"
    summary: ClassVar[str] = "Turns signals without stretching them, also through many layers."
    kind: Literal["orthogonal"] = "orthogonal"
    gain: float = field(
        1.0,
        title="Gain",
        gt=0.0,
        le=10.0,
        slider=(0.1, 3.0),
        help="How much a layer's weights stretch what they turn; 1.4 makes up for what ReLU takes away. "
        "Too low: signals and gradients fade from layer to layer. Too high: they explode.",
    )

    def draw(self, fan_in: int, fan_out: int, random: np.random.Generator) -> Floats:
        """See the class."""
        normal = random.standard_normal((fan_out, fan_in))
        wide = fan_out < fan_in
        turn, triangle = np.linalg.qr(normal.T if wide else normal)
        turn *= np.sign(np.diag(triangle))
        weights = self.gain * (turn.T if wide else turn)
        return np.column_stack([weights, np.zeros(fan_out)])
