"""A slider over real numbers."""

import math
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lrviz.engine.parts import Scale
from lrviz.experiment.numbers import rounded, write
from lrviz.gui.theme import current

Accent = Literal["blue", "amber"]


class Slider(QWidget):
    """Moves a number between `low` and `high`, on a linear or a logarithmic scale.

    Moves land on round numbers: multiples of about 1/100 of a linear range, three digits on a
    logarithmic one, whole numbers if `whole`. Raises ValueError for a range that cannot be drawn.
    """

    moved = Signal(float)
    """The person moved it here; while dragging at most once per turn of the event loop."""

    def __init__(
        self,
        low: float,
        high: float,
        scale: Scale = "linear",
        *,
        whole: bool = False,
        accent: Accent = "blue",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if not low < high:
            raise ValueError(f"A slider from {low:g} to {high:g} has no room; low must be less than high.")
        if scale == "log" and low <= 0:
            raise ValueError(f"A logarithmic slider cannot start at {low:g}; low must be greater than 0.")
        self.low, self.high, self.scale = float(low), float(high), scale
        self.whole, self.accent = whole, accent
        self._value: float | None = self.low
        self._dragging = False
        self._pending: float | None = None
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._flush)
        self._radius = 8.0 if accent == "amber" else 6.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def value(self) -> float | None:
        """The number shown; None when it is left empty."""
        return self._value

    def set_value(self, value: float | None) -> None:
        """Show this number, unless the person is dragging; outside the range the knob stays at the end."""
        if not self._dragging:
            self._show(value)

    def fraction(self, value: float) -> float:
        """Where a value lies between low (0) and high (1), within these."""
        low, high = self.low, self.high
        if self.scale == "log":
            value, low, high = math.log10(max(value, self.low)), math.log10(low), math.log10(high)
        return min(max((value - low) / (high - low), 0.0), 1.0)

    def at(self, fraction: float) -> float:
        """The round number at a place between low (0) and high (1)."""
        fraction = min(max(fraction, 0.0), 1.0)
        if self.scale == "log":
            value = rounded(self.low * (self.high / self.low) ** fraction, 3)
        else:
            step = self.step()
            value = round((self.low + fraction * (self.high - self.low)) / step) * step
            value = rounded(value, 12)
        if self.whole:
            value = float(round(value))
        return min(max(value, self.low), self.high)

    def x_of(self, value: float) -> float:
        """The pixel at which the knob stands for a value."""
        return self._radius + self.fraction(value) * (self.width() - 2 * self._radius)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return QSize(120, 24 if self.accent == "amber" else 20)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return QSize(40, self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Qt's hook: the knob jumps to the pointer and follows it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragging = True
            self._drag(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Qt's hook."""
        if self._dragging:
            self._drag(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Qt's hook."""
        if self._dragging and event.button() == Qt.MouseButton.LeftButton:
            self._dragging = False
            self._timer.stop()
            self._flush()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Qt's hook: arrows are small steps, page keys large ones."""
        keys = Qt.Key
        steps = {keys.Key_Right: 1, keys.Key_Up: 1, keys.Key_Left: -1, keys.Key_Down: -1}
        leaps = {keys.Key_PageUp: 1, keys.Key_PageDown: -1}
        key = Qt.Key(event.key())
        if key in steps:
            self._move(self._beside(steps[key]))
        elif key in leaps:
            self._move(self._beside(leaps[key], leap=True))
        elif key == keys.Key_Home:
            self._move(self.low)
        elif key == keys.Key_End:
            self._move(self.high)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Qt's hook: only with the focus, so that scrolling past changes nothing."""
        turn = event.angleDelta().y()
        if self.hasFocus() and turn:
            self._move(self._beside(1 if turn > 0 else -1))
            event.accept()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Qt's hook."""
        theme = current()
        accent = QColor(theme.amber if self.accent == "amber" else theme.blue)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if not self.isEnabled():
            painter.setOpacity(0.4)
        thick = 6.0 if self.accent == "amber" else 4.0
        middle = self.height() / 2
        track = QRectF(0, middle - thick / 2, self.width(), thick)
        painter.setBrush(QColor(theme.line if theme.name == "light" else theme.field))
        painter.drawRoundedRect(track, thick / 2, thick / 2)
        if self._value is not None:
            self._paint_knob(painter, track, accent, QColor(theme.text))
        elif self.hasFocus():
            painter.setPen(QPen(accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(0.5, -2, -0.5, 2), thick, thick)
        painter.end()

    def _paint_knob(self, painter: QPainter, track: QRectF, accent: QColor, text: QColor) -> None:
        amber = self.accent == "amber"
        x = self.x_of(self._value or 0.0)
        painter.setBrush(accent)
        painter.drawRoundedRect(
            QRectF(0, track.y(), x, track.height()), track.height() / 2, track.height() / 2
        )
        painter.setBrush(accent if amber else text)
        radius = self._radius
        if self.hasFocus():
            painter.setPen(QPen(text if amber else accent, 2.5))
            radius -= 1.25
        painter.drawEllipse(QPointF(x, track.center().y()), radius, radius)

    def _show(self, value: float | None) -> None:
        if value != self._value:
            self._value = value
            self.setAccessibleDescription("" if value is None else write(value))
            self.update()

    def _move(self, value: float) -> None:
        if value != self._value:
            self._show(value)
            self.moved.emit(value)

    def _drag(self, x: float) -> None:
        value = self.at((x - self._radius) / max(self.width() - 2 * self._radius, 1.0))
        if value != self._value:
            self._show(value)
            self._pending = value
            self._timer.start()

    def _flush(self) -> None:
        value, self._pending = self._pending, None
        if value is not None:
            self.moved.emit(value)

    def step(self) -> float:
        """The distance between neighbouring numbers of a linear scale."""
        step = 10.0 ** math.floor(math.log10((self.high - self.low) / 90))
        return max(step, 1.0) if self.whole else step

    def _beside(self, direction: int, *, leap: bool = False) -> float:
        """The next number in a direction: 1/20 or a whole decade, a linear step or ten."""
        value = self.low if self._value is None else min(max(self._value, self.low), self.high)
        if self.scale == "linear":
            step = self.step() * (10 if leap else 1)
            return min(max(rounded(value + direction * step, 12), self.low), self.high)
        factor = 10.0 ** (direction * (1.0 if leap else 0.05))
        target = rounded(value * factor, 3)
        if self.whole:
            target = round(target) if round(target) != value else value + direction
        return min(max(float(target), self.low), self.high)
