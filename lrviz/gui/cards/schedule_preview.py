"""A small plot of a schedule: α over the steps, and where training is now."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from lrviz.experiment.numbers import ticks, write
from lrviz.gui.painting import draw_lines, polygon
from lrviz.gui.theme import Theme, current, mix, rgba

Floats = NDArray[np.float64]
Place = TypeVar("Place", float, Floats)


class SchedulePreview(QWidget):
    """Painted by hand: one curve, a filled area, a dashed line; a hover shows the numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: Floats = np.empty(0)
        self._rates: Floats = np.empty(0)
        self._now = 0.0
        self._planned = 0.0
        self._pointer: float | None = None
        self._picture: QPixmap | None = None
        self._made_for: object = None
        self.setMouseTracking(True)
        self.setAccessibleName("Preview of the schedule")
        self.setToolTip(
            "α over the planned steps, and past them once training is. The dashed line is the present step."
        )
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_curve(self, steps: Floats, rates: Floats, now: float, planned: float) -> None:
        """Show rates (N,) over increasing steps (N,), and the step `now`.

        planned: where the plan ends, marked when the steps go past it.
        Raises ValueError when the arrays do not fit together.
        """
        if steps.shape != rates.shape or steps.ndim != 1:
            raise ValueError(f"steps {steps.shape} and rates {rates.shape} must be (N,) with the same N.")
        same = (
            planned == self._planned
            and np.array_equal(steps, self._steps)
            and np.array_equal(rates, self._rates)
        )
        if same and self._pixel(now) == self._pixel(self._now):
            self._now = now
            return
        if not same:
            self._picture = None
        self._steps, self._rates, self._now, self._planned = steps, rates, now, planned
        self.update()

    def _pixel(self, step: float) -> float:
        """The half pixel of a step, roughly: a line that moves less need not be drawn anew."""
        span = float(self._steps[-1] - self._steps[0]) if self._steps.size > 1 else 0.0
        return round(2.0 * self.width() * step / span) if span > 0 else step

    def sizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return QSize(200, 96)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Qt's hook."""
        self._pointer = event.position().x()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Qt's hook."""
        super().leaveEvent(event)
        self._pointer = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Qt's hook: the curve from a picture made once, and over it what moves."""
        painter = QPainter(self)
        if self._steps.size < 2:
            painter.setFont(self._small())
            painter.setPen(QColor(current().muted))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, "Not known ahead:\nit depends on the loss"
            )
        else:
            painter.drawPixmap(0, 0, self._background())
            self._drawing(painter).paint_moving(self._now, self._pointer)
        painter.end()

    def _background(self) -> QPixmap:
        theme = current()
        made_for = (self.size(), self.devicePixelRatio(), theme)
        if self._picture is None or self._made_for != made_for:
            picture = QPixmap(self.size() * self.devicePixelRatio())
            picture.setDevicePixelRatio(self.devicePixelRatio())
            picture.fill(Qt.GlobalColor.transparent)
            painter = QPainter(picture)
            self._drawing(painter).paint_still()
            painter.end()
            self._picture, self._made_for = picture, made_for
        return self._picture

    def _drawing(self, painter: QPainter) -> "Drawing":
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._small())
        return Drawing(painter, current(), QRectF(self.rect()), self._steps, self._rates, self._planned)

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(11)
        return font


