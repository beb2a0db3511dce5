import re
from dataclasses import replace

import numpy as np
import pytest

from lrviz.experiment import edit, parse
from lrviz.experiment.presets import preset
from lrviz.session.core import Core
from lrviz.session.history import Recorder
from lrviz.session.snapshot import Edit, Failure, Status
from lrviz.session.verdict import Kind, judge


def moons(**changes):
    data = {
        "data": {"dataset": {"kind": "moons", "samples": 100}},
        "network": {"hidden": [{"units": 8, "activation": "tanh"}]},
        "optimizer": "adam",
        "schedule": "constant",
        "training": {"batch_size": 32, "steps": 1000, "eval_every": 10},
        "lr": 0.01,
    }
    experiment = parse(data)
    for path, value in changes.items():
        experiment = edit(experiment, path.replace("__", "."), value)
    return experiment


def after(experiment, steps):
    core = Core(experiment)
    core.advance(steps)
    return core.snapshot()


@pytest.fixture(scope="module")
def base():
    return Core(moons()).snapshot()


def recorded(base, training, test=None, **changes):
    """A paused snapshot whose losses are these."""
    recorder = Recorder()
    training = np.asarray(training, dtype=float)
    recorder.append("training loss", np.arange(1, len(training) + 1), training[:, None])
    if test is not None:
        test = np.asarray(test, dtype=float)
        recorder.append("test loss", 10 * np.arange(len(test)), test[:, None])
    return replace(base, step=len(training), series=recorder.views(), **changes)


def noisy(values, size=0.05, seed=0):
    return np.asarray(values) * np.exp(np.random.default_rng(seed).normal(0, size, len(values)))


def flat(value, count):
    return np.full(count, float(value))


STEPS = np.arange(1000)


def test_a_run_at_step_0_is_not_started():
    verdict = judge(after(moons(), 0))
    assert verdict.kind is Kind.NOT_STARTED
    assert "α is 0.01" in verdict.sentence


def test_a_run_of_a_few_steps_is_too_early_to_judge():
    verdict = judge(after(moons(), 7))
    assert verdict.kind is Kind.TOO_EARLY
    assert "7 steps" in verdict.sentence


@pytest.mark.parametrize("steps", [0, 300])
def test_with_a_rate_of_0_nothing_moves(steps):
    verdict = judge(after(moons(lr=0.0), steps))
    assert (verdict.kind, verdict.headline) == (Kind.TOO_SLOW, "Nothing moves")
    assert "Nothing moves: α is 0" in verdict.sentence


@pytest.mark.parametrize(
    ("lr", "steps", "kind"),
    [
        (1e-6, 400, Kind.TOO_SLOW),
        (0.01, 150, Kind.LEARNING),
        (0.01, 400, Kind.LEARNING),
        (50.0, 600, Kind.UNSTABLE),
        (0.01, 1000, Kind.FINISHED),
        (1e-6, 1000, Kind.TOO_SLOW),
    ],
)
def test_real_runs_with_adam_are_judged_by_their_rate(lr, steps, kind):
    assert judge(after(moons(lr=lr), steps)).kind is kind


def test_full_batches_at_too_large_a_rate_are_seen_to_swing():
    run = after(
        parse(
            {
                "data": {"dataset": "sine"},
                "network": {"hidden": [{"units": 8, "activation": "tanh"}]},
                "schedule": "constant",
                "training": {"batch_size": 1000, "steps": 2000},
                "lr": 0.5,
            }
        ),
        1000,
    )
    verdict = judge(run)
    assert verdict.kind is Kind.UNSTABLE
    assert "training loss" in verdict.sentence


def test_a_diverged_run_names_its_steps_and_a_tenth_of_its_rate():
    experiment = parse(
        {"data": {"dataset": "sine"}, "network": {"hidden": [{"units": 4, "activation": "relu"}]}, "lr": 100}
    )
    snapshot = after(experiment, 100)
    verdict = judge(snapshot)
    step = snapshot.diverged_at
    assert verdict.kind is Kind.DIVERGED
    assert verdict.sentence == (
        f"Diverged at step {step}: the loss was no longer finite. "
        f"Weights are frozen at step {step - 1}. Try α = 0.1."
    )


