"""How parameters lie in the flat array, and what a network computes."""

import numpy as np
import pytest

from lrviz.engine.activations import AnyActivation, Linear, ReLU, SiLU, Tanh
from lrviz.engine.initializers import TorchDefault
from lrviz.engine.network import Model, Network, with_ones
from lrviz.engine.parts import kinds
from lrviz.engine.random import Purpose, stream

SMALL = Network.build(2, [(3, Tanh()), (4, SiLU())], 2)


def test_widths_and_size_count_every_weight_and_bias():
    assert SMALL.widths == (2, 3, 4, 2)
    assert SMALL.size == 3 * (2 + 1) + 4 * (3 + 1) + 2 * (4 + 1)


def test_a_network_without_hidden_layers_is_one_matrix():
    linear = Network.build(5, [], 1)
    assert linear.widths == (5, 1)
    assert linear.size == 6
    assert linear.layers[0].activation is None


def test_layers_follow_each_other_without_gaps():
    assert [layer.start for layer in SMALL.layers] == [0, 9, 25]
    assert [layer.stop for layer in SMALL.layers] == [9, 25, SMALL.size]


@pytest.mark.parametrize("leading", [(), (1,), (4,)])
def test_matrices_are_views_row_by_row_with_the_bias_last(leading):
    flat = np.arange(np.prod(leading) * SMALL.size).reshape(*leading, SMALL.size)
    matrices = SMALL.matrices(flat)
    assert [matrix.shape for matrix in matrices] == [(*leading, 3, 3), (*leading, 4, 4), (*leading, 2, 5)]
    np.testing.assert_array_equal(matrices[1][..., 2, :], flat[..., 9 + 2 * 4 : 9 + 3 * 4])
    assert all(np.shares_memory(matrix, flat) for matrix in matrices)


def test_first_weights_are_drawn_by_seed_and_depth_alone():
    initializer = TorchDefault()
    params = SMALL.initial(initializer, [7, 3, 7], np.float64)
    np.testing.assert_array_equal(params[0], params[2])
    assert (params[0] != params[1]).all()
    deeper = Network.build(2, [(3, ReLU()), (4, Tanh()), (6, Tanh())], 3)
    np.testing.assert_array_equal(deeper.initial(initializer, [3], np.float64)[0, :25], params[1, :25])
    for depth, layer in enumerate(SMALL.layers):
        drawn = initializer.draw(layer.fan_in, layer.fan_out, stream(3, Purpose.WEIGHTS, depth))
        np.testing.assert_array_equal(SMALL.matrices(params[1])[depth], drawn)


def test_float32_weights_are_the_float64_ones_rounded_once():
    exact, rounded = (SMALL.initial(TorchDefault(), [1], dtype) for dtype in (np.float64, np.float32))
    assert rounded.dtype == np.float32
    np.testing.assert_array_equal(exact.astype(np.float32), rounded)


def test_responses_are_activation_of_weights_times_inputs_plus_bias():
    random = np.random.default_rng(0)
    points = random.normal(size=(11, 2))
    params = random.normal(size=SMALL.size)
    first, second, last = SMALL.matrices(params)
    one = np.tanh(points @ first[:, :-1].T + first[:, -1])
    before = one @ second[:, :-1].T + second[:, -1]
    two = before / (1.0 + np.exp(-before))
    out = two @ last[:, :-1].T + last[:, -1]
    responses = Model(SMALL, params).responses(with_ones(points, np.float64))
    for response, expected in zip(responses, (one, two, out), strict=True):
        np.testing.assert_allclose(response, expected, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("activation", kinds(AnyActivation).values())
@pytest.mark.parametrize("rows", [0, 1, 5])
def test_every_response_has_a_row_for_each_point(activation, rows):
    network = Network.build(2, [(3, activation())], 1)
    params = network.initial(TorchDefault(), [0], np.float32)[0]
    responses = Model(network, params).responses(with_ones(np.ones((rows, 2)), np.float32))
    assert [response.shape for response in responses] == [(rows, 3), (rows, 1)]
    assert all(response.dtype == np.float32 for response in responses)


def test_looking_at_a_network_changes_nothing():
    params = SMALL.initial(TorchDefault(), [0], np.float64)[0]
    points = with_ones(np.random.default_rng(1).normal(size=(4, 2)), np.float64)
    kept = params.copy(), points.copy()
    model = Model(SMALL, params)
    first, second = model.outputs(points), model.outputs(points)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(params, kept[0])
    np.testing.assert_array_equal(points, kept[1])


def test_overflowing_outputs_are_no_error():
    linear = Network.build(1, [(1, Linear())], 1)
    with np.errstate(all="raise"):
        assert np.isinf(Model(linear, np.full(4, 1e200)).outputs(np.full((1, 2), 1e200))).all()


def test_inputs_get_a_last_column_of_ones():
    table = with_ones(np.array([[2.0, 3.0]]), np.float32)
    assert table.dtype == np.float32
    assert table.tolist() == [[2.0, 3.0, 1.0]]
