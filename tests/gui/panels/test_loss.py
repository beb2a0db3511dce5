import numpy as np
import pytest

from lrviz.gui.panels.loss import LossPanel
from lrviz.gui.theme import DARK


@pytest.fixture
def losses(doubles):
    noisy = np.exp(-np.arange(1000) / 200) * np.random.default_rng(0).uniform(0.5, 1.5, 1000)
    noisy[-1] = 0.021
    test = np.linspace(1, 0.034, 100)
    return {
        "training loss": doubles.recorded(noisy),
        "test loss": doubles.recorded(test, np.arange(10, 1001, 10)),
    }


def test_training_is_blue_test_pink_and_the_axis_logarithmic(open_panel, doubles, losses):
    panel = open_panel(LossPanel)
    panel.draw(doubles.snapshot(losses, step=1000))
    colors = {name: curve.color for name, curve in panel.plot.curves.items()}
    assert colors == {
        "training, smoothed": DARK.blue,
        "test": DARK.pink,
        "training, each batch": DARK.blue,
    }
    assert panel.plot.log


def test_the_context_has_the_newest_losses(open_panel, doubles, losses):
    panel = open_panel(LossPanel)
    panel.draw(doubles.snapshot(losses, step=1000))
    assert panel.contexts == ["training 0.021 · test 0.034"]


def test_a_validation_loss_is_a_line_of_its_own(open_panel, doubles, losses):
    losses["validation loss"] = doubles.recorded([0.5, 0.4], [10, 20])
    panel = open_panel(LossPanel)
    panel.draw(doubles.snapshot(losses, step=1000))
    assert panel.plot.curves["validation"].style == "dashed"
    assert panel.contexts[-1].endswith("validation 0.4")


def test_the_previous_attempt_is_muted_and_lies_below(open_panel, doubles, losses):
    panel = open_panel(LossPanel)
    panel.draw(doubles.snapshot(losses, step=1000, ghost=losses))
    names = list(panel.plot.curves)
    assert names[-2:] == ["previous training", "previous test"]
    assert {panel.plot.curves[name].color for name in names[-2:]} == {DARK.muted}


def test_a_longer_previous_attempt_keeps_the_range_while_the_new_one_catches_up(open_panel, doubles, losses):
    panel = open_panel(LossPanel)
    panel.draw(doubles.snapshot({"training loss": doubles.recorded([1.0, 0.9])}, step=2, ghost=losses))
    assert panel.plot.frame_now().right > 1000


def test_divergence_is_the_context_and_the_infinite_loss_breaks_nothing(open_panel, doubles):
    panel = open_panel(LossPanel)
    series = {"training loss": doubles.recorded([1.0, 1e20, 1e300, np.inf, np.nan])}
    panel.draw(doubles.snapshot(series, step=3, diverged_at=4))
    panel.grab()
    assert panel.contexts == ["diverged at step 4"]
    assert np.isfinite(panel.plot.frame_now().top)
    assert panel.plot.frame_now().top > 299


def test_a_batch_loss_of_zero_is_shown_at_the_smallest_positive_one(open_panel, doubles):
    panel = open_panel(LossPanel)
    panel.draw(doubles.snapshot({"training loss": doubles.recorded([1.0, 0.0, 0.1])}, step=3))
    assert panel.plot.shapes["training, each batch"].values.tolist() == pytest.approx([0.0, -1.0, -1.0])
