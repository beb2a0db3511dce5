"""The maximal update parametrization: the paper's table, and what it is for."""

import math

import numpy as np
import pytest

from lrviz.engine.activations import Tanh
from lrviz.engine.initializers import AnyInitializer, TorchDefault
from lrviz.engine.mup import Role, suits
from lrviz.engine.network import Hidden, Network
from lrviz.engine.norms import LayerNorm
from lrviz.engine.optimizers import SGD, Adam
from lrviz.engine.parts import kinds
from lrviz.engine.random import Purpose, stream
from lrviz.engine.trainer import Trainer
from lrviz.experiment import parse
from lrviz.experiment.build import build

TIMES = 4.0
INPUT, HIDDEN, OUTPUT = Role(1.0, TIMES), Role(TIMES, TIMES), Role(TIMES, 1.0, reads_out=True)


@pytest.mark.parametrize(
    ("role", "multiplier", "variance", "sgd", "adam"),
    [
        # Table 8, as multiples of what holds at the base width; the variance as one of 1/fan_in.
        (INPUT, 1.0, 1.0, TIMES, 1.0),
        (HIDDEN, 1.0, 1.0, 1.0, 1.0 / TIMES),
        (OUTPUT, 1.0 / TIMES, TIMES, TIMES, 1.0),
    ],
    ids=["input weights", "hidden weights", "output weights"],
)
def test_weights_follow_the_papers_table(role, multiplier, variance, sgd, adam):
    assert role.multiplier == multiplier
    assert role.weight_scale == math.sqrt(variance)
    assert role.weight_rate(SGD.adaptive) == sgd
    assert role.weight_rate(Adam.adaptive) == adam


def test_biases_follow_the_papers_table():
    assert [role.vector_rate(SGD.adaptive) for role in (INPUT, HIDDEN, OUTPUT)] == [TIMES, TIMES, 1.0]
    assert [role.vector_rate(Adam.adaptive) for role in (INPUT, HIDDEN, OUTPUT)] == [1.0, 1.0, 1.0]
    # Of variance c/fan_in from the initializer, c by the table.
    assert [role.bias_scale**2 for role in (INPUT, HIDDEN, OUTPUT)] == [1.0, TIMES, TIMES]


def test_hidden_layers_of_unequal_width_follow_the_ratio_of_their_widths():
    assert Role(4.0, 2.0).weight_rate(adaptive=False) == 0.5
    assert Role(4.0, 2.0).weight_rate(adaptive=True) == 0.25


def test_the_standard_parametrization_changes_nothing():
    for role in (Role(), Role(reads_out=True)):
        assert {role.multiplier, role.weight_scale, role.bias_scale} == {1.0}
        for adaptive in (True, False):
            assert {role.weight_rate(adaptive), role.vector_rate(adaptive)} == {1.0}


@pytest.mark.parametrize("kind", kinds(AnyInitializer))
def test_exactly_the_initializers_of_a_variance_by_fan_in_suit(kind):
    initializer = kinds(AnyInitializer)[kind]()

    def deviation(fan_in, fan_out):
        drawn = initializer.draw(fan_in, fan_out, stream(0, Purpose.WEIGHTS))[:, :-1]
        return drawn.std() * math.sqrt(fan_in)

    shapes = [(4, 2000), (100, 100), (2000, 4)]
    found = [deviation(*shape) for shape in shapes]
    assert suits(initializer) is bool(np.allclose(found, found[0], rtol=0.1))


def test_first_weights_are_those_of_the_initializer_times_their_scale():
    hidden = [Hidden(8, Tanh(), LayerNorm()), Hidden(6, Tanh())]
    standard, wide = (Network.build(3, hidden, 2, base) for base in (None, 2))
    plain, scaled = (network.initial(TorchDefault(), [5], np.float64) for network in (standard, wide))
    scales = [(1.0, 1.0), (1.0, math.sqrt(4.0)), (math.sqrt(3.0), math.sqrt(3.0))]
    for before, after, (weight, bias) in zip(
        standard.matrices(plain[0]), wide.matrices(scaled[0]), scales, strict=True
    ):
        np.testing.assert_allclose(after[:, :-1], before[:, :-1] * weight, rtol=1e-15)
        np.testing.assert_allclose(after[:, -1], before[:, -1] * bias, rtol=1e-15)
    np.testing.assert_array_equal(scaled[:, :16], plain[:, :16])


def test_every_tensor_has_the_rate_of_its_layer():
    hidden = [Hidden(8, Tanh(), LayerNorm()), Hidden(6, Tanh())]
    wide = Network.build(3, hidden, 2, 2)
    scales = [1.0, 10.0, 100.0]
    assert wide.tensor_rates(adaptive=False, scales=scales).tolist() == [
        *(4.0, 4.0, 4.0, 4.0), 10.0 * (3.0 / 4.0), 30.0, 300.0, 100.0,
    ]  # fmt: skip
    assert wide.tensor_rates(adaptive=True, scales=scales).tolist() == [
        *(1.0, 1.0, 1.0, 1.0), 2.5, 10.0, 100.0, 100.0,
    ]  # fmt: skip
    assert len(wide.tensors) == 8


def experiment(width, parametrization, optimizer, lr, seed=0, base_width=16):
    return parse(
        {
            "data": {"dataset": {"kind": "moons", "samples": 40}},
            "network": {
                "hidden": [{"units": width, "activation": "tanh"}] * 2,
                "parametrization": parametrization,
                "base_width": base_width,
            },
            "optimizer": optimizer,
            "lr": lr,
            "schedule": "constant",
            "training": {"weight_seed": seed, "batch_size": 1000, "dtype": "float64"},
        }
    )


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_at_the_base_width_it_is_the_standard_parametrization(optimizer):
    runs = [
        Trainer(build([experiment(16, parametrization, optimizer, 0.1)]))
        for parametrization in ("standard", "mup")
    ]
    for run in runs:
        run.advance(40)
    np.testing.assert_array_equal(runs[0].state.params, runs[1].state.params)


def growth(parametrization, optimizer, lr):
    """By which power of the width each layer's responses change in a few steps, (layers,)."""
    widths, seeds = (16, 32, 64, 128, 256), range(8)
    changes = []
    for width in widths:
        run = Trainer(build([experiment(width, parametrization, optimizer, lr, seed) for seed in seeds]))
        inputs = run.block.examples.train.inputs
        first = [run.model(row).responses(inputs) for row in seeds]
        run.advance(4)
        squares = [
            [
                np.mean(np.square(now - then))
                for now, then in zip(run.model(row).responses(inputs), before, strict=True)
            ]
            for row, before in enumerate(first)
        ]
        changes.append(np.sqrt(np.mean(squares, axis=0)))
    slopes, _ = np.polyfit(np.log(widths), np.log(changes), 1)
    return slopes


@pytest.mark.parametrize(("optimizer", "lr"), [("sgd", 0.2), ("adam", 0.003)])
def test_what_steps_change_does_not_grow_with_the_width_and_does_without_it(optimizer, lr):
    # What fades with the width is the share of the first, random outputs in the first steps.
    slopes = growth("mup", optimizer, lr)
    assert (slopes < 0.05).all()
    assert (slopes > -0.25).all()
    assert growth("standard", optimizer, lr)[-1] > 0.5


def test_without_it_hidden_layers_learn_more_or_less_the_wider_they_are():
    assert growth("standard", "adam", 0.003)[1] > 0.5
    assert growth("standard", "sgd", 0.2)[0] < -0.4
