from dataclasses import replace

import numpy as np
import pytest

from lrviz.engine.parts import kinds
from lrviz.engine.schedules import AnySchedule, Reactive, Times
from lrviz.experiment import edit_all, parse
from lrviz.session.advice import (
    CUT,
    CUT_LITTLE,
    FALLS_LESS,
    RISES_SOONER,
    blame_of,
    larger_rate,
    slower_schedule,
    smaller_rate,
)
from lrviz.session.core import Core

PLANNED = 1000


@pytest.fixture(scope="module")
def base():
    data = {"data": {"dataset": {"kind": "moons", "samples": 100}}, "network": {"hidden": [{"units": 2}]}}
    return Core(parse(data)).snapshot()


@pytest.fixture
def at(base):
    """A run with this schedule at a step, at the rate the schedule has there."""

    def at(schedule, step, **changes):
        edits = {"schedule": schedule, "lr": 0.1, "training.steps": PLANNED, **changes}
        experiment = edit_all(base.experiment, edits.items())
        epoch = step * experiment.training.batch_size / len(base.examples.train)
        snapshot = replace(base, step=step, epoch=epoch, experiment=experiment)
        schedule = experiment.schedule
        if isinstance(schedule, Reactive):
            return replace(snapshot, lr=0.0)
        now = step if schedule.unit == "step" else np.floor(epoch)
        planned = PLANNED * epoch / max(step, 1) if schedule.unit == "epoch" else PLANNED
        times = Times(np.array([float(now)]), float(np.ceil(planned)), 0.1)
        return replace(snapshot, lr=0.1 * float(schedule.multiple_at(times)[0]))

    return at


@pytest.mark.parametrize("kind", kinds(AnySchedule))
def test_there_is_advice_for_every_schedule_wherever_it_keeps_the_rate_low(at, kind):
    for step in (1, 60, 500, 999, 5_000, 2_000_000):
        run = at({"kind": kind}, step)
        if run.lr < CUT_LITTLE * 0.1:
            assert blame_of(run) is not None, step
            assert "Try a larger α" not in larger_rate(run)
        else:
            assert larger_rate(run) == " Try a larger α, such as 0.3."


def test_no_advice_is_about_a_schedule_that_there_is_not():
    assert (FALLS_LESS.keys() | RISES_SOONER.keys()) <= kinds(AnySchedule).keys()


@pytest.mark.parametrize(
    ("schedule", "step", "word"),
    [
        ({"kind": "step", "step_size": 100}, 999, "drop less often"),
        ({"kind": "multi_step", "milestones": [10, 20, 30, 40]}, 999, "drop later"),
        ({"kind": "exponential", "gamma": 0.9}, 999, "γ nearer to 1"),
        ({"kind": "linear_to_zero"}, 1200, "does not end at 0"),
        ({"kind": "rex"}, 1200, "does not end at 0"),
        ({"kind": "polynomial"}, 1200, "lower power"),
        ({"kind": "one_cycle"}, 1200, "divide the rate it ends at by less"),
        ({"kind": "flat_cosine"}, 1200, "flat share"),
        ({"kind": "warmup_stable_decay"}, 1200, "plan more steps"),
        ({"kind": "cosine_warm_restarts", "T_0": 10, "T_mult": 1, "decay": 0.1}, 999, "peak factor"),
        ({"kind": "inverse_time", "decay_steps": 1, "decay_rate": 100}, 999, "longer period"),
        ({"kind": "points", "points": [[0, 1], [500, 0]]}, 999, "points it has reached"),
        ({"kind": "expression", "formula": "lr * 0.9 ** t"}, 999, "formula fall less"),
        ({"kind": "exponential", "gamma": 0.1, "unit": "epoch"}, 999, "γ nearer to 1"),
        ({"kind": "reduce_on_plateau"}, 999, "patience"),
        ({"kind": "greedy"}, 999, "patience"),
    ],
)
def test_a_schedule_that_has_cut_the_rate_is_to_fall_less(at, schedule, step, word):
    run = at(schedule, step)
    assert run.lr <= CUT * 0.1
    assert word in slower_schedule(run)
    assert "brought the rate down" in larger_rate(run)
    assert word in larger_rate(run)


