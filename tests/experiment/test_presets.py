"""The experiments that come with lrviz."""

import json
from functools import cache

import numpy as np
import pytest

from lrviz.engine.trainer import Records, Trainer
from lrviz.experiment import Experiment, FileError, dumps, edit
from lrviz.experiment.build import build
from lrviz.experiment.presets import STARTUP, names, preset, resources


@cache
def trained(name):
    return train(preset(name).experiment)


def train(experiment: Experiment) -> tuple[Trainer, Records]:
    trainer = Trainer(build([experiment]))
    return trainer, trainer.advance(experiment.training.steps)


def series(name, quantity):
    """The steps and the values of "loss" or "score" on the test examples."""
    steps, values = trained(name)[1].measured[f"test {quantity}"]
    return steps, values[:, 0, 0]


def between(name, first, last):
    """The test losses of these steps."""
    steps, losses = series(name, "loss")
    return losses[(steps > first) & (steps <= last)]


def test_every_file_among_the_presets_has_its_place_in_the_lesson():
    files = sorted(path.stem for path in (resources() / "presets").glob("*.json"))
    assert sorted(names()) == files
    assert len(files) >= 8


def test_the_lesson_goes_from_the_rate_to_schedules_to_optimizers_to_real_data():
    experiments = [preset(name).experiment for name in names()]
    assert names()[0] == STARTUP
    assert {"too-low", "too-high"} == set(names()[1:3])
    real = [experiment.data.dataset.real for experiment in experiments]
    scheduled = [experiment.schedule.kind not in ("constant", "cosine") for experiment in experiments]
    first, last = scheduled.index(True), len(names()) - scheduled[::-1].index(True)
    assert real == sorted(real)
    assert all(scheduled[first:last])
    assert {"too-low", "too-high", "diverges"} < set(names()[:first])
    assert "adam-moons" in names()[last:]


@pytest.mark.parametrize("name", names())
def test_every_preset_has_a_name_of_its_own_and_says_what_to_look_at(name):
    experiment = preset(name).experiment
    assert experiment.name
    assert experiment.note.endswith(".")
    assert [preset(other).experiment.name for other in names()].count(experiment.name) == 1


@pytest.mark.parametrize("name", names())
def test_every_preset_is_written_as_lrviz_writes_it_and_is_found_by_its_file_name(name):
    text = (resources() / "presets" / f"{name}.json").read_text(encoding="utf-8")
    found = preset(name)
    assert found.name == name
    assert json.loads(text)["version"] == 1
    assert text == dumps(found.experiment)


def test_a_preset_that_does_not_exist_is_told_with_those_that_do():
    with pytest.raises(FileError, match=r"There is no preset 'spiral' \(did you mean spirals\?\)") as caught:
        preset("spiral")
    for name in names():
        assert name in str(caught.value)


def test_spirals_are_learned_with_much_time_left():
    steps, score = series("spirals", "score")
    assert score[-1] >= 0.95
    assert 1000 < steps[score >= 0.95][0] < 4500


@pytest.mark.parametrize("kind", ["digits", "breast_cancer"])
def test_from_the_spirals_another_dataset_is_one_edit_away(kind):
    experiment = edit(preset("spirals").experiment, "data.dataset.kind", kind)
    _, records = train(experiment)
    assert records.measured["test score"][1][-1, 0, 0] > 0.95


def test_too_low_hardly_moves():
    _, loss = series("too-low", "loss")
    assert loss.min() > 0.9 * loss[0]
    assert preset("too-low").experiment.lr == preset("spirals").experiment.lr / 100.0


def test_too_high_jumps_and_learns_nothing_but_stays_finite():
    trainer, _ = trained("too-high")
    assert trainer.diverged_at[0] == 0
    assert between("too-high", 1000, 3000).max() > 5.0 * between("too-high", 1000, 3000).min()
    assert series("too-high", "score")[1].max() < 0.75
    lowered = edit(preset("too-high").experiment, "lr", 0.1)
    assert train(lowered)[1].measured["test loss"][1][-1, 0, 0] < 0.5


def test_diverges_by_the_same_factor_each_step_and_learns_just_below_the_limit():
    trainer, records = trained("diverges")
    assert 0 < trainer.diverged_at[0] < 400
    growth = records.loss[101:200, 0] / records.loss[100:199, 0]
    assert np.ptp(growth) < 0.01 * growth[0]
    assert growth[0] > 1.0
    below, records = train(edit(preset("diverges").experiment, "lr", 0.9))
    assert below.diverged_at[0] == 0
    assert records.measured["test score"][1][-1, 0, 0] > 0.95


def test_the_limit_in_the_note_is_two_over_the_sharpness():
    inputs = trained("diverges")[0].block.examples.train.inputs.astype(np.float64)
    hessian = 2.0 * inputs.T @ inputs / len(inputs)
    limit = 2.0 / np.linalg.eigvalsh(hessian)[-1]
    assert limit == pytest.approx(1.0, abs=0.01)


def test_adam_bends_the_border_within_a_few_hundred_steps():
    steps, score = series("adam-moons", "score")
    assert steps[score >= 0.95][0] <= 500
    assert score[-1] >= 0.95


@pytest.mark.parametrize("drop", [2000, 4000])
def test_each_drop_takes_most_of_the_noise_away(drop):
    before, after = between("step-decay", drop - 500, drop), between("step-decay", drop, drop + 500)
    assert np.std(after) < 0.5 * np.std(before)


def test_a_plateau_lowers_the_rate_step_by_step():
    rates = trained("plateau")[1].lr[:, 0]
    drops = np.flatnonzero(np.diff(rates))
    assert 2 <= len(drops) <= 10
    assert drops[0] > 400
    assert np.all(np.diff(rates)[drops] < 0.0)


def test_the_loss_is_lower_at_the_bottom_of_each_cycle():
    steps, loss = series("cyclic", "loss")
    bottoms = loss[np.isin(steps, np.arange(1000, 6001, 1000))]
    assert len(bottoms) == 6
    assert np.all(np.diff(bottoms) < 0.0)
    assert np.ptp(trained("cyclic")[1].lr) == pytest.approx(0.29, abs=1e-3)


@pytest.mark.parametrize(("name", "within"), [("digits", 500), ("breast-cancer", 100)])
def test_real_data_are_learned(name, within):
    steps, score = series(name, "score")
    assert steps[score > 0.95][0] <= within
    assert score[-1] > 0.95


def test_breast_cancer_is_overfitted_in_the_end():
    loss = series("breast-cancer", "loss")[1]
    assert loss[-1] > 1.2 * loss.min()


def test_the_sine_is_learned_down_to_its_noise():
    assert series("sine-regression", "loss")[1][-1] < 0.02
