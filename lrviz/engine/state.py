"""Everything a step changes, as one object of arrays that lead with the run axis."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass
class State:
    """The state of R runs; forks, checkpoints and blocks are all this.

    params, best_params: (R, P). slots: the optimizer's (R, P) arrays by name.
    step: updates done, (R,). updates: updates since the optimizer's slots were fresh, (R,).
    position: examples seen, (R,). memory: the reactive schedules' (R,) arrays by name.
    best, best_step: the lowest monitored loss (inf before the first check) and its step, (R,).
    waited: checks since then, (R,). loss_sum, loss_count: of the batch losses since the last check, (R,).
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
    waited: Integers
    loss_sum: Floats
    loss_count: Integers

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
        values: dict[str, Any] = {"slots": {}, "memory": {}}
        with np.load(path, allow_pickle=False) as file:
            for name in file.files:
                owner, _, key = name.partition(".")
                if key and owner in ("slots", "memory"):
                    values[owner][key] = file[name]
                else:
                    values[name] = file[name]
        if values.keys() != set(_NAMES):
            wrong = ", ".join(sorted(values.keys() ^ set(_NAMES)))
            raise ValueError(
                f"{path.name} is no saved state: it differs in {wrong}; it must hold {', '.join(_NAMES)}"
            )
        return cls(**values)

    def _arrays(self) -> list[tuple[str, Any]]:
        return [(name, getattr(self, name)) for name in _NAMES]


_NAMES = tuple(field.name for field in fields(State))
