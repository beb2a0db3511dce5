from dataclasses import replace

import numpy as np
import pytest

from lrviz.experiment import edit, parse
from lrviz.session.core import Core
from lrviz.session.history import Recorder
from lrviz.session.snapshot import Failure, Status
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
        f"Weights are frozen at step {step - 1}. Try α = 10."
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
    assert "at step 1000" in verdict.sentence
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
    assert "often 100 % above" in verdict.sentence
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


def test_a_test_loss_that_rises_again_is_told_beside_the_verdict(base):
    training = np.exp(-STEPS / 200)
    test = np.concatenate([np.linspace(1.0, 0.4, 40), np.linspace(0.4, 0.8, 61)[1:]])
    verdict = judge(recorded(base, training, test))
    assert verdict.kind is Kind.LEARNING
    assert "from 0.4 at step 390: it overfits" in verdict.sentence


def test_a_test_loss_that_is_at_its_lowest_now_is_not_called_overfitting(base):
    falling = np.geomspace(1.0, 1e-3, 1000)
    tested = np.concatenate([flat(0.6, 99), [0.3]])
    assert "overfits" not in judge(recorded(base, falling, tested)).sentence


def test_a_finished_run_says_whether_more_steps_would_help(base):
    falling = judge(recorded(base, np.exp(-STEPS / 500), status=Status.FINISHED))
    assert (falling.kind, falling.headline) == (Kind.FINISHED, "Finished at step 1000")
    assert "more steps would help" in falling.sentence
    still = np.concatenate([np.geomspace(1.0, 0.1, 300), flat(0.1, 700)])
    assert "more steps" not in judge(recorded(base, still, status=Status.FINISHED)).sentence


def test_a_run_stopped_early_says_why():
    stopping = moons(training__early_stopping=5, training__min_delta=0.01, training__steps=20_000)
    snapshot = after(stopping, 20_000)
    verdict = judge(snapshot)
    assert snapshot.status is Status.STOPPED_EARLY
    assert (verdict.kind, verdict.headline) == (Kind.FINISHED, f"Stopped early at step {snapshot.step}")
    assert f"test loss had not improved for 5 checks since step {snapshot.best[0]}" in verdict.sentence


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
