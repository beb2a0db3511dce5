"""A series reduced to what a plot's pixels can show, from its cells of minimum, maximum and last value."""

import math
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lrviz.session.series import SeriesView

Floats = NDArray[np.float64]

_reductions: "WeakKeyDictionary[SeriesView, dict[tuple[int, int, int, int], Reduced]]" = WeakKeyDictionary()
"""What was reduced already: two curves of one panel may show the same numbers."""


@dataclass(frozen=True, eq=False)
class Reduced:
    """m points of one channel; arrays (m,) in step order.

    steps: of each point's last sample. low, high, last: over the point's samples. mean: of the last
    values of the cells behind a point. exact: every point is a single sample.
    """

    steps: Floats
    low: Floats
    high: Floats
    last: Floats
    mean: Floats
    exact: bool


def visible_cells(view: SeriesView, start: float, stop: float) -> tuple[int, int]:
    """The published cells between two steps and one more on either side, as indices."""
    first = int(np.searchsorted(view.steps, start)) - 1
    last = int(np.searchsorted(view.steps, stop, side="right")) + 1
    return max(first, 0), min(last, len(view.steps))


def reduced(view: SeriesView, channel: int, start: float, stop: float, points: int) -> Reduced:
    """The samples between two steps in about `points` points; no minimum or maximum is lost.

    Points are aligned to the series' first cell, so that they stay put while the series grows.
    """
    first, last = visible_cells(view, start, stop)
    width = max(1, math.ceil((last - first) / max(points, 1)))
    kept = _reductions.setdefault(view, {})
    key = (channel, first - first % width, last, width)
    if key not in kept:
        kept[key] = _reduced(view, *key)
    return kept[key]


def _reduced(view: SeriesView, channel: int, first: int, last: int, width: int) -> Reduced:
    whole = first + (last - first) // width * width
    steps = view.steps[first + width - 1 : whole : width].astype(np.float64)
    low, high = view.low[first:whole, channel], view.high[first:whole, channel]
    ends = mean = view.last[first:whole, channel]
    if width > 1:
        low = np.fmin.reduce(low.reshape(-1, width), axis=1)
        high = np.fmax.reduce(high.reshape(-1, width), axis=1)
        mean = _mean(ends.reshape(-1, width))
        ends = ends[width - 1 :: width]
    columns = [steps, low, high, ends, mean]
    if whole < last:
        lows, highs, lasts = (array[whole:last, channel] for array in (view.low, view.high, view.last))
        rest = (view.steps[last - 1], np.fmin.reduce(lows), np.fmax.reduce(highs), lasts[-1], _mean(lasts))
        columns = [np.append(column, value) for column, value in zip(columns, rest, strict=True)]
    if last == len(view.steps) and view.tail_step is not None:
        step, tail_low, tail_high, newest = cell(view, -1, channel)
        tail = (step, tail_low, tail_high, newest, newest)
        columns = [np.append(column, value) for column, value in zip(columns, tail, strict=True)]
    steps, low, high, ends, mean = columns
    return Reduced(steps, low, high, ends, mean, exact=width == 1 and view.per_cell == 1)


def _mean(values: Floats) -> Floats:
    # Huge losses of a diverging run may add up to infinity; the curve drops such a point.
    with np.errstate(over="ignore", invalid="ignore"):
        mean: Floats = np.add.reduce(values, axis=-1) / values.shape[-1]
    return mean


def smoothed(steps: Floats, values: Floats, window: float) -> Floats:
    """A centred moving average with weights exp(-distance / window), without values that are not finite.

    Centred, as an average of the past alone lags visibly where a loss falls steeply. Near both ends it is
    the average of what there is.
    """
    if len(steps) < 3:
        return values
    spacing = max((steps[-1] - steps[0]) / (len(steps) - 1), 1e-9)
    reach = min(len(steps) - 1, math.ceil(5 * window / spacing))
    weights = np.exp(-np.abs(np.arange(-reach, reach + 1)) * spacing / window)
    finite = np.isfinite(values)
    inside = slice(reach, reach + len(values))
    total = np.convolve(finite, weights)[inside]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        average: Floats = np.convolve(np.where(finite, values, 0.0), weights)[inside] / total
    return average


def at_step(view: SeriesView, step: float) -> int | None:
    """The index of the cell nearest to a step, -1 for the open one, None without samples."""
    if len(view) == 0:
        return None
    ends = view.steps
    index = int(np.searchsorted(ends, step))
    if index == len(ends):
        nearer_tail = view.tail_step is not None and (
            index == 0 or abs(view.tail_step - step) <= abs(int(ends[-1]) - step)
        )
        return -1 if nearer_tail else index - 1
    if index > 0 and step - ends[index - 1] < ends[index] - step:
        return index - 1
    return index


def cell(view: SeriesView, index: int, channel: int) -> tuple[int, float, float, float]:
    """Step, low, high and last of one cell; -1 is the open one.

    Raises IndexError for the open cell of a series that has none.
    """
    if index >= 0:
        low, high, last = view.low[index], view.high[index], view.last[index]
        step = int(view.steps[index])
    elif view.tail_step is None or view.tail_low is None or view.tail_high is None or view.tail_last is None:
        raise IndexError("The series has no open cell; its last cell is full.")
    else:
        step, low, high, last = view.tail_step, view.tail_low, view.tail_high, view.tail_last
    return step, float(low[channel]), float(high[channel]), float(last[channel])
