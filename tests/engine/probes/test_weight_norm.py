"""The norm of each layer's weights, against numpy."""

import numpy as np
import pytest

from lrviz.engine.activations import Tanh
from lrviz.engine.network import Network
from lrviz.engine.probes import WeightNorm

NETWORKS = [Network.build(2, [], 1), Network.build(3, [(5, Tanh()), (1, Tanh())], 4)]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: str(network.widths))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("runs", [1, 4])
def test_it_is_numpys_norm_of_each_layers_matrix(network, dtype, runs):
    params = np.random.default_rng(0).normal(size=(runs, network.size)).astype(dtype)
    kept = params.copy()
    measured = WeightNorm.measure(network, params)
    assert measured.shape == (runs, WeightNorm.channels(network))
    assert measured.dtype == np.float64
    for row in range(runs):
        for layer, matrix in enumerate(network.matrices(params[row])):
            expected = np.linalg.norm(matrix.astype(np.float64))
            assert measured[row, layer] == pytest.approx(expected, rel=1e-13)
    np.testing.assert_array_equal(params, kept)


def test_a_run_among_others_gets_the_bits_it_gets_alone():
    network = NETWORKS[1]
    params = np.random.default_rng(1).normal(size=(5, network.size)).astype(np.float32)
    together = WeightNorm.measure(network, params)
    for row in range(5):
        np.testing.assert_array_equal(WeightNorm.measure(network, params[[row]])[0], together[row])


def test_huge_float32_weights_have_a_finite_norm():
    params = np.full((1, 3), 1e30, dtype=np.float32)
    assert WeightNorm.measure(NETWORKS[0], params)[0, 0] == pytest.approx(np.sqrt(3.0) * 1e30, rel=1e-6)
