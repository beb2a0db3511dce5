"""Modifiers in a whole training."""

import numpy as np
import pytest

from lrviz.engine.trainer import Trainer
from lrviz.experiment import edit
from lrviz.experiment.build import build

EVERY = [
    {"kind": "clip_norm", "max_norm": 0.5},
    {"kind": "sam", "rho": 0.1},
    {"kind": "grokfast"},
    {"kind": "lookahead"},
    {"kind": "ema", "decay": 0.9},
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_runs_in_a_block_are_the_runs_alone_also_beside_one_that_diverges(experiment, dtype):
    training = {"batch_size": 8, "steps": 200, "eval_every": 10, "dtype": dtype}
    runs = [
        experiment(
            data={"dataset": {"kind": "plane", "samples": 60}},
            network={"hidden": [{"units": 5, "activation": "relu"}]},
            optimizer={"kind": "sgd", "momentum": 0.9},
            modifiers=EVERY[1:],
            training=training,
            lr=lr,
        )
        for lr in (0.001, 1e6, 0.01)
    ]
    together = Trainer(build(runs))
    records = together.advance(120)
    assert together.diverged_at[1] > 0
    for row in (0, 2):
        alone = Trainer(build([runs[row]]))
        own = alone.advance(120)
        assert np.array_equal(own.loss[:, 0], records.loss[:, row])
        assert np.array_equal(alone.state.params[0], together.state.params[row])
        assert np.array_equal(alone.model(0).params, together.model(row).params)


def test_averaged_weights_are_tested_shown_and_remembered_and_not_trained_from(experiment):
    plain = Trainer(build([experiment()]))
    averaged = Trainer(build([experiment(modifiers=[{"kind": "ema", "decay": 0.95}])]))
    plain.advance(100)
    records = averaged.advance(100)
    assert np.array_equal(plain.state.params, averaged.state.params)
    shown = averaged.model(0).params
    assert not np.array_equal(shown, averaged.state.params[0])
    steps, losses = records.measured["test loss"]
    assert steps[-1] == 100
    assert losses[-1, 0, 0] == averaged.measure_now()["test loss"][0, 0]
    assert losses[-1, 0, 0] != plain.measure_now()["test loss"][0, 0]


def test_stopping_saving_and_going_on_gives_the_bits_of_never_having_stopped(experiment, tmp_path):
    block = build([experiment(modifiers=EVERY)])
    whole = Trainer(block)
    whole.advance(90)
    part = Trainer(block)
    part.advance(37)
    part.state.save(tmp_path / "state.npz")
    again = Trainer(block, state=type(part.state).load(tmp_path / "state.npz"))
    again.advance(53)
    assert np.array_equal(whole.state.params, again.state.params)
    for name, slot in whole.state.slots.items():
        assert np.array_equal(slot, again.state.slots[name])


def test_a_modifier_added_while_training_keeps_weights_and_the_optimizers_averages(experiment):
    before = experiment()
    trainer = Trainer(build([before]))
    trainer.advance(50)
    kept = {name: slot.copy() for name, slot in trainer.state.slots.items()}
    params = trainer.state.params.copy()
    trainer.rebind(build([edit(before, "modifiers", [{"kind": "ema"}])]))
    assert np.array_equal(trainer.state.params, params)
    assert all(np.array_equal(trainer.state.slots[name], slot) for name, slot in kept.items())
    assert np.array_equal(trainer.state.slots["0.average"], params)
    trainer.advance(10)
    assert np.isfinite(trainer.state.params).all()
    trainer.rebind(build([before]))
    assert trainer.state.slots.keys() == kept.keys()
