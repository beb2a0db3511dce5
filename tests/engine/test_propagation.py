"""Passes through whole networks: gradients against finite differences, bits against runs alone."""

from itertools import count

import numpy as np
import pytest

from lrviz.engine.activations import ELU, AnyActivation, LeakyReLU, Tanh
from lrviz.engine.losses import AnyLoss, Auto
from lrviz.engine.network import Model, Network, with_ones
from lrviz.engine.parts import kinds
from lrviz.engine.propagation import Propagation

BATCH = 6
CLASSES = {"regression": 0, "binary": 2, "multiclass": 3}
ACTIVATIONS = [
    *(part() for part in kinds(AnyActivation).values()),
    LeakyReLU(negative_slope=0.3),
    ELU(alpha=0.4),
]
LOSSES = [(part(), task) for part in kinds(AnyLoss).values() if part is not Auto for task in part.tasks]


class Problem:
    """Networks with parameters (R, P), on one batch or on a batch each."""

    def __init__(self, network, loss, params, x, y):
        self.network, self.loss, self.params, self.x, self.y = network, loss, params, x, y
        self.runs = len(params)
        self.grad = np.full_like(params, np.nan)
        self.z = np.empty((self.runs, BATCH, network.widths[-1]), dtype=params.dtype)
        self.propagation = Propagation(network, params, BATCH, self.grad)

    def alone(self, row):
        """One run by itself, with its parameters and its batch."""
        x, y = (array if array.ndim == 2 else array[[row]] for array in (self.x, self.y))
        return Problem(self.network, self.loss, self.params[[row]], x, y)

    def batch(self):
        view = self.propagation.view
        return [view(array) if array.ndim == 3 else array for array in (self.x, self.y)]

    def value(self):
        x, y = self.batch()
        z = self.propagation.view(self.z)
        self.propagation.forward(x, z)
        return np.array(self.loss.value(z, y)).reshape(self.runs)

    def gradient(self):
        """(R, P)."""
        self.value()
        x, y = self.batch()
        z = self.propagation.view(self.z)
        delta = np.empty_like(z)
        self.loss.gradient(z, y, delta, (np.empty_like(z), np.empty_like(z)))
        self.propagation.backward(x, np.swapaxes(delta, -1, -2))
        return self.grad

    def differences(self, h=1e-5):
        """Central finite differences of the loss, (R, P)."""
        numeric = np.empty_like(self.params)
        for k in range(self.network.size):
            kept = self.params[:, k].copy()
            self.params[:, k] = kept + h
            above = self.value()
            self.params[:, k] = kept - h
            numeric[:, k] = (above - self.value()) / (2.0 * h)
            self.params[:, k] = kept
        return numeric

    def models(self):
        tables = self.x if self.x.ndim == 3 else [self.x] * self.runs
        return [
            (Model(self.network, params), table) for params, table in zip(self.params, tables, strict=True)
        ]

    def away_from_kinks(self):
        """Whether no unit is so close to 0 that a difference could step over a kink."""
        for model, table in self.models():
            values = table
            for matrix, response in zip(model.matrices[:-1], model.responses(table), strict=False):
                if np.abs(values @ matrix.T).min() < 1e-3:
                    return False
                values = with_ones(response, np.float64)
        return True


def problem(activation, loss, task, runs, hidden, seed=0, shared=False, dtype=np.float64):
    """Random networks on random examples."""
    random = np.random.default_rng(seed)
    classes = CLASSES[task]
    network = Network.build(3, [(units, activation) for units in hidden], loss.outputs(classes))
    params = random.normal(0.0, 0.7, size=(runs, network.size)).astype(dtype)
    x, y = [], []
    for _ in range(1 if shared else runs):
        targets = random.integers(classes, size=BATCH) * 1.0 if classes else random.normal(size=BATCH)
        x.append(with_ones(random.normal(size=(BATCH, 3)), dtype))
        y.append(loss.encode(targets, classes).astype(dtype))
    return Problem(network, loss, params, *((x[0], y[0]) if shared else (np.stack(x), np.stack(y))))


def smooth(*args):
    """The first problem of a row of seeds at which the loss is smooth."""
    return next(found for found in (problem(*args, seed) for seed in count()) if found.away_from_kinks())


@pytest.mark.parametrize("hidden", [(), (5,), (5, 4)], ids=["linear", "one hidden", "two hidden"])
@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize(("loss", "task"), LOSSES, ids=[f"{loss.kind}-{task}" for loss, task in LOSSES])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_gradients_of_whole_networks_equal_finite_differences(activation, loss, task, runs, hidden):
    found = smooth(activation, loss, task, runs, hidden)
    exact = found.network.matrices(found.gradient().copy())
    numeric = found.network.matrices(found.differences())
    for ours, expected in zip(exact, numeric, strict=True):
        error = np.linalg.norm(ours - expected, axis=(-2, -1))
        assert (error <= 1e-6 * np.linalg.norm(expected, axis=(-2, -1))).all()
        np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("hidden", [(), (5,), (9, 4, 3)])
@pytest.mark.parametrize(("loss", "task"), LOSSES, ids=[f"{loss.kind}-{task}" for loss, task in LOSSES])
def test_a_run_among_others_gets_the_gradient_bits_it_gets_alone(loss, task, hidden, shared, dtype):
    together = problem(Tanh(), loss, task, 4, hidden, shared=shared, dtype=dtype)
    together.gradient()
    for row in range(4):
        alone = together.alone(row)
        np.testing.assert_array_equal(alone.gradient()[0], together.grad[row])
        np.testing.assert_array_equal(alone.z[0], together.z[row])


@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_a_forward_pass_gives_what_the_model_computes(activation, runs):
    passed = problem(activation, LOSSES[0][0], "regression", runs, (5, 4))
    passed.value()
    for z, (model, table) in zip(passed.z, passed.models(), strict=True):
        np.testing.assert_allclose(z, model.outputs(table), rtol=1e-12, atol=1e-13)


def test_passes_follow_parameters_that_are_changed_in_place():
    passed = problem(Tanh(), LOSSES[0][0], "regression", 2, (5,))
    before = passed.value()
    passed.params *= 0.5
    passed.propagation.forward(passed.x, passed.z)
    assert (passed.value() != before).all()
    for z, (model, table) in zip(passed.z, passed.models(), strict=True):
        np.testing.assert_allclose(z, model.outputs(table), rtol=1e-12)


def test_the_second_pass_of_a_batch_repeats_the_bits_of_the_first():
    passed = problem(Tanh(), LOSSES[0][0], "regression", 2, (5, 4))
    x, first = passed.x.copy(), passed.gradient().copy()
    np.testing.assert_array_equal(passed.gradient(), first)
    np.testing.assert_array_equal(passed.x, x)
