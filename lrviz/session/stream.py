"""Every number of a run, written while it trains; a recorder thins out what becomes long."""

import csv
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from lrviz.session.history import beside, write_rows
from lrviz.session.series import Floats, Steps


class Stream:
    """Listens to a core and writes what it recorded, as `write_csv` does for a run that is short.

    The columns are the quantities heard of before the first `write`.
    """

    def __init__(self) -> None:
        self._heard: dict[str, list[tuple[Steps, Floats]]] = {}
        self._begun = False

    def append(self, name: str, steps: NDArray[np.integer[Any]], values: NDArray[np.floating[Any]]) -> None:
        """Hear of values (n, C) of the ascending steps (n,)."""
        sample = steps.astype(np.int64), values.astype(np.float64)
        self._heard.setdefault(name, []).append(sample)

    def write(self, file: TextIO) -> None:
        """Write the steps since the last time, one row each; the first time, the columns' titles before."""
        table = beside({name: _joined(parts) for name, parts in self._heard.items()})
        if not self._begun:
            csv.writer(file, lineterminator="\n").writerow(table.columns)
            self._begun = True
        write_rows(file, table)
        # A quantity that is not measured for a while keeps its columns.
        self._heard = {name: [_none(parts[0])] for name, parts in self._heard.items()}


def _joined(parts: list[tuple[Steps, Floats]]) -> tuple[Steps, Floats]:
    steps, values = zip(*parts, strict=True)
    return np.concatenate(steps), np.concatenate(values)


def _none(part: tuple[Steps, Floats]) -> tuple[Steps, Floats]:
    steps, values = part
    return steps[:0], values[:0]
