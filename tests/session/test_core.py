import numpy as np
import pytest

from lrviz.engine.network import Model
from lrviz.experiment import Experiment, edit, parse
from lrviz.session import core as core_module
from lrviz.session.core import Core, replay
from lrviz.session.history import samples
from lrviz.session.snapshot import Edit, Status


def small(**changes):
    data = {
        "data": {"dataset": {"kind": "moons", "samples": 60}},
        "network": {"hidden": [{"units": 4, "activation": "tanh"}]},
        "optimizer": {"kind": "sgd", "momentum": 0.9},
        "training": {"batch_size": 8, "steps": 60, "eval_every": 5},
        "lr": 0.05,
    }
    experiment = parse(data)
    for path, value in changes.items():
        experiment = edit(experiment, path.replace("__", "."), value)
    return experiment


def diverging():
    return parse(
        {
            "data": {"dataset": "sine"},
            "network": {"hidden": [{"units": 4, "activation": "relu"}]},
            "schedule": "constant",
            "training": {"steps": 60, "eval_every": 1},
            "lr": 100.0,
        }
    )


def weights(core: Core):
    return core.snapshot().model.params


def curve(core: Core, name="training loss"):
    steps, values = samples(core.snapshot().series[name])
    return steps.tolist(), values[:, 0].tolist()


def same_curves(one: Core, other: Core):
    mine, theirs = one.snapshot().series, other.snapshot().series
    assert mine.keys() == theirs.keys()
    for name in mine:
        for a, b in zip(samples(mine[name]), samples(theirs[name]), strict=True):
            np.testing.assert_array_equal(a, b)


def same_patience(one: Core, other: Core):
    for name in ("reference", "waited", "stopped_early"):
        mine, theirs = getattr(one.trainer.state, name), getattr(other.trainer.state, name)
        np.testing.assert_array_equal(mine, theirs, err_msg=name)


def test_a_new_core_is_paused_at_step_0_with_a_first_sample_of_everything_measured():
    core = Core(small(training__probes=["weight norm"]))
    snapshot = core.snapshot()
    assert (snapshot.step, snapshot.status, snapshot.epoch, snapshot.best) == (0, Status.PAUSED, 0.0, None)
    assert set(snapshot.series) == {"test loss", "test score", "weight norm"}
    assert all(view.latest()[0] == 0 for view in snapshot.series.values())


def test_the_first_sample_of_the_test_loss_is_the_loss_of_the_first_weights():
    snapshot = Core(small()).snapshot()
    outputs = snapshot.model.outputs(snapshot.examples.test.inputs)
    expected = snapshot.loss.value(outputs, snapshot.examples.test.targets)
    assert snapshot.series["test loss"].latest()[1][0] == pytest.approx(float(expected), rel=1e-6)


def test_training_ends_at_the_planned_step_and_goes_on_only_after_go_on():
    core = Core(small())
    assert core.advance(50) == 50
    assert core.advance(50) == 10
    assert core.status(running=True) is Status.FINISHED
    assert core.advance(50) == 0
    core.go_on()
    assert core.status() is Status.PAUSED
    assert core.advance(50) == 50
    assert core.step == 110


def test_go_on_before_the_end_does_not_take_the_end_away():
    core = Core(small())
    core.go_on()
    assert core.advance(1000) == 60


def test_a_new_planned_length_is_an_end_again_even_past_an_older_one():
    core = Core(small())
    core.advance(60)
    core.go_on()
    core.advance(10)
    core.apply(small(training__steps=80))
    assert core.status() is Status.PAUSED
    assert core.advance(1000) == 10
    assert core.status() is Status.FINISHED


def test_a_stretch_longer_than_the_trainer_is_asked_for_at_once_is_done_whole(monkeypatch):
    monkeypatch.setattr(core_module, "STRETCH", 7)
    core = Core(small())
    assert core.advance(50) == 50
    assert curve(core)[0] == list(range(1, 51))


def test_chunks_of_any_size_give_the_same_bits():
    whole, parts = Core(small()), Core(small())
    whole.advance(60)
    for size in (1, 2, 17, 3, 30, 7):
        parts.advance(size)
    np.testing.assert_array_equal(weights(whole), weights(parts))
    same_curves(whole, parts)


