"""Loss and score on a split, against scikit-learn, over one and several passes."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score

from lrviz.engine.activations import Tanh
from lrviz.engine.evaluation import ROWS, Evaluation
from lrviz.engine.examples import Split
from lrviz.engine.initializers import TorchDefault
from lrviz.engine.losses import MSE, BinaryCrossEntropy, CrossEntropy
from lrviz.engine.network import Model, Network, with_ones

CASES = [
    (MSE(), "regression", 0),
    (MSE(), "binary", 2),
    (MSE(), "multiclass", 4),
    (BinaryCrossEntropy(), "binary", 2),
    (CrossEntropy(), "binary", 2),
    (CrossEntropy(), "multiclass", 4),
]
cases = pytest.mark.parametrize(
    ("loss", "task", "classes"), CASES, ids=[f"{loss.kind}-{task}" for loss, task, _ in CASES]
)
sizes = pytest.mark.parametrize("size", [1, 7, ROWS, ROWS + 1, 3 * ROWS + 50])


def split_of(size, loss, classes, dtype=np.float64):
    random = np.random.default_rng(3)
    labels = random.integers(classes, size=size) * 1.0 if classes else random.normal(size=size)
    inputs = with_ones(random.normal(size=(size, 3)), dtype)
    return Split(inputs, loss.encode(labels, classes).astype(dtype), labels)


def evaluated(loss, task, classes, size, runs, dtype=np.float64):
    network = Network.build(3, [(6, Tanh()), (5, Tanh())], loss.outputs(classes))
    params = network.initial(TorchDefault(), range(runs), dtype)
    split = split_of(size, loss, classes, dtype)
    return network, params, split, Evaluation(network, params, loss, task, split)


@cases
@sizes
@pytest.mark.parametrize("runs", [1, 3])
def test_loss_and_score_are_those_of_the_models_outputs(loss, task, classes, size, runs):
    network, params, split, evaluation = evaluated(loss, task, classes, size, runs)
    losses, scores = evaluation()
    assert losses.shape == scores.shape == (runs,)
    for row in range(runs):
        z = Model(network, params[row]).outputs(split.inputs)
        assert losses[row] == pytest.approx(float(loss.value(z, split.targets)), rel=1e-12)
        if task != "regression":
            assert scores[row] == accuracy_score(split.labels, loss.decide(z))
        elif size > 1:
            assert scores[row] == pytest.approx(r2_score(split.labels, z[:, 0]), rel=1e-12)
        else:
            assert np.isnan(scores[row])


@cases
@sizes
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_run_among_others_gets_the_bits_it_gets_alone(loss, task, classes, size, dtype):
    network, params, split, evaluation = evaluated(loss, task, classes, size, 3, dtype)
    losses, scores = evaluation()
    for row in range(3):
        alone = Evaluation(network, params[[row]], loss, task, split)()
        np.testing.assert_array_equal(alone[0], losses[[row]])
        np.testing.assert_array_equal(alone[1], scores[[row]])


def test_r2_of_a_constant_target_is_not_a_number():
    network = Network.build(1, [], 1)
    split = Split(with_ones(np.arange(5.0)[:, None], np.float64), np.full((5, 1), 2.0), np.full(5, 2.0))
    loss, score = Evaluation(network, np.zeros((1, 2)), MSE(), "regression", split)()
    assert loss[0] == 4.0
    assert np.isnan(score[0])


def test_an_evaluation_follows_parameters_that_are_changed_in_place():
    _, params, _, evaluation = evaluated(MSE(), "regression", 0, 300, 2)
    before, _ = evaluation()
    params[1] *= 2.0
    after, _ = evaluation()
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert not np.shares_memory(before, after)


def test_a_run_that_overflows_leaves_its_neighbours_alone():
    _, params, _, evaluation = evaluated(MSE(), "regression", 0, 300, 3)
    expected = [values.copy() for values in evaluation()]
    params[1] = np.inf
    with np.errstate(all="ignore"):
        losses, scores = evaluation()
    assert not np.isfinite([losses[1], scores[1]]).any()
    for values, before in zip((losses, scores), expected, strict=True):
        np.testing.assert_array_equal(values[[0, 2]], before[[0, 2]])
