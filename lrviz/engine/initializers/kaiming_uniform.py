"""Kaiming initialization with uniform numbers."""

import math
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.initializers.base import Floats, Initializer


class KaimingUniform(Initializer):
    """Weights from U(−b, b) with b = √(6/fan_in), the gain √2 of ReLU included; biases zero.

    Paper: He et al. 2015 (arXiv:1502.01852).
    Reference: `torch.nn.init.kaiming_uniform_` with its defaults.
    """

    title: ClassVar[str] = "Kaiming uniform"
    summary: ClassVar[str] = "Keeps the spread of signals through ReLU layers."
    kind: Literal["kaiming_uniform"] = "kaiming_uniform"

    def draw(self, fan_in: int, fan_out: int, random: np.random.Generator) -> Floats:
        """See the class."""
        bound = math.sqrt(6.0 / fan_in)
        weights = random.uniform(-bound, bound, size=(fan_out, fan_in))
        return np.column_stack([weights, np.zeros(fan_out)])