def test_series_hold_every_step_and_every_evaluation():
    core = Core(small())
    core.advance(23)
    assert curve(core)[0] == list(range(1, 24))
    assert curve(core, "test loss")[0] == [0, 5, 10, 15, 20]
    snapshot = core.snapshot()
    assert snapshot.epoch == pytest.approx(23 * 8 / len(snapshot.examples.train))


def test_the_recorded_rate_is_that_of_the_cosine_formula_and_the_snapshots_rate_is_the_next_one():
    core = Core(small())
    core.advance(20)
    steps, rates = curve(core, "learning rate")
    expected = 0.05 * (1 + np.cos(np.pi * (np.array(steps) - 1) / 60)) / 2
    np.testing.assert_allclose(rates, expected, rtol=1e-12)
    assert core.snapshot().lr == pytest.approx(0.05 * (1 + np.cos(np.pi * 20 / 60)) / 2, rel=1e-12)


def test_best_is_the_lowest_test_loss_of_the_checks_so_far():
    core = Core(small(lr=1.0))
    core.advance(60)
    steps, losses = curve(core, "test loss")
    lowest = int(np.argmin(losses[1:])) + 1
    assert core.snapshot().best == (steps[lowest], losses[lowest])


def test_without_a_test_split_the_best_is_a_training_loss_on_the_grid():
    core = Core(small(data__test_fraction=0.0, training__monitor="training loss"))
    core.advance(60)
    best = core.snapshot().best
    assert best is not None
    assert best[0] % 5 == 0
    assert "test loss" not in core.snapshot().series


def test_a_snapshot_never_changes():
    core = Core(small())
    core.advance(10)
    snapshot = core.snapshot()
    params = snapshot.model.params.copy()
    losses = samples(snapshot.series["training loss"])[1].copy()
    core.advance(40)
    np.testing.assert_array_equal(snapshot.model.params, params)
    np.testing.assert_array_equal(samples(snapshot.series["training loss"])[1], losses)


def test_a_live_edit_keeps_the_weights_and_leaves_a_mark():
    core = Core(small())
    core.advance(10)
    before = weights(core)
    core.apply(small(lr=0.2))
    np.testing.assert_array_equal(weights(core), before)
    snapshot = core.snapshot()
    assert (snapshot.generation, snapshot.step) == (0, 10)
    assert snapshot.edits == (Edit(10, "lr", 0.2, 0.05),)
    assert snapshot.lr == pytest.approx(0.2 * (1 + np.cos(np.pi * 10 / 60)) / 2)


def test_edits_of_one_path_at_one_step_are_one_mark_and_going_back_is_none():
    core = Core(small())
    core.advance(10)
    core.apply(small(lr=0.2))
    core.apply(small(lr=0.3, training__batch_size=4))
    assert core.edits == (Edit(10, "lr", 0.3, 0.05), Edit(10, "training.batch_size", 4, 8))
    core.apply(small(training__batch_size=4))
    assert core.edits == (Edit(10, "training.batch_size", 4, 8),)
    core.advance(1)
    core.apply(small())
    assert core.edits == (Edit(10, "training.batch_size", 4, 8), Edit(11, "training.batch_size", 8, 4))


@pytest.mark.parametrize("path", ["lr", "optimizer.momentum", "training.monitor", "schedule"])
def test_an_edit_taken_back_at_the_same_step_changes_no_bit(path):
    values = {
        "lr": 0.3,
        "optimizer.momentum": 0.0,
        "training.monitor": "training loss",
        "schedule": {"kind": "cosine"},
    }
    start = small(schedule={"kind": "reduce_on_plateau", "patience": 1}, training__keep_best=True)
    plain, edited = Core(start), Core(start)
    plain.advance(30)
    edited.advance(30)
    edited.apply(edit(start, path, values[path]))
    assert len(edited.edits) == 1
    edited.apply(start)
    assert edited.edits == ()
    plain.advance(30)
    edited.advance(30)
    np.testing.assert_array_equal(weights(plain), weights(edited))
    same_curves(plain, edited)
    assert plain.snapshot().best == edited.snapshot().best


def test_a_live_edit_at_step_0_changes_the_start_and_leaves_no_mark():
    core, fresh = Core(small()), Core(small(lr=0.3, schedule="reduce_on_plateau"))
    core.apply(small(lr=0.3, schedule="reduce_on_plateau"))
    assert core.edits == ()
    assert core.start == small(lr=0.3, schedule="reduce_on_plateau")
    assert core.generation == 0
    core.advance(60)
    fresh.advance(60)
    np.testing.assert_array_equal(weights(core), weights(fresh))
    same_curves(core, fresh)


