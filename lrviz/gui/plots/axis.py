"""Axes of fixed size, so that a plot does not move while its numbers change."""

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QApplication

from lrviz.gui.painting import TICK_PIXELS, sized
from lrviz.gui.plots.ticks import Tick
from lrviz.gui.theme import Theme, rgba

LEFT_WIDTH = 60
BOTTOM_HEIGHT = 38

_LINE_HEIGHT = 16.0
_PER_TICK_X, _PER_TICK_Y = 50.0, 42.0
_GAP = 6.0
_OVERHANG = 4.0
"""How far a text may stand out at the right end of the bottom axis; farther out it would be cut off."""
_APART = 6.0

Ticks = Callable[[float, float, int], list[Tick]]


class Axis(pg.AxisItem):  # type: ignore[misc]
    """A left or bottom axis: a line, texts at the ticks of `find_ticks(low, high, most)`, and its name."""

    def __init__(self, orientation: str, name: str, find_ticks: Ticks) -> None:
        super().__init__(orientation)
        self.find_ticks = find_ticks
        self.name = name
        self.vertical = orientation == "left"
        self.text_color = QColor()
        self.showLabel(False)
        if self.vertical:
            self.setWidth(LEFT_WIDTH)
        else:
            self.setHeight(BOTTOM_HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Recolour the line and the texts."""
        self.text_color = QColor(theme.muted)
        self.setPen(QPen(QColor(theme.line), 1))

    def set_ticks(self, find_ticks: Ticks) -> None:
        """Another scale."""
        self.find_ticks = find_ticks
        self.picture = None
        self.update()

    def ticks(self) -> list[Tick]:
        """The ticks of the visible range."""
        low, high = self.range
        size, each = (self.height(), _PER_TICK_Y) if self.vertical else (self.width(), _PER_TICK_X)
        return self.find_ticks(low, high, max(2, int(size / each)))

    def tick_font(self) -> QFont:
        """The program's font, smaller."""
        return sized(QApplication.font(), TICK_PIXELS)

    def generateDrawSpecs(self, p: QPainter) -> Any:  # noqa: N802, ARG002 - pyqtgraph's hook
        """Line, (no) tick marks and texts for pyqtgraph to draw."""
        low, high = self.range
        width, height = self.width(), self.height()
        if width <= 0 or height <= 0 or not high > low:
            return None
        metrics = QFontMetricsF(self.tick_font())
        texts: list[Any] = []
        free = -_PER_TICK_X
        for tick in self.ticks():
            share = (tick.position - low) / (high - low)
            if self.vertical:
                y = (1 - share) * height
                box = QRectF(0, y - _LINE_HEIGHT / 2, width - _GAP, _LINE_HEIGHT)
                box.moveTop(min(max(box.top(), 0.0), height - _LINE_HEIGHT))
                texts.append((box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, tick.text))
            else:
                half = metrics.horizontalAdvance(tick.text) / 2 + 1
                x = min(share * width, width + _OVERHANG - half)
                if x - half < free:
                    continue
                free = x + half + _APART
                box = QRectF(x - half, 4, 2 * half, _LINE_HEIGHT)
                texts.append((box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, tick.text))
        ends = ((width, 0), (width, height)) if self.vertical else ((0, 0), (width, 0))
        return (self.pen(), *(QPointF(*end) for end in ends)), [], texts

    def drawPicture(self, p: QPainter, axisSpec: Any, tickSpecs: Any, textSpecs: Any) -> None:  # noqa: N802, N803, ARG002
        """pyqtgraph's hook."""
        pen, start, stop = axisSpec
        p.setPen(pen)
        p.drawLine(start, stop)
        p.setFont(self.tick_font())
        p.setPen(self.text_color)
        for box, flags, text in textSpecs:
            p.drawText(box, int(flags), text)
        p.drawText(self._place_of_name(p), int(Qt.AlignmentFlag.AlignCenter), self.name)

    def _place_of_name(self, p: QPainter) -> QRectF:
        """Below a bottom axis; at the left of a left axis, upwards unless it is a single letter."""
        if not self.vertical:
            return QRectF(0, self.height() - _LINE_HEIGHT, self.width(), _LINE_HEIGHT)
        p.translate(_LINE_HEIGHT / 2, self.height() / 2)
        if len(self.name) > 1:
            p.rotate(-90)
        return QRectF(-self.height() / 2, -_LINE_HEIGHT / 2, self.height(), _LINE_HEIGHT)


def grid_color(theme: Theme) -> QColor:
    """Faint lines that stay behind the curves."""
    return rgba(theme.line, 0.55)
