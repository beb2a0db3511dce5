import numpy as np

from lrviz.gui.panels.learning_rate import LearningRatePanel
from lrviz.gui.theme import DARK


def test_the_learning_rate_is_amber_on_a_linear_axis(open_panel, doubles):
    panel = open_panel(LearningRatePanel)
    panel.draw(doubles.snapshot({"learning rate": doubles.recorded(np.linspace(0, 0.1, 50))}, step=50))
    assert panel.plot.curves["α"].color == DARK.amber
    assert not panel.plot.log


def test_a_warm_up_from_zero_can_be_shown_on_a_log_axis(open_panel, doubles):
    panel = open_panel(LearningRatePanel)
    panel.draw(doubles.snapshot({"learning rate": doubles.recorded(np.linspace(0, 0.1, 50))}, step=50))
    panel.plot.set_log(True)
    assert np.isfinite(panel.plot.shapes["α"].values).all()


def test_the_context_is_the_rate_of_the_next_step_as_a_person_writes_it(open_panel, doubles):
    panel = open_panel(LearningRatePanel)
    panel.draw(doubles.snapshot({"learning rate": doubles.recorded([0.1])}, step=1, lr=0.0123))
    panel.draw(doubles.snapshot({"learning rate": doubles.recorded([0.1])}, step=2, lr=3e-5))
    assert panel.contexts == ["α now 0.0123", "α now 3e-5"]


def test_the_previous_attempt_is_muted(open_panel, doubles):
    panel = open_panel(LearningRatePanel)
    view = doubles.recorded([0.1, 0.2])
    panel.draw(doubles.snapshot({"learning rate": view}, step=2, ghost={"learning rate": view}))
    assert panel.plot.curves["previous attempt"].color == DARK.muted


def test_rates_over_many_decades_get_a_log_axis_and_the_next_attempt_begins_linear(open_panel, doubles):
    panel = open_panel(LearningRatePanel)
    falling = doubles.recorded(0.1 * 0.9 ** np.arange(100))
    panel.draw(doubles.snapshot({"learning rate": falling}, step=100))
    assert panel.plot.log
    flat = doubles.recorded(np.full(10, 0.1))
    panel.draw(doubles.snapshot({"learning rate": flat}, step=10, generation=2))
    assert not panel.plot.log


def test_a_person_can_turn_that_log_axis_off(open_panel, doubles):
    panel = open_panel(LearningRatePanel)
    for steps in (100, 101):
        falling = doubles.recorded(0.1 * 0.9 ** np.arange(steps))
        panel.draw(doubles.snapshot({"learning rate": falling}, step=steps))
        panel.plot.set_log(False)
    assert not panel.plot.log


def test_the_end_of_a_cosine_at_zero_asks_for_no_log_axis(open_panel, doubles):
    panel = open_panel(LearningRatePanel)
    rates = 0.05 * (1 + np.cos(np.pi * np.arange(1000) / 1000))
    panel.draw(doubles.snapshot({"learning rate": doubles.recorded(rates)}, step=1000))
    assert not panel.plot.log