def test_a_failed_run_says_what_failed(base):
    failure = Failure("There is not enough memory.", "details")
    verdict = judge(replace(base, status=Status.FAILED, failure=failure))
    assert (verdict.kind, verdict.sentence) == (Kind.FAILED, "There is not enough memory.")


def test_a_flat_loss_after_a_fall_is_converged(base):
    curve = np.concatenate([np.geomspace(1.0, 0.1, 300), flat(0.1, 700)])
    verdict = judge(recorded(base, noisy(curve)))
    assert verdict.kind is Kind.CONVERGED
    assert "to 0.1 and no longer falls" in judge(recorded(base, curve)).sentence


def test_a_flat_loss_is_too_slow_and_the_sentence_tells_where_it_leads(base):
    verdict = judge(recorded(base, noisy(flat(0.7, 500))))
    assert verdict.kind is Kind.TOO_SLOW
    assert "at step 1,000" in verdict.sentence
    assert "α, such as 0.03" in verdict.sentence


def test_a_slow_fall_that_leads_far_by_the_planned_end_is_learning(base):
    curve = np.exp(-0.001 * STEPS[:50])
    assert judge(recorded(base, curve, planned=5000)).kind is Kind.LEARNING
    assert judge(recorded(base, curve, planned=60)).kind is Kind.TOO_SLOW


def test_a_few_noisy_steps_that_do_not_move_are_too_early_to_judge(base):
    assert judge(recorded(base, noisy(flat(0.7, 60)))).kind is Kind.TOO_EARLY


@pytest.mark.parametrize("size", [0.02, 0.3, 1.0])
@pytest.mark.parametrize("seed", range(20))
def test_the_noise_of_batches_alone_is_never_unstable(base, size, seed):
    learning = noisy(np.exp(-STEPS / 200), size, seed)
    still = noisy(flat(0.3, 1000), size, seed)
    test = np.exp(-STEPS[::10] / 200)
    assert judge(recorded(base, learning, test)).kind is not Kind.UNSTABLE
    assert judge(recorded(base, still, flat(0.3, 100))).kind is not Kind.UNSTABLE


def test_a_rising_loss_is_unstable(base):
    verdict = judge(recorded(base, noisy(np.exp(STEPS / 500))))
    assert verdict.kind is Kind.UNSTABLE
    assert "rose from" in verdict.sentence


def test_a_loss_above_its_start_is_unstable(base):
    curve = np.concatenate([flat(0.7, 10), flat(3.0, 990)])
    assert judge(recorded(base, noisy(curve))).headline == "Unstable: worse than at the start"


def test_a_test_loss_that_jumps_is_unstable_unless_it_is_small(base):
    jumping = np.where(np.arange(100) % 2, 0.3, 0.6)
    falling = np.concatenate([np.geomspace(3.0, 0.4, 300), flat(0.4, 700)])
    verdict = judge(recorded(base, falling, jumping))
    assert verdict.kind is Kind.UNSTABLE
    assert "often 2 times a value" in verdict.sentence
    small = np.concatenate([[0.7], 0.01 * jumping])
    assert judge(recorded(base, falling, small)).kind is Kind.CONVERGED


def test_a_fast_steady_fall_of_the_test_loss_is_no_jumping(base):
    curve = np.exp(-STEPS / 30)
    assert judge(recorded(base, curve, np.exp(-STEPS[::10] / 30))).kind is Kind.LEARNING


def test_a_long_full_batch_run_that_oscillates_is_still_seen_when_its_cells_hold_many_steps(base):
    count = 100_000
    curve = np.where(np.arange(count) % 2, 0.3, 0.6) * np.maximum(1.0, 5.0 - np.arange(count) / 5000)
    whole = edit(base.experiment, "training.batch_size", 1000)
    assert judge(recorded(base, curve, experiment=whole, planned=200_000)).kind is Kind.UNSTABLE


