"""LeCun initialization with normal numbers."""

import math
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.initializers.base import Floats, Initializer


class LeCunNormal(Initializer):
    """Weights from N(0, σ²) with σ = √(1/fan_in); biases zero.

    Paper: LeCun, Bottou, Orr & Müller 1998, "Efficient backprop", section 4.6. The bell curve is whole,
    as in PyTorch; Keras cuts its own off at 2σ. Reference: `torch.nn.init.kaiming_normal_` with
    `nonlinearity="linear"`.
    """

    title: ClassVar[str] = "LeCun normal"
    summary: ClassVar[str] = "As LeCun uniform, from the bell curve; what SELU is made for."
    kind: Literal["lecun_normal"] = "lecun_normal"

    def draw(self, fan_in: int, fan_out: int, random: np.random.Generator) -> Floats:
        """See the class."""
        spread = math.sqrt(1.0 / fan_in)
        weights = random.normal(0.0, spread, size=(fan_out, fan_in))
        return np.column_stack([weights, np.zeros(fan_out)])
