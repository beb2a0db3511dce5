"""A recorded quantity over steps, in bounded memory and without losing a spike."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]

_FIRST_ALLOCATION = 256
_LOW, _HIGH, _LAST = range(3)


@dataclass(frozen=True, eq=False)
class SeriesView:
    """What a series held at one moment; it never changes afterwards, and shares the series' memory.

    steps (n,): the step of each cell's last sample. low, high, last (n, C): smallest, largest and last
    sample of each cell, NaN only where all of a cell's samples are. tail_*: the same for the open cell
    behind them, None when it is empty. samples: how many were recorded. per_cell: samples in a full cell.
    """

    steps: Steps
    low: Floats
    high: Floats
    last: Floats
    tail_step: int | None
    tail_low: Floats | None
    tail_high: Floats | None
    tail_last: Floats | None
    samples: int
    per_cell: int

    def __len__(self) -> int:
        """Cells, the open one included."""
        return len(self.steps) + (self.tail_step is not None)

    def latest(self) -> tuple[int, Floats]:
        """Step and values (C,) of the newest sample; IndexError when there is none."""
        if self.tail_step is not None and self.tail_last is not None:
            return self.tail_step, self.tail_last
        if len(self.steps) == 0:
            raise IndexError("The series is empty; ask for its latest sample after the first one.")
        return int(self.steps[-1]), self.last[-1]


class Series:
    """An append-only recorder of `channels` values a step, in at most `capacity` cells.

    A cell keeps minimum, maximum and last value of `per_cell` samples. A full series halves its
    resolution into a new array, so a published cell is never rewritten and views need no copy.
    """

    def __init__(self, channels: int, capacity: int = 32768) -> None:
        """Raises ValueError for less than one channel, or a capacity that is odd or less than 2."""
        if channels < 1:
            raise ValueError(f"channels is {channels}; a series needs at least 1.")
        if capacity < 2 or capacity % 2:
            raise ValueError(f"capacity is {capacity}; it must be even and at least 2, cells merge in pairs.")
        self.channels = channels
        self.capacity = capacity
        self.per_cell = 1
        self.samples = 0
        self._size = 0
        self._allocate(min(_FIRST_ALLOCATION, capacity))
        self._open = np.empty((3, channels))
        self._open_count = 0
        self._open_step = 0

    @property
    def bytes(self) -> int:
        """Memory its cells take."""
        return self._steps.nbytes + self._cells.nbytes

    def append(self, steps: NDArray[np.integer[Any]], values: NDArray[np.floating[Any]]) -> None:
        """Record values (n, C) of the ascending steps (n,)."""
        position, stop = 0, len(steps)
        while position < stop:
            if self._size == len(self._steps):
                self._make_room()
            if self._open_count or stop - position < self.per_cell:
                taken = self._extend_open(steps[position:], values[position:])
            else:
                taken = self._publish_whole(steps[position:], values[position:])
            position += taken
        self.samples += stop

    def view(self) -> SeriesView:
        """Everything up to now."""
        size = self._size
        low, high, last = self._public_cells[:, :size]
        tail_step: int | None = None
        tail_low = tail_high = tail_last = None
        if self._open_count:
            tail = self._open.copy()
            tail.flags.writeable = False
            tail_step, (tail_low, tail_high, tail_last) = self._open_step, tail
        return SeriesView(
            steps=self._public_steps[:size],
            low=low,
            high=high,
            last=last,
            tail_step=tail_step,
            tail_low=tail_low,
            tail_high=tail_high,
            tail_last=tail_last,
            samples=self.samples,
            per_cell=self.per_cell,
        )

    def _extend_open(self, steps: NDArray[np.integer[Any]], values: NDArray[np.floating[Any]]) -> int:
        """Put as many samples as fit into the open cell, publish it when full; how many were taken."""
        taken = min(len(steps), self.per_cell - self._open_count)
        chunk = values[:taken]
        cell = self._open
        if self._open_count == 0:
            np.fmin.reduce(chunk, axis=0, out=cell[_LOW])
            np.fmax.reduce(chunk, axis=0, out=cell[_HIGH])
        else:
            np.fmin(cell[_LOW], np.fmin.reduce(chunk, axis=0), out=cell[_LOW])
            np.fmax(cell[_HIGH], np.fmax.reduce(chunk, axis=0), out=cell[_HIGH])
        cell[_LAST] = chunk[-1]
        self._open_step = int(steps[taken - 1])
        self._open_count += taken
        if self._open_count == self.per_cell:
            self._cells[:, self._size] = cell
            self._steps[self._size] = self._open_step
            self._size += 1
            self._open_count = 0
        return taken

    def _publish_whole(self, steps: NDArray[np.integer[Any]], values: NDArray[np.floating[Any]]) -> int:
        """Publish the whole cells these samples fill, as far as there is room; how many were taken."""
        start, width = self._size, self.per_cell
        count = min(len(steps) // width, len(self._steps) - start)
        stop, taken = start + count, count * width
        if width == 1:
            self._cells[:, start:stop] = values[:taken]
        else:
            grouped = values[:taken].reshape(count, width, self.channels)
            np.fmin.reduce(grouped, axis=1, out=self._cells[_LOW, start:stop])
            np.fmax.reduce(grouped, axis=1, out=self._cells[_HIGH, start:stop])
            self._cells[_LAST, start:stop] = grouped[:, -1]
        self._steps[start:stop] = steps[width - 1 : taken : width]
        self._size = stop
        return taken

    def _make_room(self) -> None:
        """Move to a larger array or, at full capacity, to one cell for every two."""
        steps, cells, size = self._steps, self._cells, self._size
        if size < self.capacity:
            self._allocate(min(2 * size, self.capacity))
            self._steps[:size] = steps
            self._cells[:, :size] = cells
            return
        half = size // 2
        self._allocate(self.capacity)
        self._steps[:half] = steps[1::2]
        np.fmin(cells[_LOW, 0::2], cells[_LOW, 1::2], out=self._cells[_LOW, :half])
        np.fmax(cells[_HIGH, 0::2], cells[_HIGH, 1::2], out=self._cells[_HIGH, :half])
        self._cells[_LAST, :half] = cells[_LAST, 1::2]
        self._size = half
        self.per_cell *= 2

    def _allocate(self, cells: int) -> None:
        self._steps = np.empty(cells, dtype=np.int64)
        self._cells = np.empty((3, cells, self.channels))
        # Slices of a read-only view are read-only themselves, which makes `view` cheap.
        self._public_steps = self._steps.view()
        self._public_steps.flags.writeable = False
        self._public_cells = self._cells.view()
        self._public_cells.flags.writeable = False