def test_a_test_loss_that_rises_while_the_training_loss_falls_overfits_since_its_lowest(base):
    training = np.exp(-STEPS / 200)
    test = np.concatenate([np.linspace(1.0, 0.4, 40), np.linspace(0.4, 0.8, 61)[1:]])
    verdict = judge(recorded(base, training, test))
    assert (verdict.kind, verdict.headline) == (Kind.OVERFITS, "Overfits since step 390")
    assert "from 0.4 at step 390" in verdict.sentence
    assert "84 % above its lowest" in verdict.criterion
    assert judge(recorded(base, training, test, status=Status.FINISHED)).kind is Kind.OVERFITS
    assert judge(recorded(base, training, test, status=Status.STOPPED_EARLY)).kind is Kind.FINISHED


def test_a_test_loss_that_rises_in_jumps_is_overfitting_and_not_instability(base):
    test = np.geomspace(0.4, 4.0, 100) * np.where(np.arange(100) % 2, 0.6, 1.4)
    test[:10] = 0.3
    assert judge(recorded(base, np.exp(-STEPS / 200), test)).kind is Kind.OVERFITS


def test_a_test_loss_that_jumps_is_not_unstable_while_the_training_loss_falls(base):
    jumping = np.where(np.arange(100) % 2, 0.3, 0.6)
    assert judge(recorded(base, 2.0 * np.exp(-STEPS / 800), jumping)).kind is Kind.LEARNING


def test_test_and_training_loss_that_rise_together_are_no_overfitting(base):
    curve = np.concatenate([np.geomspace(1.0, 0.4, 300), np.geomspace(0.4, 0.9, 700)])
    assert judge(recorded(base, curve, 1.5 * curve[::10])).kind is Kind.UNSTABLE


def test_a_test_loss_that_is_at_its_lowest_now_is_not_called_overfitting(base):
    falling = np.geomspace(1.0, 1e-3, 1000)
    tested = np.concatenate([flat(0.6, 99), [0.3]])
    assert "overfits" not in judge(recorded(base, falling, tested)).sentence


def test_a_finished_run_says_whether_more_steps_would_help(base):
    falling = judge(recorded(base, np.exp(-STEPS / 500), status=Status.FINISHED))
    assert (falling.kind, falling.headline) == (Kind.FINISHED, "Finished at step 1,000")
    assert "more steps would help" in falling.sentence
    still = np.concatenate([np.geomspace(1.0, 0.1, 300), flat(0.1, 700)])
    assert "more steps" not in judge(recorded(base, still, status=Status.FINISHED)).sentence


@pytest.mark.parametrize("min_delta", [0.0, 0.01])
def test_a_run_stopped_early_says_why(min_delta):
    stopping = moons(training__early_stopping=5, training__min_delta=min_delta, training__steps=20_000)
    snapshot = after(stopping, 20_000)
    verdict = judge(snapshot)
    assert snapshot.status is Status.STOPPED_EARLY
    assert (verdict.kind, verdict.headline) == (Kind.FINISHED, f"Stopped early at step {snapshot.step:,}")
    since = (
        "by more than 0.01 for 5 checks." if min_delta else f"for 5 checks since step {snapshot.best[0]:,}."
    )
    assert verdict.sentence.endswith(f"The test loss had not improved {since}")


def past(schedule, status=Status.RUNNING, steps=1000, planned=800):
    core = Core(moons(schedule={"kind": schedule}, training__steps=planned))
    while core.step < steps:
        core.go_on()
        core.advance(steps - core.step)
    return replace(core.snapshot(), status=status)


@pytest.mark.parametrize(
    ("schedule", "does"),
    [
        ("constant", "stays at α"),
        ("step", "goes on dropping"),
        ("exponential", "goes on falling"),
        ("cosine", "rises again to α, and goes on up and down"),
        ("cyclic", "goes on in cycles"),
        ("reduce_on_plateau", "still drops whenever the loss stops falling"),
    ],
)
@pytest.mark.parametrize("status", [Status.RUNNING, Status.PAUSED])
def test_a_run_past_its_plan_is_told_so_and_what_the_schedule_does_there(schedule, does, status):
    verdict = judge(past(schedule, status))
    assert verdict.sentence.endswith(f" Training is past the plan of 800 steps; there the schedule {does}.")


