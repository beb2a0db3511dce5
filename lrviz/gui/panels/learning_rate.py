"""What does the schedule really do? The learning rate of each step."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from PySide6.QtWidgets import QWidget

from lrviz.experiment.numbers import write
from lrviz.gui.panels.plotted import PlottedPanel, recorded
from lrviz.gui.plots.curves import Curve, Line
from lrviz.gui.theme import Theme
from lrviz.session.snapshot import Snapshot

_MANY = 100.0
_LOWEST_SHARE = 0.1


class LearningRatePanel(PlottedPanel):
    """The rate each step was made with, schedule and edits included."""

    name: ClassVar[str] = "lr"
    title: ClassVar[str] = "Learning rate"
    interval: ClassVar[float] = 0.2
    series: ClassVar[tuple[str, ...]] = ("learning rate",)
    quantity: ClassVar[str] = "α"
    empty: ClassVar[str] = "Press Run to see the learning rate of each step."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._generation = -1
        self._widened = False

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

    def draw(self, snapshot: Snapshot) -> None:
        """See `PlottedPanel`; rates over many decades get a log axis, for this attempt."""
        if snapshot.generation != self._generation:
            self._generation = snapshot.generation
            if self._widened:
                self._widened = False
                self.plot.set_log(False)
        if not self._widened and spans_decades(snapshot):
            self._widened = True
            self.plot.set_log(True)
        super().draw(snapshot)

    def context(self, snapshot: Snapshot) -> str:
        """The rate of the next step."""
        return f"α now {write(snapshot.lr, 4)}"


def spans_decades(snapshot: Snapshot) -> bool:
    """Whether a tenth of the recorded rates lies more than two decades below the largest one.

    The last steps of a schedule that ends at zero do not make it so.
    """
    rate = recorded(snapshot.series, "learning rate")
    if rate is None or len(rate.last) == 0:
        return False
    rates = rate.last[:, 0]
    return bool(rates.max() > _MANY * np.quantile(rates, _LOWEST_SHARE) > 0)
