import numpy as np
import pytest

from lrviz.gui.panels.learning_rate import LearningRatePanel
from lrviz.gui.panels.loss import LossPanel
from lrviz.gui.panels.norms import WeightNormsPanel
from lrviz.gui.panels.plotted import since
from lrviz.gui.panels.weights import WeightsPanel
from lrviz.gui.theme import DARK, LIGHT
from lrviz.session.snapshot import Edit

PANELS = [LossPanel, LearningRatePanel, WeightsPanel, WeightNormsPanel]


@pytest.fixture
def full(doubles):
    random = np.random.default_rng(0)
    series = {
        "training loss": doubles.recorded(random.random(200)),
        "learning rate": doubles.recorded(np.full(200, 0.1)),
        "weight quantiles": doubles.recorded(np.sort(random.normal(size=(20, 22))), np.arange(10, 201, 10)),
        "weight norm": doubles.recorded(random.random((20, 2)), np.arange(10, 201, 10)),
    }
    return doubles.snapshot(series, step=200)


@pytest.fixture
def redraws(monkeypatch):
    from lrviz.gui.plots.time_plot import TimePlot

    count = []
    original = TimePlot.show_curves
    monkeypatch.setattr(
        TimePlot, "show_curves", lambda *args, **named: (count.append(1), original(*args, **named))
    )
    return count


@pytest.mark.parametrize("kind", PANELS)
def test_before_the_first_step_a_sentence_says_how_to_begin(kind, open_panel, doubles):
    panel = open_panel(kind)
    assert panel.plot.sentence().startswith("Press Run")
    panel.draw(doubles.snapshot())
    assert panel.plot.sentence().startswith("Press Run")
    assert panel.plot.shapes == {}


@pytest.mark.parametrize("kind", PANELS)
def test_a_snapshot_is_drawn_once(kind, open_panel, full, redraws):
    panel = open_panel(kind)
    redraws.clear()
    panel.draw(full)
    panel.draw(full)
    assert len(redraws) == 1
    assert panel.plot.shapes


@pytest.mark.parametrize("kind", PANELS)
@pytest.mark.parametrize("change", [{"step": 201}, {"generation": 2}, {"edits": (Edit(3, "lr", 1.0, 0.1),)}])
def test_what_changed_is_drawn_again(kind, change, open_panel, full, redraws, doubles):
    panel = open_panel(kind)
    panel.draw(full)
    redraws.clear()
    panel.draw(doubles.snapshot(**{**vars(full), **change}))
    assert len(redraws) == 1


@pytest.mark.parametrize("kind", PANELS)
def test_a_change_of_theme_recolours_what_is_shown(kind, open_panel, full):
    panel = open_panel(kind)
    panel.draw(full)
    dark = {name: curve.color for name, curve in panel.plot.curves.items()}
    panel.set_theme(LIGHT)
    assert panel.plot.theme == LIGHT
    assert all(curve.color != dark[name] for name, curve in panel.plot.curves.items())
    assert DARK.card != LIGHT.card


@pytest.mark.parametrize("kind", PANELS)
def test_edits_are_marked_in_every_plot(kind, open_panel, full, doubles):
    panel = open_panel(kind)
    panel.draw(doubles.snapshot(**{**vars(full), "edits": (Edit(30, "lr", 0.3, 0.1),), "diverged_at": 150}))
    assert [(mark.step, mark.kind) for mark in panel.plot.marks] == [(30, "rate"), (150, "diverged")]


@pytest.mark.parametrize("kind", PANELS)
def test_the_context_is_told_only_when_it_changes(kind, open_panel, full, doubles):
    panel = open_panel(kind)
    panel.draw(full)
    panel.draw(doubles.snapshot(**{**vars(full), "generation": 2}))
    assert len(panel.contexts) == 1


def test_a_probe_that_began_later_says_from_which_step_on(doubles):
    values = np.zeros(50)
    assert since(doubles.recorded(values, np.arange(10, 501, 10))) == ""
    assert since(doubles.recorded(values, np.arange(1210, 1701, 10))) == ", from step 1,210"
    assert since(doubles.recorded(values, np.arange(1210, 1701, 10), capacity=16)) == ", from step 1,210"
    assert since(doubles.recorded([1.0])) == ""
