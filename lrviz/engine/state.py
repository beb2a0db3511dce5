"""Everything a step changes, as one object of arrays that lead with the run axis."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass
class State:
    """The state of R runs; forks, checkpoints and blocks are all this.

    params, best_params: (R, P). slots: the optimizer's (R, P) arrays by name.
    step: updates done, (R,). updates: updates since the optimizer's slots were fresh, (R,).
    position: examples seen, (R,). memory: the reactive schedules' (R,) arrays by name.
    best, best_step: the lowest monitored loss (inf before the first check) and its step, (R,).
    reference: the monitored loss that early stopping wants improved, (R,). waited: checks since it was set
    that were counted, (R,). loss_sum, loss_count: of the batch losses since the last check, (R,).
    diverged_at: the first step that was not finite, 0 for none, (R,). stopped_early: (R,).
    buffers, best_buffers: what norms track, (R, units) by name, and what that was with `best_params`.
    """

    params: Array
    slots: dict[str, Array]
    step: Integers
    updates: Integers
    position: Integers
    memory: dict[str, Floats]
    best: Floats
    best_step: Integers
    best_params: Array
    reference: Floats
    waited: Integers
    loss_sum: Floats
    loss_count: Integers
    diverged_at: Integers
    stopped_early: Flags
    buffers: dict[str, Array] = field(default_factory=dict)
    best_buffers: dict[str, Array] = field(default_factory=dict)

    @classmethod
    def first(
        cls,
        params: Array,
        slots: dict[str, Array],
        memory: dict[str, Floats],
        buffers: dict[str, Array] | None = None,
    ) -> Self:
        """The state before the first step, of runs that begin at `params` (R, P)."""
        runs, tracked = len(params), buffers or {}

        def zeros() -> Integers:
            return np.zeros(runs, dtype=np.int64)

        return cls(
            params=params,
            slots=slots,
            step=zeros(),
            updates=zeros(),
            position=zeros(),
            memory=memory,
            best=np.full(runs, np.inf),
            best_step=zeros(),
            best_params=params.copy(),
            reference=np.full(runs, np.inf),
            waited=zeros(),
            loss_sum=np.zeros(runs),
            loss_count=zeros(),
            diverged_at=zeros(),
            stopped_early=np.zeros(runs, dtype=np.bool_),
            buffers=tracked,
            best_buffers={name: buffer.copy() for name, buffer in tracked.items()},
        )

    @property
    def runs(self) -> int:
        """R."""
        return len(self.params)

    def take(self, rows: Sequence[int] | NDArray[np.intp]) -> Self:
        """A copy of some rows, in that order."""
        index = np.asarray(rows, dtype=np.intp)
        values: dict[str, Any] = {}
        for name, value in self._arrays():
            values[name] = (
                {k: v[index] for k, v in value.items()} if isinstance(value, dict) else value[index]
            )
        return type(self)(**values)

    def put(self, rows: NDArray[np.intp], other: Self) -> None:
        """Overwrite rows with those of `other`, in place."""
        for (_, mine), (_, theirs) in zip(self._arrays(), other._arrays(), strict=True):
            if isinstance(mine, dict):
                for key, value in mine.items():
                    value[rows] = theirs[key]
            else:
                mine[rows] = theirs

    def copy_from(self, other: Self) -> None:
        """Overwrite everything with `other`'s values, in place and without allocating."""
        for (_, mine), (_, theirs) in zip(self._arrays(), other._arrays(), strict=True):
            if isinstance(mine, dict):
                for key, value in mine.items():
                    np.copyto(value, theirs[key])
            else:
                np.copyto(mine, theirs)

    def copy(self) -> Self:
        """An independent copy."""
        return self.take(range(self.runs))

    def save(self, path: Path) -> None:
        """Write all arrays to one `.npz` file."""
        flat: dict[str, Any] = {}
        for name, value in self._arrays():
            if isinstance(value, dict):
                flat.update({f"{name}.{key}": array for key, array in value.items()})
            else:
                flat[name] = value
        with path.open("wb") as file:
            np.savez(file, **flat)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises ValueError for other arrays, and for anything that holds objects."""
        values: dict[str, Any] = {group: {} for group in _GROUPS}
        expected = set(_NAMES)
        for name, array in _read(path).items():
            owner, dot, key = name.partition(".")
            if dot and owner in _GROUPS:
                values[owner][key] = array
            elif name in _GROUPS:
                expected.discard(name)
            else:
                values[name] = array
        if values.keys() != expected:
            wrong = ", ".join(sorted(values.keys() ^ expected))
            raise ValueError(
                f"{path.name} is no saved state: it differs in {wrong}; it must hold {', '.join(_NAMES)}"
            )
        return cls(**values)

    def _arrays(self) -> list[tuple[str, Any]]:
        return [(name, getattr(self, name)) for name in _NAMES]


def _read(path: Path) -> dict[str, Any]:
    """The arrays of an `.npz` file by name. Raises ValueError for any other file."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (EOFError, BadZipFile, TypeError) as error:
        raise ValueError(
            f"{path.name} is no saved state: it is empty, damaged or of another format; "
            "it must be an .npz file as a state writes it"
        ) from error


_NAMES = tuple(each.name for each in fields(State))
_GROUPS = ("slots", "memory", "buffers", "best_buffers")
