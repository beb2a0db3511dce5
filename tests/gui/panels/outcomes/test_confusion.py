import numpy as np
import pytest
from PySide6.QtCore import QPointF
from sklearn.metrics import accuracy_score, confusion_matrix

from lrviz.engine.datasets import BreastCancer, Diabetes, Digits, Iris, Moons
from lrviz.gui.panels.confusion import ConfusionPanel
from lrviz.gui.theme import DARK


@pytest.fixture
def panel(qtbot):
    panel = ConfusionPanel(DARK)
    qtbot.addWidget(panel)
    panel.resize(290, 370)
    return panel


def decisions(shown):
    split = shown.examples.test
    return split.labels, shown.loss.decide(shown.model.outputs(split.inputs))


@pytest.mark.parametrize("dataset", [Digits(), Iris(), BreastCancer()])
def test_counts_are_those_of_sklearn(dataset, panel, snapshot):
    shown = snapshot(dataset)
    panel.draw(shown)
    classes = range(len(shown.examples.classes))
    assert np.array_equal(panel.counts, confusion_matrix(*decisions(shown), labels=classes))


def test_the_context_is_accuracy_and_number_of_test_examples(panel, snapshot):
    shown = snapshot(Digits())
    panel.draw(shown)
    accuracy = 100 * accuracy_score(*decisions(shown))
    assert panel.context(shown) == f"test accuracy {accuracy:.1f} % · 539 examples"


def test_without_a_test_split_training_examples_are_counted_and_named(panel, snapshot):
    shown = snapshot(Iris(), test_fraction=0.0)
    panel.draw(shown)
    assert panel.counts.sum() == 150
    assert panel.context(shown).startswith("training accuracy")


def test_rows_are_true_classes_and_columns_predicted_ones(panel, snapshot):
    # All weights 0 and one large bias: everything is taken for virginica.
    params = np.zeros((3, 5))
    params[2, -1] = 5.0
    shown = snapshot(Iris(), hidden=(), params=params.ravel())
    panel.draw(shown)
    setosa = int((shown.examples.test.labels == 0).sum())
    assert panel.counts[0].tolist() == [0, 0, setosa]
    box, cell = panel._box()
    upper_right = QPointF(box.right() - cell / 2, box.top() + cell / 2)
    assert panel.text_at(upper_right) == f"{setosa} of {setosa} (100 %)\ntrue setosa, predicted virginica"
    picture = panel.grab().toImage()
    corner = picture.pixelColor(int(box.right() - 6), int(box.top() + 6))
    assert corner.red() > 1.5 * corner.blue()


def test_outputs_that_are_not_finite_count_as_wrong(panel, snapshot):
    shown = snapshot(Iris(), params=np.nan)
    panel.draw(shown)
    panel.grab()
    assert panel.counts.sum() == 0
    assert panel.context(shown) == "test accuracy 0.0 % · 45 examples"


def test_it_suits_classes_with_more_than_two_inputs(snapshot):
    assert ConfusionPanel.suits(snapshot(Iris()))
    assert not ConfusionPanel.suits(snapshot(Moons()))
    assert not ConfusionPanel.suits(snapshot(Diabetes()))
