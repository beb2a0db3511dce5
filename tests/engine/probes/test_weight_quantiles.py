"""The quantiles of each layer's weights, against numpy."""

import numpy as np
import pytest

from lrviz.engine.activations import Tanh
from lrviz.engine.network import Network
from lrviz.engine.probes import WeightQuantiles
from lrviz.engine.probes.weight_quantiles import PROBABILITIES

NETWORKS = [Network.build(1, [], 1), Network.build(3, [(5, Tanh()), (1, Tanh())], 40)]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: str(network.widths))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("runs", [1, 4])
def test_they_are_numpys_quantiles_of_each_layers_matrix(network, dtype, runs):
    params = np.random.default_rng(0).normal(size=(runs, network.size)).astype(dtype)
    kept = params.copy()
    measured = WeightQuantiles.measure(network, params)
    assert measured.shape == (runs, WeightQuantiles.channels(network))
    assert measured.dtype == np.float64
    by_layer = measured.reshape(runs, len(network.layers), len(PROBABILITIES))
    for row in range(runs):
        for layer, matrix in enumerate(network.matrices(params[row])):
            expected = np.quantile(matrix.astype(np.float64), PROBABILITIES)
            np.testing.assert_allclose(by_layer[row, layer], expected, rtol=1e-13, atol=1e-15)
    np.testing.assert_array_equal(params, kept)


def test_the_ends_are_the_smallest_and_the_largest_weight():
    params = np.array([[3.0, -2.0], [0.5, 0.5]])
    measured = WeightQuantiles.measure(NETWORKS[0], params)
    assert measured[:, 0].tolist() == [-2.0, 0.5]
    assert measured[:, -1].tolist() == [3.0, 0.5]
    assert (np.diff(measured, axis=-1) >= 0.0).all()


def test_a_run_among_others_gets_the_bits_it_gets_alone():
    network = NETWORKS[1]
    params = np.random.default_rng(1).normal(size=(5, network.size)).astype(np.float32)
    together = WeightQuantiles.measure(network, params)
    for row in range(5):
        np.testing.assert_array_equal(WeightQuantiles.measure(network, params[[row]])[0], together[row])
