"""The confusion matrix: which classes are taken for which."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QWidget

from lrviz.gui.painting import TICK_PIXELS, notice, readable, sized
from lrviz.gui.panels.painted import PaintedPanel
from lrviz.gui.panels.plane import drawable, finite_rows
from lrviz.gui.panels.scores import judged, percent
from lrviz.gui.theme import Theme, mix
from lrviz.session.snapshot import Snapshot

_LARGEST_CELL = 84.0
_LARGEST_TEXT, _SMALLEST_TEXT = 15, 7
_FAINTEST_ERROR = 0.22
_FEW = 4
"""Up to this many classes zeros are written, too; among more they would hide the errors."""


class ConfusionPanel(PaintedPanel):
    """Counts of test examples; a row for each true class, a column for each predicted one.

    Colours are shares of a row: blue on the diagonal, orange for mistakes.
    """

    name: ClassVar[str] = "confusion"
    title: ClassVar[str] = "Confusion matrix"
    interval: ClassVar[float] = 0.18

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setMinimumSize(160, 140)
        self.counts: NDArray[np.int64] = np.zeros((0, 0), dtype=np.int64)
        self._classes: tuple[str, ...] = ()
        self._unread = 0
        self._split = "test"

    @classmethod
    def suits(cls, snapshot: Snapshot) -> bool:
        """Classes whose inputs cannot be drawn."""
        return snapshot.examples.task != "regression" and not drawable(snapshot.examples)

    def take(self, snapshot: Snapshot) -> None:
        """Count the decisions; one forward pass over the test examples."""
        examples = snapshot.examples
        split, self._split = judged(examples)
        z = snapshot.model.outputs(split.inputs)
        finite = finite_rows(z)
        self._classes = examples.classes
        self._unread = int(len(z) - finite.sum())
        self.counts = counted(split.labels[finite], snapshot.loss.decide(z[finite]), len(examples.classes))

    def context(self, snapshot: Snapshot) -> str:  # noqa: ARG002
        """The line at the card's right."""
        total = int(self.counts.sum()) + self._unread
        share = percent(float(self.counts.trace()) / total, 1)
        return f"{self._split} accuracy {share} · {total:,} examples"

    def compose(self, painter: QPainter) -> None:
        """The cells, and the names of the classes."""
        box, cell = self._box()
        totals = np.maximum(self.counts.sum(axis=1, keepdims=True), 1)
        shares = self.counts / totals
        painter.setFont(self._cell_font(cell))
        for row, column in np.ndindex(*self.counts.shape):
            self._paint_cell(painter, _cell(box, cell, row, column), row, column, float(shares[row, column]))
        self._paint_names(painter, box, cell)
        if self._unread:
            notice(painter, self.area(), "The outputs are not finite.", self.theme)

    def text_at(self, at: QPointF) -> str:
        """The share of the cell under the pointer."""
        found = self._cell_at(at)
        if found is None:
            return ""
        row, column = found
        total, count = int(self.counts[row].sum()), int(self.counts[row, column])
        of = f" ({percent(count / total)})" if total else ""
        true, predicted = self._classes[row], self._classes[column]
        return f"{count} of {total}{of}\ntrue {true}, predicted {predicted}"

    def accent(self, painter: QPainter, at: QPointF) -> None:
        """Outline the cell under the pointer."""
        found = self._cell_at(at)
        if found is not None:
            painter.setPen(QPen(QColor(self.theme.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(_cell(*self._box(), *found))

    def _box(self) -> tuple[QRectF, float]:
        """Where the matrix is, and the side of a cell."""
        metrics = QFontMetricsF(sized(self.font(), TICK_PIXELS))
        height = metrics.height()
        names = max(metrics.horizontalAdvance(name) for name in self._classes)
        left = height + 4 + min(names, 0.25 * self.width()) + 8
        below = 2 * height + 10
        inner = self.area().adjusted(left, 8, -10, -below)
        classes = len(self._classes)
        cell = min(inner.width() / classes, inner.height() / classes, _LARGEST_CELL)
        side = cell * classes
        return QRectF(inner.center().x() - side / 2, inner.center().y() - side / 2, side, side), cell

    def _cell_at(self, at: QPointF) -> tuple[int, int] | None:
        box, cell = self._box()
        if not box.contains(at):
            return None
        last = len(self._classes) - 1
        row, column = int((at.y() - box.top()) / cell), int((at.x() - box.left()) / cell)
        return min(row, last), min(column, last)

    def _cell_font(self, cell: float) -> QFont:
        """The largest size in which the largest count fits into a cell."""
        widest = str(int(self.counts.max()))
        for pixels in range(_LARGEST_TEXT, _SMALLEST_TEXT, -1):
            font = sized(self.font(), pixels)
            metrics = QFontMetricsF(font)
            if metrics.horizontalAdvance(widest) <= cell - 6 and metrics.height() <= cell:
                return font
        return sized(self.font(), _SMALLEST_TEXT)

    def _paint_cell(self, painter: QPainter, rect: QRectF, row: int, column: int, share: float) -> None:
        theme, count = self.theme, int(self.counts[row, column])
        if row == column:
            ground = mix(theme.field, theme.blue, share)
        else:
            ground = mix(theme.field, theme.orange, _FAINTEST_ERROR + (1 - _FAINTEST_ERROR) * share)
        painter.fillRect(rect, QColor(ground if count else theme.field))
        if count or len(self._classes) <= _FEW:
            painter.setPen(QColor(readable(ground, theme) if count else theme.muted))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(count))

    def _paint_names(self, painter: QPainter, box: QRectF, cell: float) -> None:
        painter.setFont(sized(self.font(), TICK_PIXELS))
        painter.setPen(QColor(self.theme.muted))
        metrics = QFontMetricsF(painter.font())
        height = metrics.height()
        room = min(max(metrics.horizontalAdvance(name) for name in self._classes), 0.25 * self.width())
        for number, name in enumerate(self._classes):
            middle = box.top() + (number + 0.5) * cell
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            place = QRectF(box.left() - room - 6, middle - height / 2, room, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, cell - 2)
            place = QRectF(box.left() + number * cell, box.bottom() + 4, cell, height)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        below = QRectF(box.left(), box.bottom() + 6 + height, box.width(), height + 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, "predicted")
        painter.save()
        painter.translate(box.left() - room - 10 - height / 2, box.center().y())
        painter.rotate(-90)
        along = QRectF(-box.height() / 2, -height / 2, box.height(), height)
        painter.drawText(along, Qt.AlignmentFlag.AlignCenter, "true")
        painter.restore()


def _cell(box: QRectF, side: float, row: int, column: int) -> QRectF:
    return QRectF(box.left() + column * side, box.top() + row * side, side, side).adjusted(1, 1, -1, -1)


def counted(true: NDArray[Any], predicted: NDArray[np.intp], classes: int) -> NDArray[np.int64]:
    """How often each true class (row) was given each predicted class (column), (classes, classes)."""
    pairs = true.astype(np.int64) * classes + predicted
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