class Drawing:
    """One painting of a curve within a rectangle; what lies past the step `planned` is paler."""

    def __init__(
        self, painter: QPainter, theme: Theme, rect: QRectF, steps: Floats, rates: Floats, planned: float
    ) -> None:
        self.painter, self.theme, self.steps, self.rates = painter, theme, steps, rates
        self.planned = planned
        self.first, self.last = float(steps[0]), float(steps[-1])
        finite = rates[np.isfinite(rates)]
        self.top = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
        self.levels = ticks(0.0, self.top, 3)
        words = max(painter.fontMetrics().horizontalAdvance(write(level)) for level in self.levels)
        self.area = rect.adjusted(18 + words + 6, 6, -2, -32)

    def paint_still(self) -> None:
        """Axes, curve, and where the plan ends."""
        self._axes()
        self._curve()
        if self.planned < self.last:
            self._past_the_plan()

    def paint_moving(self, now: float, pointer: float | None) -> None:
        """The line at the step `now`, and the values under the pointer."""
        if self.first <= now <= self.last:
            self._line(now)
        if pointer is not None and self.area.left() <= pointer <= self.area.right():
            self._read_out(pointer)

    def x(self, step: Place) -> Place:
        """The pixel of a step, or of each of some."""
        return (
            self.area.left() + 6 + (step - self.first) / (self.last - self.first) * (self.area.width() - 12)
        )

    def y(self, rate: Place) -> Place:
        """The pixel of a rate, or of each of some."""
        return self.area.bottom() - 4 - rate / self.top * (self.area.height() - 4)

    def _axes(self) -> None:
        area, painter = self.area, self.painter
        painter.setPen(QPen(QColor(self.theme.line), 1))
        painter.drawPolyline([area.topLeft(), area.bottomLeft(), area.bottomRight()])
        painter.setPen(QColor(self.theme.muted))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for level in self.levels:
            painter.drawText(QRectF(0, self.y(level) - 8, area.left() - 5, 16), right, write(level))
        height = painter.fontMetrics().height()
        width = painter.fontMetrics().horizontalAdvance(write(self.last))
        for step in ticks(self.first, self.last, max(int(area.width() / (width + 8)), 2)):
            text = write(step)
            half = painter.fontMetrics().horizontalAdvance(text) / 2 + 1
            x = min(max(self.x(step), half), area.right() + 2 - half)
            box = QRectF(x - half, area.bottom() + 2, 2 * half, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        name = QRectF(area.left(), area.bottom() + 2 + height, area.width(), height)
        painter.drawText(name, Qt.AlignmentFlag.AlignCenter, "step")
        painter.save()
        painter.translate(6, area.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-20, -8, 40, 16), Qt.AlignmentFlag.AlignCenter, "α")
        painter.restore()

    def _curve(self) -> None:
        finite = np.isfinite(self.rates)
        if not finite.any():
            return
        steps, rates = thinned(self.steps[finite], self.rates[finite], max(int(self.area.width()), 2))
        x, y = self.x(steps), self.y(rates)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(rgba(self.theme.amber, 0.16))
        ground = np.full(2, self.y(0.0))
        under = polygon(np.concatenate([x, x[[-1, 0]]]), np.concatenate([y, ground]))
        # Translucent edges need no antialiasing, which takes twice the time.
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self.painter.drawPolygon(under)
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.painter.setPen(QPen(QColor(self.theme.amber), 1.5))
        draw_lines(self.painter, np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=1))

    def _past_the_plan(self) -> None:
        area, x = self.area, round(self.x(self.planned)) + 0.5
        past = QRectF(QPointF(x, area.top() - 4), area.bottomRight())
        self.painter.fillRect(past, rgba(self.theme.card, 0.5))
        self.painter.setPen(QPen(QColor(self.theme.muted), 1))
        self.painter.drawLine(past.topLeft(), past.bottomLeft())
        metrics = self.painter.fontMetrics()
        width = metrics.horizontalAdvance("plan")
        # Before the line, which says of which side it is the end, where there is room.
        left = x - width - 4 if x - width - 8 > area.left() else x + 4
        box = QRectF(left, area.top() + 4, width + 1, metrics.height())
        self.painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "plan")

    def _line(self, now: float) -> None:
        x = round(self.x(now)) + 0.5
        self.painter.setPen(QPen(QColor(self.theme.text), 1, Qt.PenStyle.DashLine))
        self.painter.drawLine(QPointF(x, self.area.top() - 4), QPointF(x, self.area.bottom()))
        self._dot(now, QColor(self.theme.text))

    def _read_out(self, pointer: float) -> None:
        share = (pointer - self.area.left() - 6) / (self.area.width() - 12)
        step = round(self.first + min(max(share, 0.0), 1.0) * (self.last - self.first))
        rate = self._dot(step, QColor(self.theme.amber))
        text = f"step {step}: {write(rate, 3)}"
        width = self.painter.fontMetrics().horizontalAdvance(text) + 10
        box = QRectF(self.area.right() - width, self.area.top() - 4, width, 18)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(mix(self.theme.card, self.theme.field, 0.8)))
        self.painter.drawRoundedRect(box, 4, 4)
        self.painter.setPen(QColor(self.theme.text))
        self.painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _dot(self, step: float, color: QColor) -> float:
        rate = float(np.interp(step, self.steps, self.rates))
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(color)
        if np.isfinite(rate):
            self.painter.drawEllipse(QPointF(self.x(step), self.y(rate)), 2.5, 2.5)
        return rate


def thinned(steps: Floats, rates: Floats, buckets: int) -> tuple[Floats, Floats]:
    """At most `2 * buckets` points with the same outline: each bucket keeps its lowest and highest rate."""
    if steps.size <= 2 * buckets:
        return steps, rates
    edges = np.linspace(0, steps.size, buckets + 1).astype(int)
    keep: list[int] = []
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        part = rates[start:end]
        keep += sorted({start + int(part.argmin()), start + int(part.argmax())})
    return steps[keep], rates[keep]
