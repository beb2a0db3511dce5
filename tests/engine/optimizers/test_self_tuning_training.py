"""The optimizers that find their rate themselves in training: real losses, batches, edits."""

import numpy as np
import pytest

from lrviz.engine.optimizers import DoG, Prodigy

CASES = {
    "prodigy": {},
    "dadapt_adam": {},
    "dadapt_sgd": {},
    "dog": {"reps_rel": 1e-3},
    "dowg": {},
    "sps": {},
    "sls": {"n_batches_per_epoch": 6},
    "sgd_hd": {"hypergrad_lr": 1e-3},
    "adam_hd": {"hypergrad_lr": 1e-6},
    "barzilai_borwein": {"max_step_size": 1.0},
}
RATES = {
    "sgd_hd": (0.3, 0.1, 0.03),
    "adam_hd": (0.03, 0.01, 0.003),
    "dadapt_adam": (0.1, 0.3, 1.0),
    "dadapt_sgd": (0.1, 0.3, 1.0),
}

everyone = pytest.mark.parametrize("kind", CASES)


@everyone
def test_a_run_among_others_trains_as_it_does_alone(trainer, kind):
    optimizer = {"kind": kind, **CASES[kind]}
    rates = RATES.get(kind, (1.0, 0.5, 0.2))
    together = trainer(rates, optimizer=optimizer)
    together.advance(100)
    for row, rate in enumerate(rates):
        alone = trainer((rate,), optimizer=optimizer)
        alone.advance(100)
        assert np.array_equal(alone.state.params[0], together.state.params[row])
        for name, slot in alone.state.slots.items():
            assert np.array_equal(slot[0], together.state.slots[name][row]), name


@everyone
def test_moons_are_learned(trainer, kind):
    training = trainer(RATES.get(kind, (1.0,))[:1], optimizer={"kind": kind, **CASES[kind]})
    loss = training.advance(600).loss[:, 0]
    assert loss[-50:].mean() < 0.6 * loss[:10].mean()


@pytest.mark.parametrize("optimizer", [Prodigy(), DoG()], ids=repr)
def test_the_distance_is_measured_from_the_first_weights(trainer, optimizer):
    training = trainer((1.0,), optimizer=optimizer.name())
    first = training.state.params.copy()
    training.advance(50)
    kept = training.state.slots["p0" if isinstance(optimizer, Prodigy) else "init_buffer"]
    assert np.array_equal(kept, first)
    assert not np.array_equal(training.state.params, first)