def test_up_to_its_plan_a_run_is_not_told_so():
    core = Core(moons(training__steps=100))
    core.advance(100)
    core.go_on()
    assert core.snapshot().status is Status.PAUSED
    assert "past the plan" not in judge(core.snapshot()).sentence
    core.advance(1)
    assert "past the plan of 100 steps" in judge(core.snapshot()).sentence


def test_a_divergence_past_the_plan_is_told_so_too(base):
    run = replace(base, step=1200, planned=1, diverged_at=1201, status=Status.DIVERGED)
    assert judge(run).sentence.endswith("Training is past the plan of 1 step; there the schedule stays at α.")


LOST = np.concatenate([np.geomspace(0.7, 0.047, 500), flat(0.047, 200), flat(0.693, 300)])


def test_a_loss_many_times_its_best_has_lost_what_it_had_learned(base):
    verdict = judge(recorded(base, LOST, edits=(Edit(705, "lr", 50.0, 0.01), Edit(760, "lr", 0.01, 50.0))))
    assert (verdict.kind, verdict.headline) == (Kind.LOST, "Lost what it had learned")
    assert "0.693, 15 times its best, 0.047 around step 550" in verdict.sentence
    assert "α was raised to 50 at step 705" in verdict.sentence
    assert "more than 3 times" in verdict.criterion
    assert "Measured: 15 times" in verdict.criterion


def test_a_loss_that_was_lost_and_falls_again_gets_no_advice_about_the_rate(base):
    curve = np.concatenate([LOST[:700], np.geomspace(0.693, 0.3, 300)])
    assert "It is falling again." in judge(recorded(base, curve)).sentence


@pytest.mark.parametrize("size", [0.3, 1.0])
@pytest.mark.parametrize("count", [20, 60, 200, 1000])
@pytest.mark.parametrize("seed", range(10))
def test_noise_alone_never_loses_what_was_learned(base, size, count, seed):
    falling = np.geomspace(1.0, 0.1, count)
    assert judge(recorded(base, noisy(falling, size, seed))).kind is not Kind.LOST


def test_a_rate_that_the_schedule_cut_away_is_blamed_on_the_schedule(base):
    experiment = edit(edit(base.experiment, "lr", 0.1), "schedule", {"kind": "reduce_on_plateau"})
    verdict = judge(recorded(base, noisy(flat(0.7, 500)), experiment=experiment, lr=1e-8))
    assert (verdict.kind, verdict.headline) == (Kind.RATE_CUT, "Rate cut to 1e-8")
    assert "brought the rate down to 1e-8 (α is 0.1), so nothing moves any more" in verdict.sentence
    assert "patience" in verdict.sentence
    assert "Try" not in verdict.sentence
    slow = judge(recorded(base, noisy(flat(0.7, 500)), experiment=experiment, lr=1e-3))
    assert slow.kind is Kind.TOO_SLOW
    assert "patience" in slow.sentence


def test_the_last_steps_of_a_cosine_are_no_cut_rate():
    run = after(moons(schedule={"kind": "cosine"}), 999)
    assert run.lr < 1e-3 * run.experiment.lr
    assert judge(run).kind is not Kind.RATE_CUT


@pytest.mark.parametrize("count", [1000, 5000, 60_000])
def test_a_loss_that_fell_early_and_is_flat_since_is_stuck_and_the_rate_is_not_to_blame(base, count):
    curve = np.concatenate([np.geomspace(0.72, 0.66, 110), flat(0.66, count - 110)])
    verdict = judge(recorded(base, curve, planned=2 * count))
    since = int(verdict.sentence.split("flat since about step ")[1].split(".")[0].replace(",", ""))
    assert verdict.kind is Kind.STUCK
    assert 60 <= since <= 180
    assert "α" not in verdict.sentence


