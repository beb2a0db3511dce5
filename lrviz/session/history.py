"""What a run recorded, by name; as a table; as a CSV file."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TextIO

import numpy as np
from numpy.typing import NDArray

from lrviz.experiment.files import writing
from lrviz.session.series import Floats, Series, SeriesView, Steps

TRAINING_LOSS = "training loss"
LEARNING_RATE = "learning rate"
TEST_LOSS = "test loss"

MOST_CELLS = 32768
LEAST_CELLS = 1024
NUMBERS = 2**18
"""Cells × channels of a full series: quantities of many channels are kept at a lower resolution."""


class Recorder:
    """The series of one run, by name; a series begins with the first sample of its name."""

    def __init__(self) -> None:
        self._series: dict[str, Series] = {}

    def append(self, name: str, steps: NDArray[np.integer[Any]], values: NDArray[np.floating[Any]]) -> None:
        """Record values (n, C) of the ascending steps (n,)."""
        series = self._series.get(name)
        if series is None:
            series = self._series[name] = Series(values.shape[1], _capacity(values.shape[1]))
        series.append(steps, values)

    def samples(self, name: str) -> int:
        """How many samples of that name there are."""
        return self._series[name].samples if name in self._series else 0

    def last_step(self, name: str) -> int:
        """The step of the newest sample of that name; −1 when there is none."""
        return self._series[name].view().latest()[0] if self.samples(name) else -1

    def views(self) -> dict[str, SeriesView]:
        """Everything up to now."""
        return {name: series.view() for name, series in self._series.items()}


@dataclass(frozen=True, eq=False)
class Table:
    """Recorded quantities as columns (the first is the step), NaN and not `known` where nothing was measured.

    steps: (n,) ascending. values, known: (n, len(columns) − 1).
    """

    columns: tuple[str, ...]
    steps: Steps
    values: Floats
    known: NDArray[np.bool_]


class Recorded(Protocol):
    """Something with a history: a core or a session."""

    def history(self) -> Table:
        """All it recorded."""


def samples(view: SeriesView) -> tuple[Steps, Floats]:
    """Steps (n,) and values (n, C) of a series: the last sample of each cell, the open one included."""
    if view.tail_step is None or view.tail_last is None:
        return view.steps, view.last
    return np.append(view.steps, view.tail_step), np.vstack([view.last, view.tail_last])


def table(series: Mapping[str, SeriesView]) -> Table:
    """All series beside each other: learning rate, training loss, and the others as they came."""
    return beside({name: samples(view) for name, view in series.items()})


def beside(quantities: Mapping[str, tuple[Steps, Floats]]) -> Table:
    """Steps (n,) and values (n, C) of quantities as one table; see `table`."""
    first = [name for name in (LEARNING_RATE, TRAINING_LOSS) if name in quantities]
    names = first + [name for name in quantities if name not in first]
    recorded = [quantities[name] for name in names]
    columns = ["step"]
    for name, (_, values) in zip(names, recorded, strict=True):
        columns += _titles("lr" if name == LEARNING_RATE else name, values.shape[1])
    steps = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(own for own, _ in recorded)]))
    cells = np.full((len(steps), len(columns) - 1), np.nan)
    known = np.zeros(cells.shape, dtype=np.bool_)
    start = 0
    for own, values in recorded:
        rows, stop = np.searchsorted(steps, own), start + values.shape[1]
        cells[rows, start:stop] = values
        known[rows, start:stop] = True
        start = stop
    return Table(tuple(columns), steps, cells, known)


def write_csv(path: Path, recorded: Recorded) -> None:
    """Write all that was recorded, one row a step, a cell empty where nothing was measured.

    Numbers read back exactly. Long runs have every second, fourth, ... step, as they were kept.
    Raises FileError; an existing file is kept whole when writing fails.
    """
    history = recorded.history()
    with writing(path) as file:
        csv.writer(file, lineterminator="\n").writerow(history.columns)
        write_rows(file, history)


def write_rows(file: TextIO, history: Table) -> None:
    """Write the rows of a table as CSV, without its columns' titles."""
    writer = csv.writer(file, lineterminator="\n")
    rows = zip(history.steps.tolist(), history.values.tolist(), history.known.tolist(), strict=True)
    for step, values, known in rows:
        cells = (repr(value) if there else "" for value, there in zip(values, known, strict=True))
        writer.writerow([step, *cells])


def _titles(name: str, channels: int) -> list[str]:
    return [name] if channels == 1 else [f"{name} {number}" for number in range(1, channels + 1)]


def _capacity(channels: int) -> int:
    return max(LEAST_CELLS, min(MOST_CELLS, NUMBERS // channels // 2 * 2))
