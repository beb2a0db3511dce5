"""Panels: what is seen of a run.

To add one: a file with a `Panel` subclass, its entry in `PANELS`, and its test. What is shown in
the place of the outcome depends on the data; see `lrviz.gui.panels.outcome`.
"""

from lrviz.gui.panels.base import Panel
from lrviz.gui.panels.learning_rate import LearningRatePanel
from lrviz.gui.panels.loss import LossPanel
from lrviz.gui.panels.network import NetworkPanel
from lrviz.gui.panels.norms import WeightNormsPanel
from lrviz.gui.panels.weights import WeightsPanel

PANELS: dict[str, type[Panel]] = {
    panel.name: panel
    for panel in (LossPanel, LearningRatePanel, NetworkPanel, WeightsPanel, WeightNormsPanel)
}

__all__ = ["PANELS", "Panel"]