def test_a_loss_that_hardly_fell_at_all_is_advised_a_larger_rate_before_another_network():
    core = Core(preset("too-low").experiment)
    core.advance(3000)
    verdict = judge(core.snapshot())
    assert verdict.kind in (Kind.STUCK, Kind.TOO_SLOW)
    assert "larger α" in verdict.sentence


@pytest.mark.parametrize("batch_size", [32, 1000])
@pytest.mark.parametrize("steps", [1000, 4000])
def test_a_spiral_without_hidden_layers_is_stuck(batch_size, steps):
    experiment = parse(
        {
            "data": {"dataset": {"kind": "spiral", "samples": 200}},
            "network": {"hidden": []},
            "optimizer": "adam",
            "schedule": "constant",
            "training": {"batch_size": batch_size, "steps": 5000},
            "lr": 0.03,
        }
    )
    assert judge(after(experiment, steps)).kind is Kind.STUCK


@pytest.mark.parametrize("seed", range(10))
def test_a_slow_steady_fall_is_too_slow_and_never_stuck(base, seed):
    assert judge(recorded(base, noisy(np.linspace(0.7, 0.66, 1000), 0.05, seed))).kind is Kind.TOO_SLOW


def test_a_large_rate_at_which_nothing_moves_is_not_called_too_slow(base):
    large = edit(base.experiment, "lr", 1e6)
    verdict = judge(recorded(base, flat(0.693, 500), experiment=large))
    assert verdict.kind is Kind.STUCK
    assert "α" not in verdict.sentence


@pytest.mark.parametrize(
    ("lr", "edits", "advice"),
    [
        (1e6, (), "such as 0.1."),
        (0.5, (), "such as 0.05."),
        (1e6, (Edit(400, "lr", 1e6, 0.02),), "such as 0.02, which was in use at the best loss."),
        (0.5, (Edit(1, "lr", 0.5, 2.0),), "such as 0.05."),
    ],
)
def test_advice_for_a_smaller_rate_is_sensible(base, lr, edits, advice):
    curve = np.concatenate([np.geomspace(1.0, 0.8, 300), np.geomspace(0.8, 4.0, 700)])
    experiment = edit(base.experiment, "lr", lr)
    verdict = judge(recorded(base, curve, experiment=experiment, edits=edits))
    assert verdict.kind is Kind.UNSTABLE
    assert verdict.sentence.endswith(f"Try a smaller α, {advice}")


@pytest.mark.parametrize("size", [0.0, 0.05, 1.0])
def test_criteria_state_a_fixed_rule_and_what_was_measured(base, size):
    curves = (np.exp(-STEPS / 300), np.exp(STEPS / 100), flat(0.5, 1000), LOST, np.exp(STEPS / 1e4))
    for curve in curves:
        criterion = judge(recorded(base, noisy(curve, size))).criterion
        assert criterion.startswith("Rule: ")
        assert " Measured: " in criterion
        assert all(float(share) < 100 for share in re.findall(r"([\d.]+) %", criterion))
    rising = judge(recorded(base, np.exp(STEPS / 100))).criterion
    assert "more than 10 % and its noise above" in rising
    assert "Measured: 7.4 times it" in rising


def test_losses_that_are_zero_or_infinite_are_judged_too(base):
    assert (
        judge(recorded(base, np.concatenate([np.geomspace(1, 1e-9, 500), flat(0, 500)]))).kind
        is Kind.CONVERGED
    )
    assert judge(recorded(base, np.geomspace(1, 1e300, 1000), flat(np.inf, 100))).kind is Kind.UNSTABLE
    with np.errstate(over="ignore"):
        wild = np.where(STEPS % 3, 1e-300, np.inf)
    assert judge(recorded(base, wild, flat(np.nan, 100))).criterion


@pytest.mark.parametrize("count", [20, 21, 25, 99, 1000])
def test_every_verdict_has_a_headline_a_sentence_and_a_criterion(base, count):
    for curve in (np.exp(-STEPS / 300), np.exp(STEPS / 300), flat(0.5, 1000)):
        verdict = judge(recorded(base, curve[:count], curve[:count:10]))
        assert verdict.headline
        assert verdict.sentence.endswith(".")
        assert verdict.criterion.endswith(".")
