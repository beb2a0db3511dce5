"""Every initializer: the spread of its weights, its biases, its randomness."""

import math

import numpy as np
import pytest

from lrviz.engine.activations import Sigmoid, Tanh
from lrviz.engine.initializers import (
    AnyInitializer,
    KaimingNormal,
    KaimingUniform,
    LeCunNormal,
    LeCunUniform,
    Normal,
    Orthogonal,
    TorchDefault,
    XavierNormal,
    XavierUniform,
    Zeros,
)
from lrviz.engine.losses import MSE
from lrviz.engine.network import Network, with_ones
from lrviz.engine.parts import kinds
from lrviz.engine.propagation import Propagation
from lrviz.engine.random import Purpose, stream

FAN_IN, FAN_OUT = 400, 300
UNIFORM = [
    (TorchDefault(), 1.0 / math.sqrt(FAN_IN)),
    (XavierUniform(), math.sqrt(6.0 / (FAN_IN + FAN_OUT))),
    (KaimingUniform(), math.sqrt(6.0 / FAN_IN)),
    (LeCunUniform(), math.sqrt(3.0 / FAN_IN)),
]
NORMAL = [
    (XavierNormal(), math.sqrt(2.0 / (FAN_IN + FAN_OUT))),
    (KaimingNormal(), math.sqrt(2.0 / FAN_IN)),
    (LeCunNormal(), math.sqrt(1.0 / FAN_IN)),
    (Normal(), 0.1),
    (Normal(std=3.0), 3.0),
]


def weights_and_biases(initializer, seed=1):
    drawn = initializer.draw(FAN_IN, FAN_OUT, stream(seed, Purpose.WEIGHTS))
    assert drawn.shape == (FAN_OUT, FAN_IN + 1)
    assert drawn.dtype == np.float64
    return drawn[:, :-1], drawn[:, -1]


def test_the_names_in_files_are_these():
    assert list(kinds(AnyInitializer)) == [
        "torch",
        "xavier_uniform",
        "xavier_normal",
        "kaiming_uniform",
        "kaiming_normal",
        "lecun_uniform",
        "lecun_normal",
        "orthogonal",
        "normal",
        "zeros",
    ]


@pytest.mark.parametrize(("initializer", "bound"), UNIFORM, ids=lambda value: getattr(value, "kind", ""))
def test_uniform_weights_fill_their_range_evenly(initializer, bound):
    weights, _ = weights_and_biases(initializer)
    counts, _ = np.histogram(weights, bins=10, range=(-bound, bound))
    assert counts.sum() == weights.size
    assert np.abs(weights).max() > 0.9995 * bound
    np.testing.assert_allclose(counts, weights.size / 10, rtol=0.05)


@pytest.mark.parametrize(("initializer", "spread"), NORMAL, ids=lambda value: getattr(value, "kind", ""))
def test_normal_weights_lie_in_a_bell_curve(initializer, spread):
    weights, _ = weights_and_biases(initializer)
    assert abs(weights.mean()) < 4.0 * spread / math.sqrt(weights.size)
    np.testing.assert_allclose(weights.std(), spread, rtol=0.01)
    np.testing.assert_allclose((np.abs(weights) < spread).mean(), 0.6827, rtol=0.01)


@pytest.mark.parametrize("part", [part for name, part in kinds(AnyInitializer).items() if name != "torch"])
def test_biases_start_at_zero(part):
    assert not weights_and_biases(part())[1].any()


def test_pytorchs_default_draws_biases_like_weights():
    _, biases = weights_and_biases(TorchDefault())
    bound = 1.0 / math.sqrt(FAN_IN)
    assert 0.95 * bound < np.abs(biases).max() <= bound


@pytest.mark.parametrize(("fan_in", "fan_out"), [(40, 25), (25, 40), (30, 30), (7, 1), (1, 7), (1, 1)])
@pytest.mark.parametrize("gain", [1.0, 1.5])
def test_orthogonal_weights_turn_and_stretch_all_directions_alike(fan_in, fan_out, gain):
    weights = Orthogonal(gain=gain).draw(fan_in, fan_out, stream(3, Purpose.WEIGHTS))[:, :-1]
    assert weights.shape == (fan_out, fan_in)
    product = weights @ weights.T if fan_out < fan_in else weights.T @ weights
    np.testing.assert_allclose(product, gain**2 * np.eye(min(fan_in, fan_out)), atol=1e-13)


def test_orthogonal_weights_are_positive_as_often_as_negative():
    draws = [Orthogonal().draw(3, 3, stream(seed, Purpose.WEIGHTS))[:, :-1] for seed in range(2000)]
    share = np.mean(np.array(draws) > 0.0, axis=0)
    assert np.abs(share - 0.5).max() < 4.5 * 0.5 / math.sqrt(2000)


def test_zeros_are_zero_throughout():
    assert not Zeros().draw(3, 4, stream(0, Purpose.WEIGHTS)).any()
    assert Zeros().draw(3, 4, stream(0, Purpose.WEIGHTS)).shape == (4, 4)


@pytest.mark.parametrize("activation", [Sigmoid(), Tanh()], ids=lambda value: value.kind)
def test_hidden_units_that_start_at_zero_stay_alike(activation):
    network = Network.build(2, [(3, activation), (4, activation)], 1)
    params = network.initial(Zeros(), [0], np.float64)
    grad = np.empty_like(params)
    random = np.random.default_rng(0)
    x, y = with_ones(random.normal(size=(16, 2)), np.float64), random.normal(size=(16, 1))
    propagation = Propagation(network, params, 16, grad)
    for _ in range(20):
        z, out = np.empty((16, 1)), np.empty((16, 1))
        propagation.forward(x, z)
        MSE().gradient(z, y, out, (np.empty_like(z), np.empty_like(z)))
        propagation.backward(x, out.T)
        params -= 0.5 * grad
    for matrix in network.matrices(params[0])[:-1]:
        assert (matrix == matrix[0]).all()
    assert params[0, -1] != 0.0


@pytest.mark.parametrize("part", [part for name, part in kinds(AnyInitializer).items() if name != "zeros"])
def test_a_seed_gives_its_own_weights_every_time(part):
    first, again, other = (weights_and_biases(part(), seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
