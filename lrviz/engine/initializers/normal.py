"""Normal numbers of a given scale."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.initializers.base import Floats, Initializer
from lrviz.engine.parts import field


class Normal(Initializer):
    """Weights from N(0, `std`²), however many inputs a layer has; biases zero.

    Reference: `torch.nn.init.normal_`, whose own default of 1 saturates most networks.
    """

    title: ClassVar[str] = "Normal"
    summary: ClassVar[str] = "The bell curve, as wide as you say; for seeing what a bad start does."
    kind: Literal["normal"] = "normal"
    std: float = field(
        0.1,
        title="Deviation",
        gt=0.0,
        le=100.0,
        scale="log",
        slider=(1e-4, 10.0),
        help="The standard deviation of the weights, in every layer alike. Too low: signals and gradients "
        "fade, and the loss stays on a plateau. Too high: units saturate or outputs explode.",
    )

    def draw(self, fan_in: int, fan_out: int, random: np.random.Generator) -> Floats:
        """See the class."""
        weights = random.normal(0.0, self.std, size=(fan_out, fan_in))
        return np.column_stack([weights, np.zeros(fan_out)])