def test_a_run_that_diverged_in_its_first_step_starts_anew_with_a_live_edit():
    core = Core(small())
    core.trainer.diverged_at[:] = 1
    assert core.status() is Status.DIVERGED
    core.apply(small(lr=0.01))
    assert core.advance(60) == 60


def test_a_name_a_note_and_probes_leave_no_mark():
    core = Core(small())
    core.advance(10)
    core.apply(small(name="n", note="m", training__probes=["weight norm"]))
    assert core.edits == ()
    assert core.snapshot().experiment.name == "n"
    assert core.snapshot().series["weight norm"].latest()[0] == 10


@pytest.mark.parametrize(
    ("path", "value"), [("network.hidden.0.units", 5), ("optimizer", "adam"), ("training.weight_seed", 1)]
)
def test_another_edit_starts_over_with_the_previous_attempt_as_ghost(path, value):
    core = Core(small())
    core.advance(10)
    core.apply(small(lr=0.2))
    core.advance(10)
    attempt = core.snapshot().series
    core.apply(edit(small(), path, value))
    snapshot = core.snapshot()
    assert (snapshot.generation, snapshot.step, snapshot.edits) == (1, 0, ())
    assert snapshot.ghost.keys() == attempt.keys()
    np.testing.assert_array_equal(snapshot.ghost["training loss"].last, attempt["training loss"].last)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data.dataset", "circle"),
        ("data.dataset.noise", 0.4),
        ("data.seed", 3),
        ("data.test_fraction", 0.2),
        ("data.standardize", True),
        ("loss", "mse"),
    ],
)
def test_an_attempt_with_other_data_or_another_loss_is_no_ghost(path, value):
    core = Core(small())
    core.advance(10)
    core.apply(edit(small(), path, value))
    assert (core.generation, core.snapshot().ghost) == (1, {})


def test_spelling_out_what_was_automatic_leaves_the_ghost():
    core = Core(small())
    core.advance(10)
    core.apply(edit(small(), "data.standardize", False))
    assert core.generation == 1
    assert core.snapshot().ghost["training loss"].samples == 10


def test_the_network_of_another_experiment_is_no_ghost():
    core = Core(small(name="First"))
    core.advance(10)
    core.apply(small(name="First", network__hidden=[{"units": 7}]))
    assert core.snapshot().ghost["training loss"].samples == 10
    core.advance(10)
    core.apply(small(name="Second", network__hidden=[{"units": 5}]))
    assert core.snapshot().ghost == {}


def test_an_attempt_of_fewer_than_two_steps_does_not_replace_the_ghost():
    core = Core(small())
    core.advance(1)
    core.reset()
    assert core.snapshot().ghost == {}
    core.advance(2)
    core.reset()
    core.reset()
    assert core.generation == 3
    assert core.snapshot().ghost["training loss"].samples == 2


def test_a_reset_starts_from_the_same_weights_with_the_present_experiment():
    core = Core(small())
    first = weights(core)
    core.advance(20)
    core.apply(small(lr=0.2))
    core.advance(5)
    core.reset()
    snapshot = core.snapshot()
    np.testing.assert_array_equal(snapshot.model.params, first)
    assert (snapshot.generation, snapshot.experiment.lr, snapshot.edits) == (1, 0.2, ())
    core.advance(30)
    fresh = Core(small(lr=0.2))
    fresh.advance(30)
    same_curves(core, fresh)


def test_a_build_that_fails_leaves_the_run_as_it_was(monkeypatch):
    core = Core(small())
    core.advance(10)
    before = weights(core)

    def fails(*_):
        raise ValueError("There is no such table.")

    monkeypatch.setattr(core_module, "build", fails)
    for other in (small(optimizer="adam"), small(lr=0.2)):
        with pytest.raises(ValueError, match="no such table"):
            core.apply(other)
    monkeypatch.undo()
    assert (core.experiment, core.generation, core.edits, core.step) == (small(), 0, (), 10)
    core.advance(50)
    unharmed = Core(small())
    unharmed.advance(60)
    assert not np.array_equal(before, weights(core))
    same_curves(core, unharmed)


