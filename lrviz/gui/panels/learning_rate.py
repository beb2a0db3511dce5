"""What does the schedule really do? The learning rate of each step."""

from collections.abc import Mapping
from typing import ClassVar

from lrviz.experiment.numbers import write
from lrviz.gui.panels.plotted import PlottedPanel, recorded
from lrviz.gui.plots.curves import Curve, Line
from lrviz.session.snapshot import Snapshot


class LearningRatePanel(PlottedPanel):
    """The rate each step was made with, schedule and edits included."""

    name: ClassVar[str] = "lr"
    title: ClassVar[str] = "Learning rate"
    interval: ClassVar[float] = 0.2
    series: ClassVar[tuple[str, ...]] = ("learning rate",)
    quantity: ClassVar[str] = "α"
    empty: ClassVar[str] = "Press Run to see the learning rate of each step."

    def curves(self, snapshot: Snapshot) -> Mapping[str, Curve]:
        """See `PlottedPanel`."""
        rate = recorded(snapshot.series, "learning rate")
        before = recorded(snapshot.ghost, "learning rate")
        lines: dict[str, Line] = {}
        if rate:
            lines["α"] = Line(rate, self.theme.amber, 2.0)
        if before:
            lines["previous attempt"] = Line(before, self.theme.muted, 1.5, "dashed", opacity=0.8, past=True)
        return lines

    def context(self, snapshot: Snapshot) -> str:
        """The rate of the next step."""
        return f"α now {write(snapshot.lr, 4)}"
