"""A panel that is one plot over steps."""

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from lrviz.gui.panels.base import Panel
from lrviz.gui.plots.curves import Curve
from lrviz.gui.plots.marks import marks
from lrviz.gui.plots.time_plot import TimePlot
from lrviz.gui.theme import Theme
from lrviz.session.series import SeriesView
from lrviz.session.snapshot import Snapshot


class PlottedPanel(Panel):
    """Shows curves from a snapshot's series, and draws only when there is something new."""

    series: ClassVar[tuple[str, ...]]
    """The series it shows; it draws when one of them grew."""
    quantity: ClassVar[str]
    """The name beside the vertical axis."""
    log: ClassVar[bool] = False
    """Whether that axis starts as a log axis."""
    empty: ClassVar[str]
    """What it says before there are numbers."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.plot = TimePlot(theme, self.quantity, self.log)
        self._snapshot: Snapshot | None = None
        self._shown: object = None
        self._context = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.plot)
        self.plot.show_curves({}, empty=self.empty)

    def draw(self, snapshot: Snapshot) -> None:
        """Show this snapshot, unless it is the one already shown."""
        samples = tuple(view.samples for view in map(snapshot.series.get, self.series) if view is not None)
        key = (
            *(snapshot.generation, snapshot.step, snapshot.lr, snapshot.planned),
            *(snapshot.diverged_at, snapshot.edits, samples),
        )
        self._snapshot = snapshot
        if key == self._shown:
            return
        self._shown = key
        self.refresh()

    def fill_menu(self, menu: QMenu) -> None:
        """What can be done with the plot."""
        self.plot.fill_menu(menu)

    def set_theme(self, theme: Theme) -> None:
        """Recolour everything."""
        self.theme = theme
        self.plot.set_theme(theme)
        self.refresh()

    def refresh(self) -> None:
        """Draw the last snapshot anew."""
        if self._snapshot is None:
            return
        snapshot = self._snapshot
        crossings = marks(snapshot.edits, snapshot.diverged_at, together=max(snapshot.step // 50, 1))
        self.plot.show_curves(self.curves(snapshot), crossings, self.empty, reach=snapshot.planned)
        context = self.context(snapshot)
        if context != self._context:
            self._context = context
            self.contextChanged.emit(context)

    # What a panel fills in

    def curves(self, snapshot: Snapshot) -> Mapping[str, Curve]:
        """The curves by their names in the legend, the lowest first."""
        raise NotImplementedError

    def context(self, snapshot: Snapshot) -> str:
        """The line at the card's right."""
        raise NotImplementedError


def recorded(series: Mapping[str, SeriesView], name: str) -> SeriesView | None:
    """A series that has samples, or None."""
    view = series.get(name)
    return view if view is not None and len(view) else None


def since(view: SeriesView) -> str:
    """From which step on a probe ran, e.g. ", from step 1,200"; empty where it ran from the start."""
    cells = len(view.steps)
    if cells < 2:
        return ""
    every = (int(view.steps[-1]) - int(view.steps[0])) / ((cells - 1) * view.per_cell)
    first = round(int(view.steps[0]) - (view.per_cell - 1) * every)
    return f", from step {first:,}" if first > 2 * every else ""