def test_watched_probes_are_measured_at_once_beside_those_of_the_experiment():
    core = Core(small(training__probes=["weight norm"]))
    core.advance(13)
    core.watch(["weight quantiles"])
    assert curve(core, "weight quantiles")[0] == [13]
    assert curve(core, "weight norm")[0] == [0, 10]
    core.watch([])
    core.watch(["weight quantiles"])
    core.advance(47)
    assert curve(core, "weight quantiles")[0] == [13, 50]
    assert curve(core, "weight norm")[0] == [0, 10, 20, 30, 40, 50, 60]
    core.reset()
    assert curve(core, "weight quantiles")[0] == [0]


def test_watching_changes_no_bit_of_training():
    watched, plain = Core(small()), Core(small())
    watched.watch(["weight norm", "weight quantiles"])
    watched.advance(60)
    plain.advance(60)
    np.testing.assert_array_equal(weights(watched), weights(plain))


def test_an_unknown_probe_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"There is no probe 'weight nrom'; .*weight norm"):
        Core(small()).watch(["weight nrom"])


def test_a_diverging_run_is_frozen_at_its_last_finite_step():
    core = Core(diverging())
    done = core.advance(60)
    snapshot = core.snapshot(running=True)
    assert snapshot.status is Status.DIVERGED
    assert snapshot.step == done == snapshot.diverged_at - 1
    assert np.isfinite(snapshot.model.params).all()
    assert curve(core, "test loss")[0][-1] == done
    steps, losses = curve(core)
    assert steps[-1] == done
    assert np.isfinite(losses).all()
    assert core.advance(10) == 0
    core.apply(edit(diverging(), "lr", 0.1))
    assert core.edits == (Edit(done, "lr", 0.1, 100.0),)
    assert core.status() is Status.DIVERGED
    core.reset()
    assert core.advance(60) == 60


def test_a_run_that_stops_early_says_so_and_shows_the_best_weights_when_they_are_kept():
    core = Core(small(lr=3.0, training__early_stopping=2, training__keep_best=True, training__steps=5000))
    core.advance(5000)
    snapshot = core.snapshot()
    assert snapshot.status is Status.STOPPED_EARLY
    assert snapshot.best is not None
    assert snapshot.step == snapshot.best[0] + 2 * 5
    test = snapshot.examples.test
    shown = float(snapshot.loss.value(snapshot.model.outputs(test.inputs), test.targets))
    assert shown == pytest.approx(snapshot.best[1], rel=1e-5)
    assert isinstance(snapshot.model, Model)


def test_a_run_that_ends_before_any_check_shows_its_last_weights_though_the_best_are_kept():
    core = Core(small(training__steps=60, training__eval_every=100, training__keep_best=True))
    first = weights(core)
    core.advance(60)
    assert core.status() is Status.FINISHED
    assert core.snapshot().best is None
    np.testing.assert_array_equal(weights(core), core.trainer.state.params[0])
    assert not np.array_equal(weights(core), first)


def stopped():
    """A run that stopped early long before its planned end."""
    core = Core(small(lr=3.0, training__early_stopping=2, training__keep_best=True, training__steps=5000))
    core.advance(5000)
    assert core.status() is Status.STOPPED_EARLY
    return core


def test_a_run_that_stopped_early_goes_on_after_go_on_and_waits_anew():
    core = stopped()
    step, params = core.step, core.trainer.state.params.copy()
    core.go_on()
    assert core.status() is Status.PAUSED
    np.testing.assert_array_equal(weights(core), params[0])
    done = core.advance(5000)
    assert done >= 10
    assert core.status() is Status.STOPPED_EARLY
    assert curve(core)[0] == list(range(1, step + done + 1))
    core.go_on()
    assert core.advance(1000) < 1000


def test_go_on_after_an_early_stop_does_not_take_the_planned_end_away():
    core = stopped()
    core.go_on()
    core.apply(edit(core.experiment, "training.early_stopping", None))
    assert core.advance(10_000) == 5000 - core.edits[0].step
    assert core.status() is Status.FINISHED


@pytest.mark.parametrize("limit", [None, 5])
def test_a_limit_raised_after_an_early_stop_lets_the_run_go_on_as_if_it_had_not_stopped(limit):
    core = stopped()
    step = core.step
    core.apply(edit(core.experiment, "training.early_stopping", limit))
    assert core.status() is Status.PAUSED
    assert core.edits == (Edit(step, "training.early_stopping", limit, 2),)
    patient = Core(edit(core.start, "training.early_stopping", limit))
    assert core.advance(60) == patient.advance(step + 60) - step
    np.testing.assert_array_equal(core.trainer.state.params, patient.trainer.state.params)


