"""Nothing but zeros."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.initializers.base import Floats, Initializer


class Zeros(Initializer):
    """All weights and biases 0: the units of a layer get equal gradients at every step.

    With activations that are 0 at 0, such as ReLU and tanh, hidden layers get no gradient at all, and only
    the biases of the outputs learn. Reference: `torch.nn.init.zeros_`.
    """

    title: ClassVar[str] = "Zeros"
    summary: ClassVar[str] = "Shows why weights are random: hidden units start alike and stay alike."
    kind: Literal["zeros"] = "zeros"

    def draw(self, fan_in: int, fan_out: int, random: np.random.Generator) -> Floats:
        """See the class."""
        del random  # nothing is drawn
        return np.zeros((fan_out, fan_in + 1))
