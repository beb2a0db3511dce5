"""Every initializer: the spread of its weights, its biases, its randomness."""

import math

import numpy as np
import pytest

from lrviz.engine.initializers import (
    AnyInitializer,
    KaimingNormal,
    KaimingUniform,
    TorchDefault,
    XavierNormal,
    XavierUniform,
)
from lrviz.engine.parts import kinds
from lrviz.engine.random import Purpose, stream

FAN_IN, FAN_OUT = 400, 300
UNIFORM = [
    (TorchDefault(), 1.0 / math.sqrt(FAN_IN)),
    (XavierUniform(), math.sqrt(6.0 / (FAN_IN + FAN_OUT))),
    (KaimingUniform(), math.sqrt(6.0 / FAN_IN)),
]
NORMAL = [
    (XavierNormal(), math.sqrt(2.0 / (FAN_IN + FAN_OUT))),
    (KaimingNormal(), math.sqrt(2.0 / FAN_IN)),
]


def weights_and_biases(initializer, seed=1):
    drawn = initializer.draw(FAN_IN, FAN_OUT, stream(seed, Purpose.WEIGHTS))
    assert drawn.shape == (FAN_OUT, FAN_IN + 1)
    assert drawn.dtype == np.float64
    return drawn[:, :-1], drawn[:, -1]


def test_the_names_in_files_are_these():
    names = ["torch", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"]
    assert list(kinds(AnyInitializer)) == names


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


@pytest.mark.parametrize("part", kinds(AnyInitializer).values())
def test_a_seed_gives_its_own_weights_every_time(part):
    first, again, other = (weights_and_biases(part(), seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
