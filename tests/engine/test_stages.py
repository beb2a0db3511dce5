"""Hidden layers that do more than activate: gradients against finite differences, bits against runs alone."""

from itertools import count

import numpy as np
import pytest

from lrviz.engine.activations import AnyActivation, ReLU, SiLU, Tanh
from lrviz.engine.losses import MSE, AnyLoss, Auto
from lrviz.engine.network import Hidden, Model, Network, with_ones
from lrviz.engine.norms import AnyNorm, BatchNorm, LayerNorm, NoNorm
from lrviz.engine.parts import kinds
from lrviz.engine.propagation import Propagation

BATCH = 6
CLASSES = {"regression": 0, "binary": 2, "multiclass": 3}
ACTIVATIONS = [part() for part in kinds(AnyActivation).values()]
LOSSES = [(part(), task) for part in kinds(AnyLoss).values() if part is not Auto for task in part.tasks]
NORMS = [part() for part in kinds(AnyNorm).values() if part is not NoNorm]
places = pytest.mark.parametrize("place", ["before", "after"])
norms = pytest.mark.parametrize("norm", NORMS, ids=repr)
activations = pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)


class Problem:
    """R networks of two hidden layers with dropout and μP, on a batch each."""

    def __init__(self, network, loss, params, buffers, masks, x, y):
        self.network, self.loss, self.params, self.buffers = network, loss, params, buffers
        self.masks, self.x, self.y = masks, x, y
        self.grad = np.full_like(params, np.nan)
        self.z = np.empty((len(params), BATCH, network.widths[-1]), dtype=params.dtype)
        self.passes = Propagation(network, params, BATCH, self.grad, buffers)
        for stage, mask in zip(self.passes.drops, masks, strict=True):
            stage.mask = self.passes.view(mask)

    def alone(self, row):
        buffers = {name: buffer[[row]] for name, buffer in self.buffers.items()}
        masks = [mask[[row]] for mask in self.masks]
        return Problem(
            self.network, self.loss, self.params[[row]], buffers, masks, self.x[[row]], self.y[[row]]
        )

    def value(self):
        view = self.passes.view
        self.passes.forward(view(self.x), view(self.z))
        return np.array(self.loss.value(self.z, self.y), dtype=np.float64)

    def gradient(self):
        self.value()
        view = self.passes.view
        z, y, delta = view(self.z), view(self.y), view(np.empty_like(self.z))
        self.loss.gradient(z, y, delta, (np.empty_like(z), np.empty_like(z)))
        self.passes.backward(view(self.x), np.swapaxes(delta, -1, -2))
        return self.grad.copy()

    def differences(self, h):
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


def network_of(activation, norm, place, dropout, base_width, outputs):
    hidden = [Hidden(units, activation, norm, place, dropout) for units in (5, 4)]
    return Network.build(3, hidden, outputs, base_width)


def problem(
    activation, norm, place, loss=LOSSES[0][0], task="regression", runs=2, seed=0, dtype=np.float64, p=0.3
):
    random = np.random.default_rng(seed)
    classes = CLASSES[task]
    network = network_of(activation, norm, place, p, 2 if p else None, loss.outputs(classes))
    params = random.normal(0.3, 0.7, size=(runs, network.size)).astype(dtype)
    masks = [
        ((random.random((runs, units, BATCH)) > 0.3) / 0.7).astype(dtype) for units in ((5, 4) if p else ())
    ]
    targets = (
        random.integers(classes, size=(runs, BATCH)) * 1.0 if classes else random.normal(size=(runs, BATCH))
    )
    x = np.stack([with_ones(random.normal(size=(BATCH, 3)), dtype) for _ in range(runs)])
    y = np.stack([loss.encode(own, classes).astype(dtype) for own in targets])
    return Problem(network, loss, params, network.first_buffers(runs, dtype), masks, x, y)


