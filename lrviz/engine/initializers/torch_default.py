"""What PyTorch does when nothing is said."""

import math
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.initializers.base import Floats, Initializer


class TorchDefault(Initializer):
    """Weights and biases from U(−b, b) with b = 1/√fan_in.

    Reference: `torch.nn.Linear.reset_parameters`, which calls this Kaiming with a = √5.
    """

    title: ClassVar[str] = "PyTorch default"
    summary: ClassVar[str] = "Small uniform weights and biases, as `torch.nn.Linear` starts."
    kind: Literal["torch"] = "torch"

    def draw(self, fan_in: int, fan_out: int, random: np.random.Generator) -> Floats:
        """See the class."""
        bound = 1.0 / math.sqrt(fan_in)
        return random.uniform(-bound, bound, size=(fan_out, fan_in + 1))
