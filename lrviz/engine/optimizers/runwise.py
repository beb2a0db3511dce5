"""Update rules that reckon with numbers of a whole run."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.optimizers.base import Array, Floats, Ground, Update

Flags = NDArray[np.bool_]


class RunwiseUpdate(Update):
    """An update rule with numbers of a whole run, (R, 1) in float64, such as norms and steps found.

    They meet arrays (R, P) by `rounded` alone, so that a run's bits do not depend on its neighbours.
    """

    def __init__(self, ground: Ground, weight_decay: Sequence[float] = ()) -> None:
        super().__init__(ground, weight_decay)
        self._sum = np.empty((len(self.params), 1), dtype=self.params.dtype)
        column = np.empty_like(self._sum)
        self._wide = column
        self._rounded = column.reshape(()) if len(column) == 1 else column

    def kept(self, name: str) -> Floats:
        """The slot of this name, a number of each run (R, 1)."""
        return cast("Floats", self.ground.slots[name])

    def number(self) -> Floats:
        """Room for a number of each run, (R, 1)."""
        return np.empty((len(self.params), 1))

    def flag(self) -> Flags:
        """Room for a decision about each run, (R, 1)."""
        return np.empty((len(self.params), 1), dtype=np.bool_)

    def rounded(self, numbers: Floats | Flags) -> Array:
        """Numbers (R, 1) in the working type, until the next call."""
        np.copyto(self._wide, numbers, casting="same_kind")
        return self._rounded

    def total(self, values: Array, out: Floats) -> None:
        """out (R, 1) ← the sum of values (R, P)."""
        np.add.reduce(values, axis=-1, keepdims=True, out=self._sum)
        np.copyto(out, self._sum)

    def dot(self, a: Array, b: Array, out: Floats) -> None:
        """out (R, 1) ← a · b of two (R, P). Overwrites `work`, which may be one of them."""
        np.multiply(a, b, out=self.work)
        self.total(self.work, out)

    def norm(self, a: Array, out: Floats) -> None:
        """out (R, 1) ← ‖a‖. Overwrites `work`, which it may be."""
        self.dot(a, a, out)
        np.sqrt(out, out=out)

    def largest(self, factor: Array, out: Floats) -> None:
        """out (R, 1) ← the largest entry of a factor of `step`, whatever its shape. Overwrites `work`."""
        np.copyto(self.work, factor)
        np.maximum.reduce(self.work, axis=-1, keepdims=True, out=self._sum)
        np.copyto(out, self._sum)


def exact(values: Sequence[float]) -> Floats:
    """Numbers of R runs as (R, 1)."""
    return np.array(values, dtype=np.float64)[:, None]
