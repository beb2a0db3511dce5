import numpy as np
import pytest
from sklearn.metrics import r2_score

from lrviz.engine.datasets import Diabetes, Iris, Plane
from lrviz.gui.panels.predicted import PredictedPanel, r_squared
from lrviz.gui.theme import DARK


@pytest.fixture
def panel(qtbot):
    panel = PredictedPanel(DARK)
    qtbot.addWidget(panel)
    panel.resize(290, 370)
    return panel


def test_r_squared_is_that_of_sklearn():
    random = np.random.default_rng(0)
    true, predicted = random.normal(size=(2, 50))
    assert r_squared(true, predicted) == pytest.approx(r2_score(true, predicted), rel=1e-12)


def test_the_context_is_r_squared_in_original_units(panel, snapshot):
    shown = snapshot(Diabetes())
    panel.draw(shown)
    test = shown.examples.test
    predicted = shown.examples.original(shown.model.outputs(test.inputs)[:, 0].astype(float))
    assert panel.context(shown) == f"test R² {r2_score(test.labels, predicted):.2f} · 133 examples"


def test_hovering_reads_the_example_under_the_pointer(panel, snapshot):
    shown = snapshot(Diabetes(), hidden=(), params=np.zeros(11))
    panel.draw(shown)
    true, mean = shown.examples.test.labels.max(), shown.examples.train.labels.mean()
    at = panel.axes().at(true, mean)
    assert panel.text_at(at) == f"true {true:.3g}, predicted {mean:.3g}"
    assert panel.text_at(panel.axes().rect.topLeft()) == ""


def test_predictions_far_outside_lie_on_the_edge(panel, snapshot):
    params = np.zeros(11)
    params[-1] = 1e6
    panel.draw(snapshot(Diabetes(), hidden=(), params=params))
    axes = panel.axes()
    assert np.allclose(panel._places(axes)[:, 1], axes.rect.top())
    panel.grab()


def test_predictions_that_are_not_finite_are_said_so(panel, snapshot):
    shown = snapshot(Diabetes(), params=np.nan)
    panel.draw(shown)
    panel.grab()
    assert panel.context(shown) == "test R² not finite · 133 examples"
    assert panel.text_at(panel.axes().rect.center()) == ""


def test_it_suits_regression_with_more_than_two_inputs(snapshot):
    assert PredictedPanel.suits(snapshot(Diabetes()))
    assert not PredictedPanel.suits(snapshot(Plane()))
    assert not PredictedPanel.suits(snapshot(Iris()))
