import pytest

from lrviz.engine.datasets import AnyDataset
from lrviz.engine.parts import kinds
from lrviz.gui.panels.confusion import ConfusionPanel
from lrviz.gui.panels.decision_map import DecisionMapPanel
from lrviz.gui.panels.outcome import OUTCOMES, outcome_for
from lrviz.gui.panels.predicted import PredictedPanel
from lrviz.gui.theme import DARK

CHOICE = {
    "breast_cancer": ConfusionPanel,
    "digits": ConfusionPanel,
    "iris": ConfusionPanel,
    "wine": ConfusionPanel,
    "diabetes": PredictedPanel,
}


@pytest.mark.parametrize("name", kinds(AnyDataset))
def test_exactly_one_panel_suits_each_dataset_and_draws_it(name, snapshot, qtbot):
    shown = snapshot(kinds(AnyDataset)[name](), score=0.5)
    chosen = outcome_for(shown)
    assert [panel for panel in OUTCOMES if panel.suits(shown)] == [chosen]
    assert chosen is CHOICE.get(name, DecisionMapPanel)
    panel = chosen(DARK)
    qtbot.addWidget(panel)
    panel.resize(250, 200)
    panel.draw(shown)
    assert not panel.grab().isNull()


def test_three_classes_in_the_plane_are_a_decision_map(three_blobs, snapshot):
    assert outcome_for(snapshot(three_blobs, "multiclass")) is DecisionMapPanel


@pytest.mark.parametrize("name", [name for name, part in kinds(AnyDataset).items() if part.planar])
def test_points_in_the_plane_are_a_decision_map_also_with_features(name, snapshot):
    shown = snapshot(kinds(AnyDataset)[name](), features=("x1^2", "sin(x2)"))
    assert [panel for panel in OUTCOMES if panel.suits(shown)] == [DecisionMapPanel]