def test_a_limit_that_would_have_stopped_the_run_too_leaves_it_stopped():
    core = stopped()
    core.apply(edit(core.experiment, "training.early_stopping", 1))
    assert core.status() is Status.STOPPED_EARLY
    assert core.advance(10) == 0


@pytest.mark.parametrize("steps", [3, 30, 300])
def test_a_run_that_was_revived_in_every_way_is_replayed_bit_for_bit(steps):
    core = stopped()
    core.go_on()
    core.apply(edit(core.experiment, "training.early_stopping", 3))
    core.advance(steps)
    core.go_on()
    core.apply(edit(core.experiment, "lr", 0.5))
    core.advance(steps)
    core.apply(edit(core.experiment, "training.early_stopping", None))
    core.advance(steps)
    again = replay(core.start, core.edits, core.step)
    np.testing.assert_array_equal(weights(again), weights(core))
    assert again.edits == core.edits
    same_curves(again, core)
    same_patience(again, core)


def test_another_monitor_on_an_ended_run_forgets_the_best_and_its_weights_together():
    core = stopped()
    core.apply(edit(core.experiment, "training.early_stopping", None))
    core.advance(5000)
    assert core.status() is Status.FINISHED
    core.apply(edit(core.experiment, "training.monitor", "training loss"))
    snapshot = core.snapshot()
    assert snapshot.best is None
    np.testing.assert_array_equal(snapshot.model.params, core.trainer.state.params[0])
    np.testing.assert_array_equal(core.trainer.model(0, best=True).params, core.trainer.state.params[0])
    np.testing.assert_array_equal(core.trainer.state.best_params, core.trainer.state.params)


LIVE = {
    "lr": [0.01, 0.05, 0.3],
    "optimizer.momentum": [0.0, 0.5, 0.9],
    "optimizer.weight_decay": [0.0, 0.01],
    "schedule": ["cosine", {"kind": "reduce_on_plateau", "patience": 1}, "constant"],
    "training.batch_size": [1, 8, 100],
    "training.monitor": ["test loss", "training loss"],
    "training.steps": [40, 60, 100],
    "training.keep_best": [True, False],
    "training.early_stopping": [None, 1, 2, 4],
    "training.min_delta": [0.0, 0.02],
}


@pytest.mark.parametrize("seed", range(12))
def test_an_experiment_with_its_edits_replayed_gives_the_same_bits(seed):
    random = np.random.default_rng(seed)
    core = Core(small(training__dtype="float64", training__early_stopping=1 + seed % 3))
    for turn in range(40):
        if turn == 20:
            core.apply(edit(core.experiment, "training.steps", core.step + 5))
            core.advance(100)
            assert core.status() in (Status.STOPPED_EARLY, Status.FINISHED)
        elif random.random() < 0.3:
            if random.random() < 0.7:
                core.go_on()
            core.advance(int(random.integers(1, 15)))
        else:
            path = str(random.choice(list(LIVE)))
            value = LIVE[path][random.integers(len(LIVE[path]))]
            core.apply(edit(core.experiment, path, value))
    again = replay(core.start, core.edits, core.step)
    np.testing.assert_array_equal(weights(again), weights(core))
    assert again.experiment == core.experiment
    assert again.edits == core.edits
    same_curves(again, core)
    same_patience(again, core)


@pytest.mark.parametrize("make", [diverging, small])
def test_edits_of_an_ended_run_are_part_of_what_happened(make):
    core = Core(make())
    core.advance(60)
    assert core.status() in (Status.DIVERGED, Status.FINISHED)
    core.apply(edit(edit(core.experiment, "lr", 0.02), "training.monitor", "training loss"))
    again = replay(core.start, core.edits, core.step)
    assert again.experiment == core.experiment
    assert again.edits == core.edits
    np.testing.assert_array_equal(weights(again), weights(core))


def test_a_replay_of_an_experiment_that_is_not_live_any_more_uses_the_attempts_own_start():
    core = Core(small())
    core.advance(10)
    core.apply(Experiment.model_validate(small(optimizer="adam").model_dump()))
    core.advance(5)
    core.apply(edit(core.experiment, "lr", 0.01))
    core.advance(5)
    again = replay(core.start, core.edits, core.step)
    np.testing.assert_array_equal(weights(again), weights(core))
