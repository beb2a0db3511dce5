import numpy as np
import pytest

from lrviz.experiment import edit_all
from lrviz.gui.preview import POINTS, epochs, preview
from lrviz.session.core import Core


@pytest.mark.parametrize(
    "edits",
    [
        {"schedule": {"kind": "constant"}},
        {"schedule": {"kind": "cosine"}},
        {"schedule": {"kind": "step", "step_size": 30, "unit": "step"}},
        {"schedule": {"kind": "step", "step_size": 5, "unit": "epoch"}},
        {"schedule": {"kind": "exponential", "unit": "epoch"}},
        {"schedule": {"kind": "cosine"}, "training.batch_size": 1000},
        {"schedule": {"kind": "expression", "formula": "lr / (1 + epoch + t / T)"}},
        {"schedule": {"kind": "expression", "formula": "lr * 0.9 ** epoch", "unit": "epoch"}},
        {"schedule": {"kind": "warmup", "total_iters": 30, "schedule": "one_cycle"}},
        {"schedule": {"kind": "sequence", "unit": "epoch", "stages": [{"length": 3}, {"schedule": "rex"}]}},
    ],
)
def test_the_preview_is_what_training_then_uses(tiny, edits):
    experiment = edit_all(tiny(training__steps=120), edits.items())
    core = Core(experiment)
    ahead = preview(core.snapshot())
    steps, rates = ahead.steps, ahead.rates
    core.advance(120)
    used = core.snapshot().series["learning rate"]
    assert (steps[0], steps[-1], len(steps)) == (0, 120, 121)
    # The rate recorded with a step is the one it was made with.
    np.testing.assert_allclose(used.last[:, 0], rates[used.steps - 1], rtol=1e-12)


@pytest.mark.parametrize("batch", [2, 40])
def test_the_preview_follows_a_batch_size_edited_while_training(tiny, batch):
    core = Core(edit_all(tiny(training__steps=120), [("schedule", {"kind": "cosine", "unit": "epoch"})]))
    core.advance(47)
    core.apply(edit_all(core.experiment, [("training.batch_size", batch)]))
    snapshot = core.snapshot()
    rates = preview(snapshot).rates
    assert rates[47] == pytest.approx(snapshot.lr, rel=1e-12)
    core.advance(73)
    used = core.snapshot().series["learning rate"]
    np.testing.assert_allclose(used.last[47:, 0], rates[used.steps[47:] - 1], rtol=1e-12)
    assert used.last[-1, 0] < 0.1 * 0.1


def test_a_long_run_is_shown_at_a_few_hundred_steps(tiny):
    ahead = preview(Core(tiny(training__steps=1_000_000)).snapshot())
    steps, rates = ahead.steps, ahead.rates
    assert len(steps) == len(rates) == POINTS
    assert (steps[0], steps[-1]) == (0, 1_000_000)
    assert rates[0] == 0.1
    assert rates[-1] == pytest.approx(0.0, abs=1e-12)


def test_a_rate_that_depends_on_the_loss_is_not_known_ahead(tiny):
    ahead = preview(Core(tiny(schedule__kind="reduce_on_plateau")).snapshot())
    assert (ahead.steps.size, ahead.rates.size) == (0, 0)


def at_step(experiment, step):
    core = Core(experiment)
    while core.step < step:
        core.go_on()
        core.advance(step - core.step)
    return core


@pytest.mark.parametrize(
    ("step", "end"), [(0, 50), (49, 50), (50, 50), (51, 100), (100, 100), (101, 200), (390, 400)]
)
def test_the_preview_ends_with_the_plan_until_the_run_has_passed_it(tiny, step, end):
    ahead = preview(at_step(tiny(training__steps=50), step).snapshot())
    assert (ahead.planned, ahead.end, ahead.steps[-1]) == (50, end, end)


@pytest.mark.parametrize("unit", ["step", "epoch"])
@pytest.mark.parametrize("kind", ["cosine", "cyclic"])
def test_past_the_plan_too_the_preview_is_what_training_then_uses(tiny, kind, unit):
    schedule = {"kind": kind, "unit": unit}
    core = at_step(tiny(training__steps=50, schedule=schedule), 60)
    rates = preview(core.snapshot()).rates
    core.advance(40)
    used = core.snapshot().series["learning rate"]
    assert used.steps[-1] == 100
    np.testing.assert_allclose(used.last[:, 0], rates[used.steps - 1], rtol=1e-9, atol=1e-15)


def test_epochs_count_passes_and_a_large_batch_is_the_whole_data(tiny):
    assert epochs(tiny(training__steps=210).training, 42) == 80.0
    assert epochs(tiny(training__steps=210, training__batch_size=999).training, 42) == 210.0
