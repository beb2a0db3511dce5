"""Xavier initialization with uniform numbers."""

import math
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.initializers.base import Floats, Initializer


class XavierUniform(Initializer):
    """Weights from U(−b, b) with b = √(6/(fan_in + fan_out)); biases zero.

    Paper: Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks".
    Reference: `torch.nn.init.xavier_uniform_`.
    """

    title: ClassVar[str] = "Xavier uniform"
    summary: ClassVar[str] = "Keeps the spread of signals through tanh and sigmoid layers."
    kind: Literal["xavier_uniform"] = "xavier_uniform"

    def draw(self, fan_in: int, fan_out: int, random: np.random.Generator) -> Floats:
        """See the class."""
        bound = math.sqrt(6.0 / (fan_in + fan_out))
        weights = random.uniform(-bound, bound, size=(fan_out, fan_in))
        return np.column_stack([weights, np.zeros(fan_out)])
