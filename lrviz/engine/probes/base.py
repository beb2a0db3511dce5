"""What a probe is: a quantity measured from the state of a run, every so many steps."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.network import Network

Array = NDArray[np.floating[Any]]


class Probe:
    """A pure function of the parameters; it never changes what training does."""

    name: ClassVar[str]
    """Its name in experiments and in the recorder."""
    cadence: ClassVar[int]
    """Steps between two measurements, on the step grid."""

    @classmethod
    def channels(cls, network: Network) -> int:
        """How many numbers a measurement has."""
        raise NotImplementedError

    @classmethod
    def measure(cls, network: Network, params: Array) -> NDArray[np.float64]:
        """The measurement for each run: params (R, P) give (R, channels)."""
        raise NotImplementedError
