"""The learning rates of R runs, some steps ahead."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.block import Block
from lrviz.engine.schedules.base import Monitor, Planned, Reactive, Schedule, Times

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Rows = NDArray[np.intp] | slice


class Rates:
    """α(t) for R runs; runs with equal schedules are computed together."""

    def __init__(
        self, schedules: Sequence[Schedule], lr: Floats, steps: int, batch: int, examples: int
    ) -> None:
        self.lr = lr
        self.steps = steps
        self.batch = batch
        self.examples = examples
        self._ahead = np.empty((0, 1))
        groups: dict[Schedule, list[int]] = {}
        for row, schedule in enumerate(schedules):
            groups.setdefault(schedule, []).append(row)
        rows = [(schedule, _rows(members, len(lr))) for schedule, members in groups.items()]
        self.planned = [(s, members) for s, members in rows if isinstance(s, Planned)]
        self.cycling = [(s, members) for s, members in self.planned if s.moves_momentum]
        self.reactive = [(s, members) for s, members in rows if isinstance(s, Reactive)]

    @classmethod
    def of(cls, block: Block, rows: NDArray[np.intp]) -> Self:
        """The rates of some rows of a block, in that order."""
        examples = len(block.examples.train)
        batch = min(block.batch_size, examples)
        return cls([block.schedules[row] for row in rows], block.lr[rows], block.steps, batch, examples)

    def start(self) -> dict[str, Floats]:
        """The reactive schedules' first memory, (R,) arrays by name."""
        memory: dict[str, Floats] = {}
        for schedule, rows in self.reactive:
            for name, value in schedule.start().items():
                memory.setdefault(name, np.ones(len(self.lr)))[rows] = value
        return memory

    def fill(self, step: Integers, position: Integers, memory: dict[str, Floats], out: Floats) -> None:
        """out (K, R) ← the rates of the next K updates after `step` (R,) updates and `position` examples."""
        if len(out) > len(self._ahead):
            self._ahead = np.arange(len(out), dtype=np.float64)[:, None]
        ahead = self._ahead[: len(out)]
        for schedule, rows in self.planned:
            out[:, rows] = schedule.multiple_at(self._times(schedule, step, position, rows, ahead))
        for _, rows in self.reactive:
            out[:, rows] = memory["multiple"][rows]
        np.multiply(out, self.lr, out=out)

    def fill_momentum(self, step: Integers, position: Integers, out: Floats) -> None:
        """out (K, R) ← the momentum of those updates, NaN where no schedule moves it."""
        out[:] = np.nan
        ahead = self._ahead[: len(out)]
        for schedule, rows in self.cycling:
            out[:, rows] = schedule.momentum_at(self._times(schedule, step, position, rows, ahead))

    def _times(
        self, schedule: Planned, step: Integers, position: Integers, rows: Rows, ahead: Floats
    ) -> Times:
        """The times (K, n) of these runs' next updates, in the schedule's unit."""
        seen, lr = position[rows], self.lr[rows]

        def epochs() -> Floats:
            return (seen + ahead * self.batch) // self.examples

        if schedule.unit == "step":
            return Times(step[rows] + ahead, float(self.steps), lr, epochs)
        return Times(epochs(), self.planned_epochs(step[rows], seen), lr, epochs)

    def planned_epochs(self, step: Integers, position: Integers) -> Floats:
        """Epochs begun by the planned end, (n,), of runs that have seen `position` (n,) examples."""
        return planned_epochs(step, position, self.steps, self.batch, self.examples)

    def observe(self, memory: dict[str, Floats], losses: dict[str, Floats]) -> None:
        """Tell the reactive schedules the losses (R,) of a check, by monitor."""
        for schedule, rows in self.reactive:
            own = {name: memory[name][rows] for name in schedule.start()}
            schedule.observe(own, losses[schedule.monitor][rows], self.lr[rows])
            for name, values in own.items():
                memory[name][rows] = values


def planned_epochs(step: Integers, position: Integers, steps: int, batch: int, examples: int) -> Floats:
    """Epochs begun after `steps` steps, at least 1, if those after `step` have `batch` examples each.

    The earlier ones may have had others: together they have seen `position` examples.
    """
    begun = -(-(position + (steps - step) * batch) // examples)
    epochs: Floats = np.maximum(begun, 1).astype(np.float64)
    return epochs


def first_memory(block: Block) -> dict[str, Floats]:
    """What the reactive schedules know before their first check."""
    return Rates.of(block, np.arange(block.runs)).start()


def memory_after(old: Block, new: Block, memory: dict[str, Floats]) -> dict[str, Floats]:
    """What the reactive schedules of `new` know after those of `old`."""
    pairs = list(zip(old.schedules, new.schedules, strict=True))
    same = np.array([type(before) is type(after) for before, after in pairs])
    same_loss = same & [_watched(before) == _watched(after) for before, after in pairs]
    return {
        name: np.where(same if name == "multiple" else same_loss, memory.get(name, first), first)
        for name, first in first_memory(new).items()
    }


def _watched(schedule: Schedule) -> Monitor | None:
    return schedule.monitor if isinstance(schedule, Reactive) else None


def _rows(members: list[int], runs: int) -> Rows:
    """An index of these runs; a slice where it is all of them, which indexes without copying."""
    return slice(None) if len(members) == runs else np.array(members, dtype=np.intp)