def smooth(*args, **kwargs):
    """The first problem of a row of seeds without a kink nearby, and its differences.

    Where there is one, differences over unequal distances are not equal.
    """
    for seed in count():
        found = problem(*args, seed=seed, **kwargs)
        fine, coarse = found.differences(1e-5), found.differences(4e-5)
        if np.linalg.norm(fine - coarse) <= 1e-7 * np.linalg.norm(fine):
            return found, fine
    raise AssertionError


def assert_gradients_are(found, expected):
    ours = found.gradient()
    np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-8)
    error = np.linalg.norm(ours - expected, axis=-1)
    assert (error <= 1e-6 * np.linalg.norm(expected, axis=-1)).all()


@places
@norms
@pytest.mark.parametrize(("loss", "task"), LOSSES, ids=[f"{loss.kind}-{task}" for loss, task in LOSSES])
@activations
def test_gradients_of_normalized_networks_equal_finite_differences(activation, loss, task, norm, place):
    assert_gradients_are(*smooth(activation, norm, place, loss, task))


@places
@norms
@activations
def test_gradients_without_dropout_equal_finite_differences_too(activation, norm, place):
    assert_gradients_are(*smooth(activation, norm, place, p=0.0, runs=1))


@pytest.mark.parametrize("runs", [1, 3])
@activations
def test_gradients_with_dropout_alone_equal_finite_differences(activation, runs):
    assert_gradients_are(*smooth(activation, NoNorm(), "before", runs=runs))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@places
@pytest.mark.parametrize("norm", [NoNorm(), *NORMS], ids=repr)
@activations
def test_a_run_among_others_gets_the_bits_it_gets_alone(activation, norm, place, dtype):
    together = problem(activation, norm, place, runs=4, dtype=dtype)
    together.gradient()
    together.passes.commit()
    for row in range(4):
        own = problem(activation, norm, place, runs=4, dtype=dtype).alone(row)
        np.testing.assert_array_equal(own.gradient()[0], together.grad[row])
        np.testing.assert_array_equal(own.z[0], together.z[row])
        own.passes.commit()
        for name, buffer in own.buffers.items():
            np.testing.assert_array_equal(buffer[0], together.buffers[name][row], err_msg=name)


@places
@pytest.mark.parametrize("norm", [NoNorm(), *NORMS], ids=repr)
@activations
@pytest.mark.parametrize("runs", [1, 3])
def test_evaluating_is_what_the_model_computes(runs, activation, norm, place):
    made = problem(activation, norm, place, runs=runs)
    random = np.random.default_rng(8)
    for buffer in made.buffers.values():
        buffer[:] = random.uniform(0.5, 2.0, size=buffer.shape)
    passes = Propagation(made.network, made.params, BATCH, buffers=made.buffers)
    assert passes.drops == []
    passes.forward(passes.view(made.x), passes.view(made.z))
    for row in range(runs):
        buffers = {name: buffer[row] for name, buffer in made.buffers.items()}
        outputs = Model(made.network, made.params[row], buffers).outputs(made.x[row])
        np.testing.assert_allclose(made.z[row], outputs, rtol=1e-12, atol=1e-13)


def test_a_models_responses_are_closed_formulas():
    network = network_of(Tanh(), BatchNorm(eps=0.5), "before", 0.4, 2, 1)
    random = np.random.default_rng(3)
    params = random.normal(size=network.size)
    buffers = {
        name: random.uniform(0.5, 2.0, size=b.shape[1]) for name, b in network.first_buffers(1, float).items()
    }
    x = with_ones(random.normal(size=(9, 3)), np.float64)
    first, second, z = Model(network, params, buffers).responses(x)
    values = x
    for depth, (response, matrix) in enumerate(
        zip((first, second), network.matrices(params), strict=False), 1
    ):
        gamma, beta = (vector[:, 0] for vector in network.layers[depth - 1].vectors(params).values())
        sums = values @ matrix.T
        deviation = np.sqrt(buffers[f"{depth}.running_var"] + 0.5)
        normal = (sums - buffers[f"{depth}.running_mean"]) / deviation
        np.testing.assert_allclose(response, np.tanh(normal * gamma + beta), rtol=1e-12)
        values = with_ones(response, np.float64)
    weight, bias = network.matrices(params)[2][:, :-1], network.matrices(params)[2][:, -1]
    np.testing.assert_allclose(z, second @ weight.T / 2.0 + bias, rtol=1e-12)


