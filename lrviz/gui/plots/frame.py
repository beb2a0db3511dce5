"""Where a plot looks: the visible range, its size in pixels, and the way from one to the other."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lrviz.gui.plots.ticks import spacing

Floats = NDArray[np.float64]

_FAR = 1e5
"""Pixels beyond which a point is out of sight anyhow; keeps Qt's arithmetic exact."""


@dataclass(frozen=True)
class Frame:
    """Visible steps left..right and axis values bottom..top (exponents on a log axis), on width × height."""

    left: float
    right: float
    bottom: float
    top: float
    width: float
    height: float
    log: bool

    def x(self, steps: Floats) -> Floats:
        """Pixels from the left."""
        return _pixels(steps - self.left, self.width / (self.right - self.left))

    def y(self, values: Floats) -> Floats:
        """Pixels from the top, of axis values."""
        return _pixels(self.top - values, self.height / (self.top - self.bottom))

    def step_at(self, x: float) -> float:
        """The step under a pixel."""
        return self.left + x * (self.right - self.left) / self.width

    def x_at(self, step: float) -> float:
        """The pixel of a step."""
        return (step - self.left) * self.width / (self.right - self.left)

    def y_at(self, value: float) -> float:
        """The pixel of an axis value."""
        return (self.top - value) * self.height / (self.top - self.bottom)


def _pixels(distances: Floats, scale: float) -> Floats:
    # An overflow is far out of sight, too.
    with np.errstate(over="ignore"):
        pixels = distances * scale
    return np.clip(pixels, -_FAR, _FAR, out=pixels)


def rounded_steps(last: float) -> tuple[float, float]:
    """A range for steps 0..last with a margin; its end moves in jumps, so that axes rest in between."""
    last = max(last, 10.0)
    quantum = 10.0 ** math.floor(math.log10(last)) / 20
    stop = math.ceil(last * 1.02 / quantum) * quantum
    return -0.025 * stop, stop


def rounded_values(low: float, high: float, log: bool) -> tuple[float, float]:
    """A range around low..high in axis units with a margin, rounded outwards."""
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-300):
        margin = 0.5 if log else max(abs(high) * 0.1, 1e-12)
        return low - margin, high + margin
    span = high - low
    if log and span < 0.2:
        low, high, span = low - 0.1, high + 0.1, span + 0.2
    quantum = spacing(span, 20)
    margin = 0.03 * span
    return math.floor((low - margin) / quantum) * quantum, math.ceil((high + margin) / quantum) * quantum
