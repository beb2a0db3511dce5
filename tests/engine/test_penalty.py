"""L1 and L2 terms: their size, their gradient, their place in a step."""

from dataclasses import replace

import numpy as np
import pytest

from lrviz.engine.chunk import Chunk
from lrviz.engine.penalty import Penalty
from lrviz.engine.tensors import Tensor
from lrviz.engine.trainer import Trainer, first_state

TENSORS = (
    Tensor("weight", (2, 3), np.array([0, 1, 2, 4, 5, 6])),
    Tensor("bias", (2,), np.array([3, 7])),
    Tensor("norm weight", (2,), np.array([8, 9])),
)
WEIGHTS = TENSORS[0].places
L1, L2 = np.array([0.0, 0.3, 0.0, 0.2]), np.array([0.0, 0.0, 0.5, 0.7])


def penalty():
    random = np.random.default_rng(0)
    params = random.normal(size=(4, 10))
    params[:, 1] = 0.0
    grad = random.normal(size=(4, 10))
    return Penalty(L1, L2, TENSORS, params, grad), params, grad


def test_its_size_is_a_sum_over_the_weights_alone():
    made, params, _ = penalty()
    weights = params[:, WEIGHTS]
    expected = L1 * np.abs(weights).sum(axis=1) + L2 * np.square(weights).sum(axis=1)
    np.testing.assert_allclose(made.here(), expected, rtol=1e-14)


def test_its_gradient_is_added_to_that_of_the_weights_alone():
    made, params, grad = penalty()
    before = grad.copy()
    made.add_gradient()
    added = np.zeros_like(grad)
    added[:, WEIGHTS] = L1[:, None] * np.sign(params[:, WEIGHTS]) + 2.0 * L2[:, None] * params[:, WEIGHTS]
    np.testing.assert_allclose(grad, before + added, rtol=1e-14)


def test_where_a_step_began_is_remembered():
    made, params, _ = penalty()
    made.begin()
    began = made.here()
    params *= 2.0
    np.testing.assert_array_equal(made.at_start(), began)
    assert (made.here()[1:] > began[1:]).all()


def test_runs_without_penalties_have_none(block):
    made = block((0.1, 0.2))
    state = first_state(made)
    assert Penalty.of(made, np.arange(2), state.params, state.params) is None


def test_l2_is_weight_decay_of_twice_its_size_without_biases(trainer, block):
    settings = {"optimizer": {"kind": "sgd"}, "network": {"hidden": []}}
    training = {"batch_size": 8, "dtype": "float64"}
    decayed = trainer((0.1,), **settings, training={**training, "l2": 0.05})
    plain = trainer((0.1,), **settings, training=training)
    weights = decayed.network.tensors[0].places
    for _ in range(20):
        start = plain.state.params.copy()
        plain.advance(1)
        decayed.advance(1)
        expected = plain.state.params.copy()
        expected[:, weights] -= 0.1 * 2.0 * 0.05 * start[:, weights]
        np.testing.assert_allclose(decayed.state.params, expected, rtol=1e-12)
        plain = Trainer(plain.block, state=decayed.state)


def test_the_recorded_loss_is_the_loss_on_the_data(trainer):
    training = {"batch_size": 1000, "dtype": "float64", "l1": 0.01, "l2": 0.02}
    run = trainer((0.1,), training=training)
    train = run.block.examples.train
    for _ in range(5):
        expected = run.block.loss.value(run.model(0).outputs(train.inputs), train.targets)
        assert run.advance(1).loss[0, 0] == pytest.approx(float(expected), rel=1e-12)


@pytest.mark.parametrize("norm", ["none", "batch_norm", "layer_norm"])
def test_a_rule_that_looks_around_sees_loss_and_gradient_with_penalties(norm, block):
    network = {"hidden": [{"units": 4, "norm": norm, "dropout": 0.3}]}
    training = {"batch_size": 8, "dtype": "float64", "l1": 0.03, "l2": 0.02}
    made = block((0.0, 0.0), network=network, training=training)
    made = replace(made, l1=np.array([0.03, 0.0]), l2=np.array([0.0, 0.02]))
    chunk = Chunk(made, np.arange(2), first_state(made))
    ground = chunk.update.ground
    chunk.run(1, {})
    np.testing.assert_array_equal(ground.look(), ground.loss())
    gradient, params = ground.grad.copy(), ground.params
    numeric = np.empty_like(params)
    for k in range(params.shape[1]):
        kept = params[:, k].copy()
        params[:, k] = kept + 1e-6
        above = ground.look()
        params[:, k] = kept - 1e-6
        numeric[:, k] = (above - ground.look()) / 2e-6
        params[:, k] = kept
    np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-8)


def test_a_penalty_that_is_edited_counts_from_then_on(trainer, block):
    training = {"batch_size": 8}
    run = trainer((0.01,), training=training)
    run.advance(20)
    before = run.state.params.copy()
    edited = block((0.01,), training={**training, "l1": 0.5})
    run.rebind(edited)
    np.testing.assert_array_equal(run.state.params, before)
    run.advance(500)
    weights = np.concatenate([t.places for t in run.network.tensors if len(t.shape) == 2])
    assert np.abs(run.state.params[:, weights]).max() < 0.05 < np.abs(before[:, weights]).max()
