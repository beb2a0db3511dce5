"""How each layer's weights are distributed."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.network import Network
from lrviz.engine.probes.base import Array, Probe

PROBABILITIES = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)


class WeightQuantiles(Probe):
    """Fixed quantiles of each layer's weights and biases, (R, layers × 11), layer after layer.

    Linear interpolation between order statistics, as `numpy.quantile` does by default.
    """

    name: ClassVar[str] = "weight quantiles"
    cadence: ClassVar[int] = 50

    @classmethod
    def channels(cls, network: Network) -> int:
        """Eleven a layer."""
        return len(network.layers) * len(PROBABILITIES)

    @classmethod
    def measure(cls, network: Network, params: Array) -> NDArray[np.float64]:
        """See the class."""
        columns = []
        for layer in network.layers:
            ordered = np.sort(params[:, layer.start : layer.stop], axis=-1).astype(np.float64)
            place = np.multiply(PROBABILITIES, ordered.shape[-1] - 1)
            below = np.floor(place).astype(np.intp)
            above = np.minimum(below + 1, ordered.shape[-1] - 1)
            low, high = ordered[:, below], ordered[:, above]
            columns.append(low + (high - low) * (place - below))
        return np.concatenate(columns, axis=-1)
