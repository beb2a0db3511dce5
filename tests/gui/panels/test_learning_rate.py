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
