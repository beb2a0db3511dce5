"""Which examples each step sees."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.random import Purpose, Stream

Integers = NDArray[np.int64]


class Order:
    """An endless row of shuffled epochs: epoch e is a permutation drawn from (order seed, e)."""

    def __init__(self, examples: int, seed: int) -> None:
        self.examples = examples
        self._stream = Stream(seed, Purpose.ORDER)
        self._sorted = np.arange(examples)
        self._epoch = -1
        self._permutation = np.arange(examples)

    def read(self, start: int, out: NDArray[np.intp]) -> None:
        """out (n,) ← the examples at positions start, start + 1, ... of the row."""
        done = 0
        while done < len(out):
            epoch, offset = divmod(start + done, self.examples)
            count = min(len(out) - done, self.examples - offset)
            out[done : done + count] = self._shuffled(epoch)[offset : offset + count]
            done += count

    def _shuffled(self, epoch: int) -> NDArray[np.intp]:
        if epoch != self._epoch:
            np.copyto(self._permutation, self._sorted)
            self._stream.at(epoch).shuffle(self._permutation)
            self._epoch = epoch
        return self._permutation


class Batches:
    """The batches of R runs, cut from each run's row of epochs.

    The batch at position p (examples seen so far) depends on the order seed and p alone. Batches wrap
    across epochs. A batch of all the data or more is the whole data in its own order, undrawn.
    """

    def __init__(self, examples: int, batch_size: int, seeds: Sequence[int]) -> None:
        self.size = min(batch_size, examples)
        self.whole = batch_size >= examples
        self._orders = {seed: Order(examples, seed) for seed in seeds}
        self._seeds = tuple(seeds)
        self._line = np.empty(0, dtype=np.intp)

    def fill(self, position: Integers, out: NDArray[np.intp]) -> None:
        """out (K, R, batch) ← the examples of K steps from position (R,) on; not for whole-data batches."""
        steps, runs, batch = out.shape
        if len(self._line) < steps * batch:
            self._line = np.empty(steps * batch, dtype=np.intp)
        line = self._line[: steps * batch]
        groups: dict[tuple[int, int], list[int]] = {}
        for row, key in enumerate(zip(self._seeds, position.tolist(), strict=True)):
            groups.setdefault(key, []).append(row)
        for (seed, start), rows in groups.items():
            self._orders[seed].read(start, line)
            whole = slice(None) if len(rows) == runs else rows
            out[:, whole] = line.reshape(steps, 1, batch)
