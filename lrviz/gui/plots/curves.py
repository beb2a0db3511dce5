"""What a plot over steps shows: lines and bands from recorded series."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from lrviz.experiment.numbers import write
from lrviz.gui.painting import draw_lines, polygon
from lrviz.gui.plots.frame import Frame
from lrviz.gui.plots.reduction import Reduced, at_step, cell, reduced, smoothed
from lrviz.gui.theme import rgba
from lrviz.session.series import SeriesView

Floats = NDArray[np.float64]
Style = Literal["solid", "dashed", "dotted"]

DIGITS = 4
"""Significant digits of a read-out."""

_DASHES = {"dashed": (6.0, 3.0), "dotted": (1.5, 2.5)}
"""Pixels on, pixels off."""
_SMOOTHING = 0.01
_LEAST_WINDOW = 20.0
_DIPS = 0.02
_SPIKY = 25.0


@dataclass(frozen=True, eq=False)
class Shape:
    """A curve within the visible range: axis values (m,) at steps (m,), all finite.

    upper: the other edge of a band. low, high: what a range that follows the data has to show.
    """

    steps: Floats
    values: Floats
    upper: Floats | None
    low: float
    high: float

    def edges(self) -> list[Floats]:
        """The axis values that bound it."""
        return [self.values] if self.upper is None else [self.values, self.upper]


class Curve(Protocol):
    """Something drawn from a series, under a name."""

    @property
    def view(self) -> SeriesView:
        """Where its numbers come from."""

    @property
    def color(self) -> str:
        """As `#rrggbb`."""

    @property
    def legend(self) -> bool:
        """Whether the legend and the read-out name it."""

    @property
    def past(self) -> bool:
        """Whether it is of an earlier attempt."""

    def shape(self, start: float, stop: float, points: int, log: bool) -> Shape | None:
        """What it draws between two steps; None without a drawable value."""

    def paint(self, painter: QPainter, frame: Frame, shape: Shape) -> None:
        """Draw that."""

    def pen(self) -> QPen:
        """Its look in the legend."""

    def reading(self, step: float, shape: Shape, log: bool) -> tuple[int, str] | None:
        """The nearest recorded step and the values there, for the read-out."""


@dataclass(frozen=True, eq=False)
class Line:
    """One channel of a series.

    Where several samples share a pixel it spans their minimum and maximum. `smooth`: instead their
    centred moving average over about 1 % of the visible steps, and at least 20 steps; on a log axis that of
    the logarithms, as otherwise a loss that explodes would draw the line far above all that came before.
    `faint`: a backdrop whose lowest dips do not widen a log axis. `past`: of an earlier attempt.
    """

    view: SeriesView
    color: str
    width: float = 1.5
    style: Style = "solid"
    channel: int = 0
    opacity: float = 1.0
    smooth: bool = False
    faint: bool = False
    legend: bool = True
    past: bool = False

    def shape(self, start: float, stop: float, points: int, log: bool) -> Shape | None:
        """See `Curve`."""
        if self.smooth:
            window = max(_SMOOTHING * (stop - start), _LEAST_WINDOW) / 2
            part = reduced(self.view, self.channel, start - 5 * window, stop + 5 * window, points)
            steps, values = part.steps, smoothed(part.steps, axis_values(part.mean, log), window)
        else:
            part = reduced(self.view, self.channel, start, stop, points)
            steps, values = part.steps, part.last
            if not part.exact:
                steps, values = _spans(part)
            values = axis_values(values, log)
        finite = np.isfinite(values)
        if not finite.all():
            steps, values = steps[finite], values[finite]
        if len(values) == 0:
            return None
        dips = int(_DIPS * len(values)) if self.faint and log else 0
        low = float(np.partition(values, dips)[dips] if dips else values.min())
        return Shape(steps, values, None, low, float(values.max()))

    def paint(self, painter: QPainter, frame: Frame, shape: Shape) -> None:
        """See `Curve`."""
        x, y = frame.x(shape.steps), frame.y(shape.values)
        if len(x) == 1:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(rgba(self.color, self.opacity))
            painter.drawEllipse(QPointF(x[0], y[0]), 1.5, 1.5)
            return
        painter.setPen(QPen(rgba(self.color, self.opacity), self.width))
        if self.style in _DASHES:
            draw_dashes(painter, x, y, *_DASHES[self.style])
            return
        # Where a curve is all spikes, lines without antialiasing look the same and take a fifth of the time.
        spiky = np.abs(np.diff(y)).sum() > _SPIKY * (x[-1] - x[0])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not spiky)
        draw_lines(painter, np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def pen(self) -> QPen:
        """See `Curve`."""
        pen = QPen(rgba(self.color, self.opacity), self.width)
        if self.style in _DASHES:
            on, off = _DASHES[self.style]
            pen.setDashPattern([on / self.width, off / self.width])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen

    def reading(self, step: float, shape: Shape, log: bool) -> tuple[int, str] | None:
        """See `Curve`."""
        if self.smooth:
            index = int(np.argmin(np.abs(shape.steps - step)))
            value = shape.values[index]
            return int(shape.steps[index]), write(float(10.0**value if log else value), DIGITS)
        index_of_cell = at_step(self.view, step)
        if index_of_cell is None:
            return None
        at, low, high, last = cell(self.view, index_of_cell, self.channel)
        text = write(last, DIGITS)
        if low != high and not np.isnan(low):
            text += f"  ({write(low, 3)} to {write(high, 3)})"
        return at, text


@dataclass(frozen=True, eq=False)
class Band:
    """The area between two channels of a series."""

    view: SeriesView
    color: str
    lower: int
    upper: int
    opacity: float = 0.2
    legend: bool = False
    past: bool = False

    def shape(self, start: float, stop: float, points: int, log: bool) -> Shape | None:
        """See `Curve`."""
        below = reduced(self.view, self.lower, start, stop, points)
        above = reduced(self.view, self.upper, start, stop, points)
        lower, upper = axis_values(below.last, log), axis_values(above.last, log)
        finite = np.isfinite(lower) & np.isfinite(upper)
        if not finite.any():
            return None
        steps, lower, upper = below.steps[finite], lower[finite], upper[finite]
        return Shape(steps, lower, upper, float(lower.min()), float(upper.max()))

    def paint(self, painter: QPainter, frame: Frame, shape: Shape) -> None:
        """See `Curve`."""
        assert shape.upper is not None
        x = frame.x(np.concatenate([shape.steps, shape.steps[::-1]]))
        y = frame.y(np.concatenate([shape.upper, shape.values[::-1]]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(rgba(self.color, self.opacity))
        # Translucent edges need no antialiasing, which takes twice the time.
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawPolygon(polygon(x, y))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def pen(self) -> QPen:
        """See `Curve`."""
        return QPen(rgba(self.color, min(1.0, 2 * self.opacity)), 7)

    def reading(self, step: float, shape: Shape, log: bool) -> tuple[int, str] | None:  # noqa: ARG002 - the hook's
        """See `Curve`."""
        index = at_step(self.view, step)
        if index is None:
            return None
        at, _, _, low = cell(self.view, index, self.lower)
        _, _, _, high = cell(self.view, index, self.upper)
        return at, f"{write(low, 3)} to {write(high, 3)}"


def _spans(part: Reduced) -> tuple[Floats, Floats]:
    """Two points for each of m: its minimum and maximum, the one nearer to its last value second.

    In this order, and half a point apart, a rising or falling curve is no staircase.
    """
    rising = np.abs(part.high - part.last) <= np.abs(part.last - part.low)
    steps = np.repeat(part.steps, 2)
    steps[2::2] = (part.steps[:-1] + part.steps[1:]) / 2
    values = np.empty(len(steps))
    values[0::2] = np.where(rising, part.low, part.high)
    values[1::2] = np.where(rising, part.high, part.low)
    return steps, values


def axis_values(values: Floats, log: bool) -> Floats:
    """Values as an axis places them: on a log axis exponents.

    Zero and less come to lie at the smallest positive value; NaN everywhere when there is none.
    """
    if not log:
        return values
    positive = values[(values > 0) & np.isfinite(values)]
    if len(positive) == 0:
        return np.full(len(values), np.nan)
    exponents: Floats = np.log10(np.maximum(values, positive.min()))
    return exponents


def draw_dashes(painter: QPainter, x: Floats, y: Floats, on: float, off: float) -> None:
    """A dashed polyline (m,), measured along it; Qt's own dashes take 30 ms on a noisy curve."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    ends = np.arange(0.0, length[-1], on + off)
    cuts = np.sort(np.concatenate([length, ends, np.minimum(ends + on, length[-1])]))
    drawn = (cuts[:-1] + cuts[1:]) / 2 % (on + off) < on
    xs, ys = np.interp(cuts, length, x), np.interp(cuts, length, y)
    draw_lines(painter, np.stack([xs[:-1], ys[:-1], xs[1:], ys[1:]], axis=1)[drawn])
