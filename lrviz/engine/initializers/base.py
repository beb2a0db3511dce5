"""What an initializer is: the first values of a layer's weights."""

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.parts import Part

Floats = NDArray[np.float64]


class Initializer(Part):
    """Draws a layer's first weights."""

    def draw(self, fan_in: int, fan_out: int, random: np.random.Generator) -> Floats:
        """Weights and, in the last column, biases: (fan_out, fan_in + 1)."""
        raise NotImplementedError
