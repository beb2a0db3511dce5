"""The maximal update parametrization (μP): with it, the best α does not depend on the width.

Source: Yang et al. 2022, "Tensor Programs V" (arXiv:2203.03466), table 8, with widths in multiples of a
base width, where μP is the standard parametrization; and the authors' package `mup`, for biases and for
hidden layers of unequal width. Weight decay is left as it is, where the package scales it.
"""

import math
from typing import NamedTuple

from lrviz.engine.initializers import (
    AnyInitializer,
    KaimingNormal,
    KaimingUniform,
    LeCunNormal,
    LeCunUniform,
    TorchDefault,
    Zeros,
)
from lrviz.engine.initializers.base import Initializer

BY_FAN_IN: tuple[type[Initializer], ...] = (
    TorchDefault,
    KaimingUniform,
    KaimingNormal,
    LeCunUniform,
    LeCunNormal,
    Zeros,
)
"""The initializers whose weights have the variance c/fan_in, which the table starts from."""


def suits(initializer: AnyInitializer) -> bool:
    """Whether first weights for μP can be made from this initializer's."""
    return isinstance(initializer, BY_FAN_IN)


class Role(NamedTuple):
    """What a layer is to μP; the default is the standard parametrization.

    fan_in, fan_out: its widths in multiples of the base width; 1 for the inputs and outputs of a
    network, whose number is no width. reads_out: whether it computes the outputs.
    """

    fan_in: float = 1.0
    fan_out: float = 1.0
    reads_out: bool = False

    @property
    def multiplier(self) -> float:
        """What its inputs are multiplied by: 1/fan_in for the outputs."""
        return 1.0 / self.fan_in if self.reads_out else 1.0

    @property
    def weight_scale(self) -> float:
        """What first weights of variance c/fan_in are multiplied by: variance c for the outputs."""
        return math.sqrt(self.fan_in) if self.reads_out else 1.0

    @property
    def bias_scale(self) -> float:
        """What first biases of variance c/fan_in are multiplied by: variance c everywhere."""
        return math.sqrt(self.fan_in)

    def weight_rate(self, adaptive: bool) -> float:
        """What α is multiplied by for the weights; adaptive: see `Optimizer`."""
        if self.reads_out:
            return 1.0 if adaptive else self.fan_in
        return 1.0 / self.fan_in if adaptive else self.fan_out / self.fan_in

    def vector_rate(self, adaptive: bool) -> float:
        """What α is multiplied by for whatever has one number a unit: biases, and γ and β of a norm."""
        return 1.0 if adaptive else self.fan_out
