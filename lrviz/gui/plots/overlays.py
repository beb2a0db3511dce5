"""What lies under and over the curves: grid, marks of edits, legend and read-out."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from lrviz.gui.plots.frame import Floats, Frame
from lrviz.gui.plots.marks import Kind, Mark
from lrviz.gui.theme import Theme, mix, rgba

KINDS: tuple[Kind, ...] = ("edit", "rate", "diverged")
"""The kinds of marks, the most important last and on top."""

_ROW = 16.0
_SWATCH = 16.0
_PADDING = 7.0
_NEAR = 6.0
_MOST_TEXTS = 3
_CENTERED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class Entry:
    """A row of the legend or the read-out."""

    text: str
    value: str
    pen: QPen


def grid_lines(frame: Frame, steps: Sequence[float], values: Sequence[float]) -> list[QLineF]:
    """Lines at these steps and axis values."""
    across = [round(frame.y_at(value)) + 0.5 for value in values]
    down = [round(frame.x_at(step)) + 0.5 for step in steps]
    lines = [QLineF(0, y, frame.width, y) for y in across]
    return lines + [QLineF(x, 0, x, frame.height) for x in down]


def near_marks(frame: Frame, marks: Sequence[Mark], x: float | None) -> list[Mark]:
    """The marks under the pointer."""
    return [] if x is None else [mark for mark in marks if abs(frame.x_at(mark.step) - x) <= _NEAR]


def paint_marks(painter: QPainter, frame: Frame, theme: Theme, marks: Sequence[Mark]) -> None:
    """Amber lines where α changed, grey ones for other edits, red at divergence; one line on a pixel."""
    for kind in KINDS:
        columns = {round(frame.x_at(mark.step)) for mark in marks if mark.kind == kind}
        painter.setPen(QPen(rgba(mark_color(theme, kind), 0.75), 1.0))
        painter.drawLines(
            [QLineF(x + 0.5, 0, x + 0.5, frame.height) for x in columns if 0 <= x <= frame.width]
        )


def mark_color(theme: Theme, kind: Kind) -> str:
    """The colour of a kind of mark."""
    return {"edit": theme.muted, "rate": theme.amber, "diverged": theme.red}[kind]


def paint_mark_texts(painter: QPainter, frame: Frame, theme: Theme, marks: Sequence[Mark]) -> None:
    """What changed at these neighbouring marks, in a box at the top."""
    shown = marks[-_MOST_TEXTS:]
    texts = [mark.text for mark in shown]
    if len(marks) > len(shown):
        texts.insert(0, f"{len(marks) - len(shown)} more edits")
    color = mark_color(theme, max((mark.kind for mark in marks), key=KINDS.index))
    width = max(QFontMetricsF(painter.font()).horizontalAdvance(text) for text in texts) + 2 * _PADDING
    x = min(max(frame.x_at(shown[-1].step) - width / 2, 0.0), frame.width - width)
    box = QRectF(x, 2, width, _ROW * len(texts) + 6)
    _paint_box(painter, theme, box, color)
    painter.setPen(QColor(color))
    for row, text in enumerate(texts):
        painter.drawText(QRectF(x + _PADDING, 5 + row * _ROW, width, _ROW), _CENTERED, text)


def legend_size(font: QFont, entries: Sequence[Entry]) -> QSizeF:
    """Room a legend needs."""
    metrics = QFontMetricsF(font)
    width = max(metrics.horizontalAdvance(entry.text) for entry in entries) + _SWATCH + 6
    return QSizeF(width + 2 * _PADDING, _ROW * len(entries) + 8)


def free_corner(frame: Frame, size: QSizeF, curves: Sequence[tuple[Floats, Floats]]) -> tuple[QRectF, bool]:
    """A rectangle of this size in the emptiest corner, the first that holds no pixel (x, y) of the curves.

    And whether there is such a one.
    """
    roomiest, most = QRectF(), -1.0
    for left, top in ((False, True), (True, True), (True, False), (False, False)):
        x = 2.0 if left else frame.width - size.width() - 2.0
        rooms = [frame.height]
        for xs, ys in curves:
            inside = ys[(xs >= x) & (xs <= x + size.width())]
            if len(inside):
                rooms.append(float(inside.min() if top else frame.height - inside.max()))
        room = min(rooms)
        corner = QRectF(x, 2.0 if top else frame.height - size.height() - 2.0, size.width(), size.height())
        if room >= size.height() + 2.0:
            return corner, True
        if room > most:
            roomiest, most = corner, room
    return roomiest, False


def paint_legend(painter: QPainter, theme: Theme, box: QRectF, entries: Sequence[Entry]) -> None:
    """Names with a piece of their line."""
    painter.fillRect(box, rgba(theme.card, 0.72))
    inner = box.adjusted(_PADDING, 4, -_PADDING, -4)
    _paint_rows(painter, theme, inner.topLeft(), inner.width(), entries)


def paint_readout(
    painter: QPainter, frame: Frame, theme: Theme, x: float, title: str, entries: Sequence[Entry], top: float
) -> None:
    """A line at the pointer's step and the values there in a box beside it, below `top`."""
    painter.setPen(QPen(rgba(theme.muted, 0.6), 1.0))
    painter.drawLine(QLineF(round(x) + 0.5, 0, round(x) + 0.5, frame.height))
    metrics = QFontMetricsF(painter.font())
    names = max((metrics.horizontalAdvance(entry.text) for entry in entries), default=0.0) + _SWATCH + 6
    values = max((metrics.horizontalAdvance(entry.value) for entry in entries), default=0.0)
    inner = max(names + 12 + values, metrics.horizontalAdvance(title))
    width, height = inner + 2 * _PADDING, _ROW * (len(entries) + 1) + 8
    left = x + 12 if x + 12 + width <= frame.width else x - 12 - width
    box = QRectF(max(left, 0.0), min(top, max(frame.height - height, 0.0)), width, height)
    _paint_box(painter, theme, box, mix(theme.line, theme.muted, 0.5))
    painter.setPen(QColor(theme.muted))
    painter.drawText(QRectF(box.left() + _PADDING, box.top() + 4, inner, _ROW), _CENTERED, title)
    _paint_rows(painter, theme, QPointF(box.left() + _PADDING, box.top() + 4 + _ROW), inner, entries)


def _paint_box(painter: QPainter, theme: Theme, box: QRectF, edge: str) -> None:
    painter.setPen(QPen(QColor(edge), 1.0))
    painter.setBrush(rgba(theme.field, 0.95))
    painter.drawRoundedRect(box, 4, 4)


def _paint_rows(painter: QPainter, theme: Theme, at: QPointF, width: float, entries: Sequence[Entry]) -> None:
    flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    for row, entry in enumerate(entries):
        y = at.y() + row * _ROW
        painter.setPen(entry.pen)
        painter.drawLine(QLineF(at.x(), y + _ROW / 2, at.x() + _SWATCH, y + _ROW / 2))
        painter.setPen(QColor(entry.pen.color().name()))
        painter.drawText(QRectF(at.x() + _SWATCH + 6, y, width, _ROW), _CENTERED, entry.text)
        if entry.value:
            painter.setPen(QColor(theme.text))
            painter.drawText(QRectF(at.x(), y, width, _ROW), flags, entry.value)
