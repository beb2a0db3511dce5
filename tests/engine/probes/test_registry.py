"""What holds for every probe."""

import numpy as np
import pytest

from lrviz.engine.activations import Tanh
from lrviz.engine.network import Network
from lrviz.engine.probes import PROBES


def test_the_names_in_files_are_these():
    assert list(PROBES) == ["weight norm", "weight quantiles"]


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES.keys())
def test_a_measurement_has_as_many_channels_as_declared(probe):
    for hidden in ([], [(4, Tanh())], [(4, Tanh()), (3, Tanh())]):
        network = Network.build(2, hidden, 3)
        measured = probe.measure(network, np.ones((2, network.size), dtype=np.float32))
        assert measured.shape == (2, probe.channels(network))
        assert measured.dtype == np.float64
    assert probe.cadence >= 1
