"""The size of each layer's weights."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.network import Network
from lrviz.engine.probes.base import Array, Probe


class WeightNorm(Probe):
    """‖W‖₂ = √Σw² of each layer's weights and biases, (R, layers)."""

    name: ClassVar[str] = "weight norm"
    cadence: ClassVar[int] = 10

    @classmethod
    def channels(cls, network: Network) -> int:
        """One a layer."""
        return len(network.layers)

    @classmethod
    def measure(cls, network: Network, params: Array) -> NDArray[np.float64]:
        """See the class."""
        starts = [layer.start for layer in network.layers]
        squares = np.square(params, dtype=np.float64)
        return np.sqrt(np.add.reduceat(squares, starts, axis=-1))
