"""Xavier initialization with normal numbers."""

import math
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.initializers.base import Floats, Initializer


class XavierNormal(Initializer):
    """Weights from N(0, σ²) with σ = √(2/(fan_in + fan_out)); biases zero.

    Paper: Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks".
    Reference: `torch.nn.init.xavier_normal_`.
    """

    title: ClassVar[str] = "Xavier normal"
    summary: ClassVar[str] = "As Xavier uniform, from the bell curve."
    kind: Literal["xavier_normal"] = "xavier_normal"

    def draw(self, fan_in: int, fan_out: int, random: np.random.Generator) -> Floats:
        """See the class."""
        spread = math.sqrt(2.0 / (fan_in + fan_out))
        weights = random.normal(0.0, spread, size=(fan_out, fan_in))
        return np.column_stack([weights, np.zeros(fan_out)])
