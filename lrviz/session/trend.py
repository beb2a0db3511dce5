"""How a loss develops: medians, their noise, the best level, and since when it is flat."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lrviz.session.series import Floats, SeriesView, Steps

MOST_CELLS = 1024
"""Cells looked at; of a longer series, evenly spaced ones."""
FIRST = 10
"""Steps whose median loss is what a run began at."""
PARTS = 20
"""Parts of a run whose medians are its levels."""
LEAST_LOSS = 1e-12
MOST_LOSS = 1e30
STILL = 0.01
SMALL = 0.01
CLEAR = 0.02
"""The least fall, as a share, that counts as one."""
REST = 0.1
"""Share of the fall that may be left where a loss is called flat."""
EARLY = 0.4
"""Share of the fall that may come after the first half; of a steady fall it is two thirds."""


@dataclass(frozen=True, eq=False)
class Trend:
    """Medians of a loss: at the start, and over the last two fifths of its samples.

    steps, logs (n,): the samples looked at, as log(loss). noise: two standard errors of
    log(now) − log(before), from the scatter around the medians; start_noise: the same of
    log(now) − log(start). error: the same scatter of a single sample, of the calmer fifth.
    span: steps from one fifth to the next.
    """

    steps: Steps
    logs: Floats
    start: float
    before: float
    now: float
    noise: float
    start_noise: float
    error: float
    span: int

    @property
    def fall(self) -> float:
        """log(before / now): positive while it falls."""
        return math.log(self.before / self.now)

    @property
    def moves(self) -> bool:
        """Whether it falls by more than its noise."""
        return self.fall > self.noise

    @property
    def falls(self) -> bool:
        """Whether it falls by more than its noise and 1 %."""
        return self.moves and self.fall > -math.log(1.0 - STILL)

    @property
    def first(self) -> float:
        """The first loss."""
        return math.exp(float(self.logs[0]))

    @cached_property
    def levels(self) -> tuple[Steps, Floats]:
        """The last step and the median loss of each of about 20 equal parts."""
        size = max(1, len(self.logs) // PARTS)
        ends = self.steps[::-1][: len(self.logs) // size * size : size][::-1]
        return ends, np.exp(_medians(self.logs[len(self.logs) % size :], size))

    @property
    def best(self) -> tuple[int, float]:
        """The last step and the loss of the lowest level."""
        steps, levels = self.levels
        lowest = int(np.argmin(levels))
        return int(steps[lowest]), float(levels[lowest])

    @property
    def present(self) -> float:
        """The lower of the two newest levels."""
        return float(np.min(self.levels[1][-2:]))

    @property
    def falls_now(self) -> bool:
        """Whether the newest level is clearly below the one of two parts before."""
        levels = self.levels[1]
        return math.log(levels[-3] / levels[-1]) > CLEAR + self.level_noise

    @property
    def level_noise(self) -> float:
        """Two standard errors of the log of a level."""
        return 2.0 * self.error / math.sqrt(max(1, len(self.logs) // PARTS))

    def level_at(self, step: int) -> float:
        """The level of the part with that step."""
        steps, levels = self.levels
        return float(levels[min(int(np.searchsorted(steps, step)), len(levels) - 1)])

    def after(self, steps: int) -> float:
        """The loss that many steps from now at the present pace, if it moves; else the present one."""
        return self.now * math.exp(-self.fall * steps / self.span) if self.moves else self.now

    @cached_property
    def flat_since(self) -> int | None:
        """The step since which it is flat, when it fell clearly before; None when less than half is flat.

        Flat: medians differ from the present one by less than a tenth of the fall, or their noise.
        The first parts are divided ever further, until the fall is seen or the noise hides it.
        """
        now, drop = math.log(self.now), math.log(self.start / self.now)
        if self.falls or drop <= max(-math.log(1.0 - CLEAR), self.start_noise):
            return None
        logs, first, half = self.logs, 0, len(self.logs) // 2
        middle = logs[half // 5 : half]
        noise = 2.0 * self.error * math.sqrt(1.0 / len(middle) + 5.0 / len(logs))
        if abs(float(np.median(middle)) - now) + noise > EARLY * drop:
            return None
        while True:
            size = max(1, len(logs) // PARTS)
            tolerance = max(REST * drop, 3.0 * self.error / math.sqrt(size))
            apart = np.flatnonzero(np.abs(_medians(logs, size) - now) > tolerance)
            first = int(apart[-1] + 1) * size if len(apart) else first
            if size == 1 or (len(apart) and apart[-1] > 0):
                break
            logs = logs[: 2 * size]
        first = first or len(logs)
        return int(self.steps[first]) if first <= half else None


def trend_of(view: SeriesView) -> Trend:
    """The trend of a series of at least three cells."""
    stride = -(-len(view.steps) // MOST_CELLS)
    steps, logs = view.steps[::stride], np.log(bounded(view.last[::stride, 0]))
    fifth = max(1, len(logs) // 5)
    first = np.log(bounded(view.last[: min(FIRST, fifth), 0]))
    recent, earlier = logs[-fifth:], logs[-2 * fifth : -fifth]
    start, before, now = (float(np.median(part)) for part in (first, earlier, recent))
    # 1.4826 MAD estimates σ; the median of n scatters by 1.2533 σ/√n.
    error_now, error_before = (
        1.2533 * 1.4826 * float(np.median(np.abs(part - middle)))
        for part, middle in ((recent, now), (earlier, before))
    )
    return Trend(
        steps=steps,
        logs=logs,
        start=math.exp(start),
        before=math.exp(before),
        now=math.exp(now),
        noise=2.0 * math.hypot(error_now, error_before) / math.sqrt(fifth),
        start_noise=2.0 * error_now * math.sqrt(1.0 / fifth + 1.0 / len(first)),
        error=min(error_now, error_before),
        span=max(1, int(steps[-1] - steps[-1 - fifth])),
    )


def swing_of(view: SeriesView) -> float:
    """How far a series of at least five cells swings in the last fifth of its samples.

    The upper quartile of log(loss / lowest loss until then); 0 when it moves one way, or is below
    1 % of its first value.
    """
    count = min(MOST_CELLS, max(5, len(view.steps) // 5))
    low, high = (np.log(bounded(values[-count:, 0])) for values in (view.low, view.high))
    path = np.stack([low, high], axis=1).ravel()
    small = float(np.median(low)) < math.log(SMALL) + float(np.log(bounded(view.last[:1, 0]))[0])
    one_way = abs(path[-1] - path[0]) > 0.5 * float(np.sum(np.abs(np.diff(path))))
    return 0.0 if small or one_way else float(np.quantile(high - np.minimum.accumulate(low), 0.75))


def bounded(losses: Floats) -> Floats:
    """Losses with a finite logarithm; what is not finite counts as very large."""
    return np.clip(np.nan_to_num(losses, nan=MOST_LOSS, posinf=MOST_LOSS), LEAST_LOSS, MOST_LOSS)


def _medians(logs: Floats, size: int) -> Floats:
    """Medians of parts of that size; what is left at the end is left out."""
    count = len(logs) // size
    medians: Floats = np.median(logs[: count * size].reshape(count, size), axis=1)
    return medians