@pytest.mark.parametrize("activation", [ReLU(), SiLU()], ids=repr)
def test_the_model_leaves_what_it_was_given_alone(activation):
    network = network_of(activation, LayerNorm(), "after", 0.0, None, 2)
    params = np.random.default_rng(0).normal(size=network.size)
    x, kept = with_ones(np.ones((4, 3)), np.float64), params.copy()
    first = Model(network, params).responses(x)
    second = Model(network, params).responses(x)
    np.testing.assert_array_equal(params, kept)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_layer_that_only_activates_has_no_stages():
    plain = Propagation(Network.build(3, [(5, Tanh())], 1), np.zeros((1, 26)), BATCH, np.zeros((1, 26)))
    assert plain._hidden[0].activation == Tanh()
    assert (plain.drops, plain.norms) == ([], [])


def test_parameters_of_norms_come_first_in_memory_and_after_the_bias_as_tensors():
    network = network_of(Tanh(), BatchNorm(), "before", 0.0, None, 1)
    assert [layer.start for layer in network.layers] == [18, 38, 62]
    assert network.size == 67
    assert [tensor.name for tensor in network.tensors] == [
        *("layer 1 weight", "layer 1 bias", "layer 1 norm weight", "layer 1 norm bias"),
        *("layer 2 weight", "layer 2 bias", "layer 2 norm weight", "layer 2 norm bias"),
        *("layer 3 weight", "layer 3 bias"),
    ]
    places = np.concatenate([tensor.places for tensor in network.tensors])
    np.testing.assert_array_equal(np.sort(places), np.arange(network.size))
    assert network.tensors[2].places.tolist() == [0, 1, 2, 3, 4]
    assert network.tensors[7].places.tolist() == [14, 15, 16, 17]


def test_norms_start_as_they_change_nothing_else():
    from lrviz.engine.initializers import TorchDefault

    network = network_of(Tanh(), BatchNorm(), "before", 0.0, None, 1)
    plain = network_of(Tanh(), NoNorm(), "before", 0.0, None, 1)
    params = network.initial(TorchDefault(), [7, 8], np.float32)
    np.testing.assert_array_equal(params[:, 18:], plain.initial(TorchDefault(), [7, 8], np.float32))
    for layer in network.layers[:-1]:
        vectors = layer.vectors(params)
        assert (vectors["weight"] == 1.0).all()
        assert (vectors["bias"] == 0.0).all()
    first = network.first_buffers(2, np.float32)
    assert {name: (b.shape, b.dtype, set(b.ravel())) for name, b in first.items()} == {
        "1.running_mean": ((2, 5), np.float32, {0.0}),
        "1.running_var": ((2, 5), np.float32, {1.0}),
        "2.running_mean": ((2, 4), np.float32, {0.0}),
        "2.running_var": ((2, 4), np.float32, {1.0}),
    }


def test_only_training_passes_drop_units():
    made = problem(Tanh(), NoNorm(), "before", loss=MSE())
    assert [stage.depth for stage in made.passes.drops] == [1, 2]
    made.value()
    trained = made.z.copy()
    for mask in made.masks:
        mask[:] = 1.0
    made.value()
    evaluated = np.empty_like(made.z)
    Propagation(made.network, made.params, BATCH).forward(made.x, evaluated)
    assert (trained != evaluated).any()
    np.testing.assert_array_equal(made.z, evaluated)
