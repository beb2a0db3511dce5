"""Kaiming initialization with normal numbers."""

import math
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.initializers.base import Floats, Initializer


class KaimingNormal(Initializer):
    """Weights from N(0, σ²) with σ = √(2/fan_in), the gain √2 of ReLU included; biases zero.

    Paper: He et al. 2015 (arXiv:1502.01852).
    Reference: `torch.nn.init.kaiming_normal_` with its defaults.
    """

    title: ClassVar[str] = "Kaiming normal"
    summary: ClassVar[str] = "As Kaiming uniform, from the bell curve."
    kind: Literal["kaiming_normal"] = "kaiming_normal"

    def draw(self, fan_in: int, fan_out: int, random: np.random.Generator) -> Floats:
        """See the class."""
        spread = math.sqrt(2.0 / fan_in)
        weights = random.normal(0.0, spread, size=(fan_out, fan_in))
        return np.column_stack([weights, np.zeros(fan_out)])
