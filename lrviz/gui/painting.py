"""What panels that paint themselves share: axes, images from numbers, class colours, read-outs."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, cast

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPolygonF
from shiboken6 import Shiboken

from lrviz.experiment.numbers import ticks, write
from lrviz.gui.theme import Theme, diverging_lookup, mix, on_accent, rgba

Pixels = NDArray[np.uint32]
Floats = NDArray[np.floating[Any]]

TICK_PIXELS = 11
"""Size of numbers on axes, and of the text in a read-out."""

_GAP = 6.0
_ENOUGH_CONTRAST = 3.5
_PER_TICK_X, _PER_TICK_Y = 52.0, 38.0


@dataclass(frozen=True)
class Axes:
    """A rectangle on the screen that shows x and y between these bounds, y upwards."""

    rect: QRectF
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> QPointF:
        """Where a point is on the screen."""
        (left, right), (low, high) = self.x, self.y
        return QPointF(
            self.rect.left() + (x - left) / (right - left) * self.rect.width(),
            self.rect.bottom() - (y - low) / (high - low) * self.rect.height(),
        )

    def value(self, at: QPointF) -> tuple[float, float]:
        """x and y under a point of the screen."""
        (left, right), (low, high) = self.x, self.y
        return (
            left + (at.x() - self.rect.left()) / self.rect.width() * (right - left),
            low + (self.rect.bottom() - at.y()) / self.rect.height() * (high - low),
        )

    def paint(self, painter: QPainter, theme: Theme, x_label: str, y_label: str) -> None:
        """The two axis lines with ticks, their numbers and their names."""
        painter.save()
        painter.setFont(sized(painter.font(), TICK_PIXELS))
        metrics = QFontMetricsF(painter.font())
        rect = self.rect
        painter.setPen(QPen(QColor(theme.line), 1.0))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.drawLine(rect.bottomLeft(), rect.topLeft())
        painter.setPen(QColor(theme.muted))
        height = metrics.height()
        for value in _marks(self.x, rect.width() / _PER_TICK_X):
            box = QRectF(self.at(value, self.y[0]).x() - 40, rect.bottom() + 3, 80, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, write(value))
        widest = 0.0
        for value in _marks(self.y, rect.height() / _PER_TICK_Y):
            text = write(value)
            widest = max(widest, metrics.horizontalAdvance(text))
            box = QRectF(0, self.at(self.x[0], value).y() - height / 2, rect.left() - _GAP, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        below = QRectF(rect.left(), rect.bottom() + 3 + height, rect.width(), height + 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, x_label)
        painter.translate(rect.left() - _GAP - widest - 3 - height / 2, rect.center().y())
        painter.rotate(-90)
        along = QRectF(-rect.height() / 2, -height / 2, rect.height(), height)
        painter.drawText(along, Qt.AlignmentFlag.AlignCenter, y_label)
        painter.restore()


def fitted(
    area: QRectF, font: QFont, x: tuple[float, float], y: tuple[float, float], *, square: bool = False
) -> Axes:
    """Axes within an area, with room for their numbers and names; `square`: centred, as wide as high."""
    metrics = QFontMetricsF(sized(font, TICK_PIXELS))
    height = metrics.height()
    below, above = 2 * height + 5, height / 2
    rows = (area.height() - below - above) / _PER_TICK_Y
    numbers = max((metrics.horizontalAdvance(write(value)) for value in _marks(y, rows)), default=0.0)
    left, right = numbers + height + _GAP + 4, 12.0
    rect = area.adjusted(left, above, -right, -below)
    if square:
        side = min(rect.width(), rect.height())
        # The middle of the picture with its labels, not of the picture alone, is the area's middle.
        rect = QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side)
    return Axes(rect, x, y)


def sized(font: QFont, pixels: int) -> QFont:
    """The same font in another size."""
    result = QFont(font)
    result.setPixelSize(pixels)
    return result


@cache
def diverging(theme: Theme, strength: float = 1.0) -> Pixels:
    """(256,) packed colours, orange over the card's colour to blue; `strength` < 1 pales the ends."""
    table = diverging_lookup(theme)[:, :3].astype(np.float64)
    return _packed_rgb(np.array(_channels(theme.card)) * (1 - strength) + table * strength)


def diverging_pixels(values: Floats, lookup: Pixels) -> Pixels:
    """Values from −1 (orange) to 1 (blue), of any shape and finite, as packed colours."""
    pixels: Pixels = lookup[np.clip(values * 127.5 + 127.5, 0, 255).astype(np.uint8)]
    return pixels


def blended(weights: Floats, colors: list[str], ground: str) -> Pixels:
    """Packed colours: each of (N, C) weights is the class's share of a colour, the rest is the ground."""
    table = np.array([_channels(color) for color in colors])
    ground_rgb = np.array(_channels(ground))
    return _packed_rgb(ground_rgb + weights @ (table - ground_rgb))


def shaded(shares: Floats, ground: str, ink: str) -> Pixels:
    """Packed colours of shares of any shape, from 0 (ground) to 1 (ink)."""
    low, high = np.array(_channels(ground)), np.array(_channels(ink))
    return _packed_rgb(low + shares[..., None] * (high - low))


