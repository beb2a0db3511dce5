"""The live plot over steps."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import QApplication, QGraphicsGridLayout, QGraphicsWidget, QMenu, QWidget

from lrviz.experiment.files import FileError, write_text
from lrviz.gui import files
from lrviz.gui.painting import TICK_PIXELS, sentence, sized
from lrviz.gui.plots import overlays
from lrviz.gui.plots.axis import Axis, grid_color
from lrviz.gui.plots.curves import Curve, Shape
from lrviz.gui.plots.frame import Frame, rounded_steps, rounded_values
from lrviz.gui.plots.legend import Legend
from lrviz.gui.plots.marks import Mark
from lrviz.gui.plots.table import table
from lrviz.gui.plots.ticks import linear_ticks, log_ticks, step_ticks
from lrviz.gui.theme import Theme

_FARTHEST_EXPONENT = 300.0
_FARTHEST_VALUE = 1e300
_LEAST_POINTS = 50
_PAST_ABOVE, _PAST_BELOW = 1.5, 6.0
"""Decades that an attempt before may widen a log axis by: far more below, where good losses are."""
_PAST_TIMES = 3.0


class TimePlot(pg.GraphicsView):  # type: ignore[misc]
    """Curves over steps, with zoom, read-out, marks of edits, and export.

    It follows the growing curves until a person zooms or pans; a double click follows again.
    """

    logChanged = Signal(bool)  # noqa: N815 - Qt's spelling of signals

    def __init__(self, theme: Theme, name: str, log: bool = False, parent: QWidget | None = None) -> None:
        """`name`: of the quantity, beside its axis. `log`: whether that axis starts as a log axis."""
        super().__init__(parent, background=theme.card)
        self.theme = theme
        self.curves: Mapping[str, Curve] = {}
        self.shapes: dict[str, Shape] = {}
        self.marks: tuple[Mark, ...] = ()
        self.empty = ""
        self.legend = Legend()
        self.reach = float("inf")
        self.following = True
        self.pointer: QPointF | None = None
        self.log = log
        self.left_axis = Axis("left", name, log_ticks if log else linear_ticks)
        self.step_axis = Axis("bottom", "step", step_ticks)
        self.view = _View()
        self._canvas = _Canvas(self)
        self._lay_out()
        self._limit()
        self.view.sigRangeChangedManually.connect(self._zoomed)
        self.view.sigResized.connect(self._resized)
        self.view.autoscaleRequested.connect(self.autoscale)
        self.view.menuRequested.connect(self._open_menu)
        self.scene().sigMouseMoved.connect(self._point)
        self.setMinimumSize(160, 110)
        self.set_theme(theme)

    def show_curves(
        self,
        curves: Mapping[str, Curve],
        marks: Sequence[Mark] = (),
        empty: str = "",
        reach: float = float("inf"),
    ) -> None:
        """Show these curves, the first on top, and these marks; without any numbers the sentence `empty`.

        Curves of the past stretch the axis to the step `reach` at most.
        """
        self.reach = reach
        self.curves = {name: curve for name, curve in curves.items() if len(curve.view)}
        self.marks = tuple(marks)
        self.empty = empty
        self.redraw()

    def sentence(self) -> str:
        """What stands in the place of curves when none can be drawn."""
        if not self.curves:
            return self.empty
        return "There is no value above zero for a log axis." if self.log else "There is no finite value."

    def redraw(self) -> None:
        """Fit the curves to the range and the pixels, and the range to the curves while it follows them."""
        (left, right), (bottom, top) = self.view.viewRange()
        if self.following and self.curves:
            left, right = rounded_steps(max(map(self._end, self.curves.values())))
        points = max(int(self.view.width()), _LEAST_POINTS)
        shapes = {name: curve.shape(left, right, points, self.log) for name, curve in self.curves.items()}
        self.shapes = {name: shape for name, shape in shapes.items() if shape is not None}
        self.legend.show(self.curves, self.shapes)
        if self.following and self.shapes:
            bottom, top = rounded_values(*self._extremes(), self.log)
            top += self.legend.headroom(self._frame((left, right), (bottom, top)))
        if [[left, right], [bottom, top]] != self.view.viewRange():
            self.view.setRange(xRange=(left, right), yRange=(bottom, top), padding=0)
        for axis in (self.left_axis, self.step_axis):
            axis.setOpacity(1.0 if self.shapes else 0.0)
        self._canvas.update()
        if not self.shapes:
            self.viewport().update()

    def _extremes(self) -> tuple[float, float]:
        """The lowest and highest axis value to show; the past widens what the present needs only so far."""
        past = [shape for name, shape in self.shapes.items() if self.curves[name].past]
        present = [shape for name, shape in self.shapes.items() if not self.curves[name].past] or past
        low, high = min(shape.low for shape in present), max(shape.high for shape in present)
        linear = _PAST_TIMES * max(high - low, abs(high))
        above, below = (_PAST_ABOVE, _PAST_BELOW) if self.log else (linear, linear)
        lowest = max(min(shape.low for shape in self.shapes.values()), low - below)
        highest = min(max(shape.high for shape in self.shapes.values()), high + above)
        return min(low, lowest), max(high, highest)

    def _end(self, curve: Curve) -> float:
        last = float(curve.view.latest()[0])
        return min(last, self.reach) if curve.past else last

    def set_theme(self, theme: Theme) -> None:
        """Recolour axes, grid and texts; the curves' colours come with the curves."""
        self.theme = theme
        self.setBackground(theme.card)
        self.left_axis.set_theme(theme)
        self.step_axis.set_theme(theme)
        self._canvas.update()

    def set_log(self, log: bool) -> None:
        """Change between a log and a linear axis; follows the curves again."""
        if log == self.log:
            return
        self.log = log
        self.left_axis.set_ticks(log_ticks if log else linear_ticks)
        self._limit()
        self.autoscale()
        self.logChanged.emit(log)

    def autoscale(self) -> None:
        """Show everything, and follow it."""
        self.following = True
        self.redraw()

    def frame_now(self) -> Frame:
        """What is visible at present."""
        return self._frame(*self.view.viewRange())

    def _frame(self, steps: tuple[float, float], values: tuple[float, float]) -> Frame:
        return Frame(*steps, *values, self.view.width(), self.view.height(), self.log)

    def csv(self) -> str:
        """The visible numbers."""
        left, right = self.view.viewRange()[0]
        return table(self.curves, left, right)

    def save_csv(self) -> None:
        """Ask for a file and write the visible numbers into it."""
        path = files.ask_save(self, "Export as CSV", "plot.csv", "Tables (*.csv)")
        if path is None:
            return
        try:
            write_text(path, self.csv())
        except FileError as error:
            files.say(self, "The numbers were not exported.", str(error))

    def copy_image(self) -> None:
        """Put a picture of the plot on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.grab())

    def fill_menu(self, menu: QMenu) -> None:
        """Add what can be done with a plot."""
        menu.addAction("Autoscale").triggered.connect(lambda: self.autoscale())
        log = menu.addAction("Log axis")
        log.setCheckable(True)
        log.setChecked(self.log)
        log.toggled.connect(self.set_log)
        menu.addSeparator()
        menu.addAction("Export as CSV…").triggered.connect(lambda: self.save_csv())
        menu.addAction("Copy image").triggered.connect(lambda: self.copy_image())

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:  # noqa: N802, ARG002 - Qt's hook
        """The sentence in place of curves."""
        if not self.shapes:
            painter.setFont(QApplication.font())
            sentence(painter, QRectF(self.rect()), self.sentence(), self.theme)

    def leaveEvent(self, ev: Any) -> None:  # noqa: N802 - Qt's hook
        """Take the read-out away."""
        super().leaveEvent(ev)
        self.pointer = None
        self._canvas.update()

    def _lay_out(self) -> None:
        layout = QGraphicsGridLayout()
        layout.setContentsMargins(0, 4, 14, 0)
        layout.setSpacing(0)
        layout.addItem(self.left_axis, 0, 0)
        layout.addItem(self.view, 0, 1)
        layout.addItem(self.step_axis, 1, 1)
        central = QGraphicsWidget()
        central.setLayout(layout)
        self.setCentralItem(central)
        self.left_axis.linkToView(self.view)
        self.step_axis.linkToView(self.view)

    def _limit(self) -> None:
        farthest = _FARTHEST_EXPONENT if self.log else _FARTHEST_VALUE
        self.view.setLimits(
            xMin=-1e12,
            xMax=1e15,
            minXRange=4,
            yMin=-farthest,
            yMax=farthest,
            minYRange=1e-6 if self.log else 1e-290,
        )

    def _zoomed(self) -> None:
        self.following = False
        self.redraw()

    def _resized(self) -> None:
        self._canvas.fit()
        self.redraw()

    def _point(self, at: QPointF) -> None:
        inside = self.view.mapFromScene(at)
        self.pointer = inside if self.view.rect().contains(inside) else None
        self._canvas.update()

    def _open_menu(self, at: QPointF) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu)
        menu.popup(at.toPoint())


class _View(pg.ViewBox):  # type: ignore[misc]
    """Zoom and pan by mouse; asks for the menu and for autoscale."""

    autoscaleRequested = Signal()  # noqa: N815
    menuRequested = Signal(QPointF)  # noqa: N815

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.disableAutoRange()

    def mouseClickEvent(self, ev: Any) -> None:  # noqa: N802 - pyqtgraph's hook
        """A double click follows the curves again, the right button opens the menu."""
        if ev.button() == Qt.MouseButton.RightButton:
            ev.accept()
            self.menuRequested.emit(ev.screenPos())
        elif ev.double():
            ev.accept()
            self.autoscaleRequested.emit()


class _Canvas(pg.GraphicsObject):  # type: ignore[misc]
    """Paints everything within the axes, in pixels; one item costs Qt less than one for each curve."""

    def __init__(self, plot: TimePlot) -> None:
        super().__init__(plot.view)
        self.plot = plot
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self._rect = QRectF()
        self._grid_key: Frame | None = None
        self._grid: list[QLineF] = []

    def fit(self) -> None:
        """Take the size of the view."""
        self.prepareGeometryChange()
        self._rect = QRectF(self.plot.view.rect())

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's hook
        """The view."""
        return self._rect

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Grid, curves, marks, legend, read-out."""
        plot = self.plot
        painter.setFont(sized(QApplication.font(), TICK_PIXELS))
        if not plot.shapes:
            return
        frame = plot.frame_now()
        painter.setPen(QPen(grid_color(plot.theme), 1.0))
        painter.drawLines(self._grid_of(frame))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for name, shape in reversed(plot.shapes.items()):
            plot.curves[name].paint(painter, frame, shape)
        overlays.paint_marks(painter, frame, plot.theme, plot.marks)
        if plot.pointer is None:
            self._paint_legend(painter, frame)
        else:
            self._paint_readout(painter, frame, plot.pointer)

    def _grid_of(self, frame: Frame) -> list[QLineF]:
        if frame != self._grid_key:
            steps = [tick.position for tick in self.plot.step_axis.ticks()]
            values = [tick.position for tick in self.plot.left_axis.ticks()]
            self._grid_key, self._grid = frame, overlays.grid_lines(frame, steps, values)
        return self._grid

    def _paint_legend(self, painter: QPainter, frame: Frame) -> None:
        legend = self.plot.legend
        if legend.entries:
            overlays.paint_legend(painter, self.plot.theme, legend.place(frame), legend.entries)

    def _paint_readout(self, painter: QPainter, frame: Frame, pointer: QPointF) -> None:
        plot = self.plot
        step = frame.step_at(pointer.x())
        entries, nearest = [], []
        for name, shape in plot.shapes.items():
            reading = plot.curves[name].reading(step, shape, plot.log) if plot.curves[name].legend else None
            if reading is not None:
                nearest.append(reading[0])
                entries.append(overlays.Entry(name, reading[1], plot.curves[name].pen()))
        if nearest:
            at = min(nearest, key=lambda each: abs(each - step))
            near = overlays.near_marks(frame, plot.marks, pointer.x())
            top = 12.0 + 16.0 * (min(len(near), 4) + 0.5 if near else 0)
            overlays.paint_readout(painter, frame, plot.theme, frame.x_at(at), f"step {at:,}", entries, top)
            if near:
                overlays.paint_mark_texts(painter, frame, plot.theme, near)
