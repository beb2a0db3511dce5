"""What training leaves behind: losses, rates, and what was measured on the way."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Records:
    """What a stretch of n steps produced.

    steps: (n,), counted from 1. loss: (n, R), of each step's batch before its update. lr: (n, R).
    Both are NaN where a run had already ended. measured: by name, the steps (m,) and values (m, R, C)
    of "test loss", "test score", "validation loss", "validation score" and the probes.
    """

    steps: Integers
    loss: Floats
    lr: Floats
    measured: dict[str, tuple[Integers, Floats]]


class Measurement(NamedTuple):
    """One quantity at one step: the runs it was measured in (n,), and their values (n, C)."""

    name: str
    step: int
    rows: NDArray[np.intp]
    values: Floats


def collect(measured: list[Measurement], runs: int) -> dict[str, tuple[Integers, Floats]]:
    """Measurements of some rows each as arrays over all R runs; NaN for runs that had ended."""
    collected: dict[str, tuple[list[int], list[Floats]]] = {}
    for name, step, rows, values in measured:
        steps, tables = collected.setdefault(name, ([], []))
        full = np.full((runs, values.shape[1]), np.nan)
        full[rows] = values
        steps.append(step)
        tables.append(full)
    return {name: (np.array(steps), np.stack(tables)) for name, (steps, tables) in collected.items()}
