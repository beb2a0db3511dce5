"""LeCun initialization with uniform numbers."""

import math
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.initializers.base import Floats, Initializer


class LeCunUniform(Initializer):
    """Weights from U(−b, b) with b = √(3/fan_in), which is variance 1/fan_in; biases zero.

    Paper: LeCun, Bottou, Orr & Müller 1998, "Efficient backprop", section 4.6.
    Reference: `torch.nn.init.kaiming_uniform_` with `nonlinearity="linear"`.
    """

    title: ClassVar[str] = "LeCun uniform"
    summary: ClassVar[str] = "Keeps the spread of signals through layers without a gain, such as SELU's."
    kind: Literal["lecun_uniform"] = "lecun_uniform"

    def draw(self, fan_in: int, fan_out: int, random: np.random.Generator) -> Floats:
        """See the class."""
        bound = math.sqrt(3.0 / fan_in)
        weights = random.uniform(-bound, bound, size=(fan_out, fan_in))
        return np.column_stack([weights, np.zeros(fan_out)])