def image(pixels: Pixels) -> QImage:
    """Packed colours (rows, columns), the top row first, as a picture of its own memory."""
    rows, columns = pixels.shape
    data = np.ascontiguousarray(pixels)
    return QImage(data.data, columns, rows, 4 * columns, QImage.Format.Format_RGB32).copy()


def draw_lines(painter: QPainter, ends: Floats) -> None:
    """Straight lines (m, 4) from x, y to x, y; joined ones 2 px wide cost Qt many times as much."""
    if len(ends) == 0:
        return
    lines = np.ascontiguousarray(ends, dtype=np.float64)
    # Qt reads the array in place; a list of a QLineF each would take longer than drawing them.
    painter.drawLines(cast(QLineF, Shiboken.wrapInstance(lines.ctypes.data, QLineF)), len(lines))


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Points (m,) as Qt has them, without an object for each."""
    points: QPolygonF = pg.functions.arrayToQPolygonF(x, y)
    return points


def class_colors(theme: Theme, count: int) -> list[str]:
    """A colour for each class; two classes take the diverging scale's orange (0) and blue (1).

    More take Okabe & Ito's colours for all kinds of vision ("Color universal design", 2008), then
    paler ones of the same; the learning rate's amber is left out.
    """
    if count <= 2:
        return [theme.orange, theme.blue][:count]
    first = [theme.blue, theme.orange, theme.pink, "#009e73", "#8a6fd1", "#56c8e9", "#b8a400"]
    paler = [mix(color, theme.text, 0.45) for color in first]
    return [(first + paler)[number % (2 * len(first))] for number in range(count)]


def packed(color: str) -> np.uint32:
    """One colour as a pixel."""
    return np.uint32(QColor(color).rgba())


@lru_cache(maxsize=1024)
def readable(ground: str, theme: Theme) -> str:
    """The colour of text on this ground: as on accents where that can be read well, else as elsewhere."""
    ink = on_accent(theme)
    darker, lighter = sorted((_luminance(ground), _luminance(ink)))
    return ink if (lighter + 0.05) / (darker + 0.05) >= _ENOUGH_CONTRAST else theme.text


def sentence(painter: QPainter, area: QRectF, text: str, theme: Theme) -> None:
    """A muted sentence in the middle of an area, for states without a picture."""
    painter.setPen(QColor(theme.muted))
    inner = area.adjusted(12, 0, -12, 0)
    painter.drawText(inner, int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap), text)


def notice(painter: QPainter, area: QRectF, text: str, theme: Theme) -> None:
    """A muted sentence over the middle of a picture."""
    painter.setFont(sized(painter.font(), TICK_PIXELS + 1))
    metrics = QFontMetricsF(painter.font())
    inner = area.adjusted(16, 0, -16, 0)
    flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
    box = metrics.boundingRect(inner, flags, text).adjusted(-10, -6, 10, 6)
    painter.setPen(QPen(QColor(theme.line), 1.0))
    painter.setBrush(rgba(theme.card, 0.92))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(QColor(theme.muted))
    painter.drawText(box, flags, text)


def read_out(painter: QPainter, area: QRectF, at: QPointF, text: str, theme: Theme) -> None:
    """A small box beside the pointer, kept within the area."""
    painter.setFont(sized(painter.font(), TICK_PIXELS))
    metrics = QFontMetricsF(painter.font())
    box = metrics.boundingRect(QRectF(0, 0, area.width(), area.height()), 0, text).adjusted(-7, -4, 7, 4)
    box.moveTo(at.x() + 12, at.y() - box.height() - 6)
    if box.right() > area.right():
        box.moveRight(max(at.x() - 12, area.left() + box.width()))
    box.moveTop(min(max(box.top(), area.top()), area.bottom() - box.height()))
    painter.setPen(QPen(QColor(mix(theme.line, theme.muted, 0.5)), 1.0))
    painter.setBrush(rgba(theme.field, 0.95))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor(theme.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _marks(bounds: tuple[float, float], most: float) -> list[float]:
    """Round numbers for an axis, about as many as there is room for, and two at least."""
    # Any range holds two multiples of the right step long before there are eight of them.
    choices = (ticks(*bounds, number) for number in range(max(2, int(most)), max(2, int(most)) + 8))
    return next((marks for marks in choices if len(marks) > 1), [])


def _luminance(color: str) -> float:
    """WCAG 2.1's relative luminance, 0 to 1."""
    shares = np.array(_channels(color)) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def _channels(color: str) -> tuple[int, int, int]:
    value = QColor(color)
    return value.red(), value.green(), value.blue()


def _packed_rgb(rgb: NDArray[np.float64]) -> Pixels:
    """Channels (..., 3) from 0 to 255 as 0xffrrggbb."""
    red, green, blue = np.moveaxis(np.rint(rgb).clip(0, 255).astype(np.uint32), -1, 0)
    pixels: Pixels = np.uint32(0xFF000000) | red << 16 | green << 8 | blue
    return pixels