@pytest.mark.parametrize(
    ("schedule", "word"),
    [
        ({"kind": "one_cycle", "div_factor": 1e9}, "starts at"),
        (
            {"kind": "linear", "start_factor": 1e-4, "total_iters": 10_000, "end_factor": 1.0},
            "start at a higher rate",
        ),
        ({"kind": "inverse_sqrt", "warmup_updates": 10_000}, "shorter warm-up"),
        ({"kind": "noam", "warmup_steps": 10_000}, "shorter warm-up"),
        ({"kind": "warmup_stable_decay", "num_warmup_steps": 10_000}, "shorter warm-up"),
        ({"kind": "points", "points": [[0, 1e-5], [10_000, 1]]}, "first points"),
        ({"kind": "expression", "formula": "lr * t / 1e4"}, "begin higher"),
        ({"kind": "warmup", "total_iters": 10_000, "start_factor": 1e-5}, "shorter warm-up"),
    ],
)
def test_a_schedule_that_is_still_rising_has_cut_nothing_and_is_to_rise_sooner(at, schedule, word):
    run = at(schedule, 2)
    assert run.lr <= CUT * 0.1
    assert slower_schedule(run) is None
    assert "has not brought the rate up yet" in larger_rate(run)
    assert word in larger_rate(run)


EXPONENTIAL = {"kind": "exponential", "gamma": 0.9}
NESTED = [
    {"kind": "warmup", "schedule": EXPONENTIAL},
    {"kind": "product", "first": "cyclic", "second": EXPONENTIAL},
    {"kind": "sequence", "stages": [{"length": 100}, {"schedule": EXPONENTIAL}]},
    {"kind": "sequence", "stages": [{"schedule": EXPONENTIAL}]},
    {"kind": "warmup", "schedule": {"kind": "product", "first": EXPONENTIAL, "second": "noam"}},
]


@pytest.mark.parametrize("schedule", NESTED)
def test_of_schedules_inside_others_the_one_that_keeps_the_rate_low_is_named(at, schedule):
    run = at(schedule, 999)
    assert slower_schedule(run) == "This is due to Exponential inside it. Bring its factor γ nearer to 1."


def test_the_warm_up_in_front_of_a_schedule_is_blamed_only_while_it_lasts(at):
    schedule = {"kind": "warmup", "total_iters": 100, "start_factor": 0.001, "schedule": {"kind": "rex"}}
    assert "shorter warm-up" in larger_rate(at(schedule, 3))
    assert "Try a larger α" in larger_rate(at(schedule, 100))
    assert "This is due to REX inside it" in larger_rate(at(schedule, 1500))


def test_only_the_present_stage_of_a_sequence_is_blamed(at):
    stages = [{"length": 200, "schedule": "rex"}, {"length": 200, "schedule": "linear_to_zero"}, {}]
    schedule = {"kind": "sequence", "stages": stages}
    assert "due to REX" in larger_rate(at(schedule, 199))
    assert "due to Linear to zero" in larger_rate(at(schedule, 399))
    assert "Try a larger α" in larger_rate(at(schedule, 400))
    rising = {"kind": "sequence", "stages": [{"length": 200}, {"schedule": "noam"}]}
    assert "Try a larger α" in larger_rate(at(rising, 199))
    assert "due to Noam" in larger_rate(at(rising, 200))


def test_a_schedule_that_counts_epochs_is_judged_by_the_epoch(at):
    warmup = {"kind": "warmup", "total_iters": 50, "start_factor": 0.001, "shape": "exponential"}
    run = at({**warmup, "unit": "epoch"}, 60)
    assert 20 < run.epoch < 40
    assert "shorter warm-up" in larger_rate(run)


@pytest.mark.parametrize(
    "schedule",
    [
        {"kind": "expression", "formula": "0.001"},
        {"kind": "warmup", "schedule": {"kind": "expression", "formula": "0.001"}},
        {"kind": "product", "first": "constant", "second": {"kind": "expression", "formula": "0.001"}},
    ],
)
def test_another_rate_is_not_advised_where_a_formula_leaves_it_out(at, schedule):
    run = at(schedule, 500)
    assert larger_rate(run) == (
        " The formula 0.001 does not contain lr, so α does nothing; let it give a higher rate."
    )
    assert "let it give a smaller rate" in smaller_rate(run, 0)


def test_a_formula_with_the_rate_in_it_is_no_obstacle(at):
    run = at({"kind": "expression", "formula": "lr"}, 500)
    assert larger_rate(run) == " Try a larger α, such as 0.3."
    assert smaller_rate(run, 0) == " Try a smaller α, such as 0.01."
