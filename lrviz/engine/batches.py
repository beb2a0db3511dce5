"""Which examples each step sees."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.random import Purpose, stream

Integers = NDArray[np.int64]


class Batches:
    """The order of examples for R runs: an endless row of shuffled epochs, cut into batches.

    Epoch e of a run is a permutation drawn from (order seed, e), so the batch at position p (examples
    seen so far) depends on nothing else. Batches wrap across epochs. A batch of all the data or
    more is the whole data in its own order, and nothing is drawn.
    """

    def __init__(self, examples: int, batch_size: int, seeds: Sequence[int]) -> None:
        self.examples = examples
        self.size = min(batch_size, examples)
        self.whole = batch_size >= examples
        self.seeds = tuple(seeds)
        self._orders = [np.arange(examples) for _ in self.seeds]
        self._epochs = [-1] * len(self.seeds)

    def fill(self, position: Integers, out: NDArray[np.intp]) -> None:
        """out (K, R, batch) ← the indices for K steps from position (R,) on."""
        if self.whole:
            out[:] = np.arange(self.examples)
            return
        needed = out.shape[0] * self.size
        for row, start in enumerate(position.tolist()):
            column = out[:, row]
            flat = column.reshape(-1) if column.flags.c_contiguous else np.empty(needed, dtype=np.intp)
            self._write(row, start, flat)
            if flat.base is not out and not np.shares_memory(flat, out):
                column[:] = flat.reshape(column.shape)

    def _write(self, row: int, start: int, flat: NDArray[np.intp]) -> None:
        done = 0
        while done < len(flat):
            epoch, offset = divmod(start + done, self.examples)
            order = self._order(row, epoch)
            count = min(len(flat) - done, self.examples - offset)
            flat[done : done + count] = order[offset : offset + count]
            done += count

    def _order(self, row: int, epoch: int) -> NDArray[np.int64]:
        order = self._orders[row]
        if self._epochs[row] != epoch:
            order[:] = np.arange(self.examples)
            stream(self.seeds[row], Purpose.ORDER, epoch).shuffle(order)
            self._epochs[row] = epoch
        return order
