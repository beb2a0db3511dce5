"""The window's one place for what a run has learned, and which panel stands there."""

from lrviz.gui.panels.base import Panel
from lrviz.gui.panels.confusion import ConfusionPanel
from lrviz.gui.panels.decision_map import DecisionMapPanel
from lrviz.gui.panels.predicted import PredictedPanel
from lrviz.session.snapshot import Snapshot

OUTCOMES: tuple[type[Panel], ...] = (DecisionMapPanel, ConfusionPanel, PredictedPanel)


def outcome_for(snapshot: Snapshot) -> type[Panel]:
    """The panel that suits the data; exactly one does."""
    return next(panel for panel in OUTCOMES if panel.suits(snapshot))
