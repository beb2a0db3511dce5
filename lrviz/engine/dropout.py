"""Dropout masks of some steps, drawn ahead."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.random import Purpose, Stream
from lrviz.engine.stages import Dropped

Integers = NDArray[np.int64]


class Masks:
    """The masks of one layer for K steps: 0 with probability p and else 1/(1 − p), so that the mean stays.

    A number is dropped where a uniform float32 is below p. These are a function of (order seed, step,
    layer): the same for every p, and in every pass of a step.
    Paper: Srivastava et al. 2014, "Dropout". Reference: `torch.nn.Dropout`.
    """

    def __init__(self, stage: Dropped, seeds: Sequence[int], length: int) -> None:
        """seeds: of the R runs. length: K."""
        self._stage, self._seeds = stage, seeds
        self._streams = {seed: Stream(seed, Purpose.DROPOUT) for seed in seeds}
        shape = stage.x.shape[-2:]
        self._table = np.empty((length, len(seeds), *shape), dtype=stage.x.dtype)
        self._views = [mask.reshape(stage.x.shape) for mask in self._table]
        self._drawn, self._kept = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.bool_)

    def fill(self, step: Integers, length: int) -> None:
        """Draw the masks of the next `length` steps of runs that have done `step` (R,) steps."""
        groups: dict[tuple[int, int], list[int]] = {}
        for row, key in enumerate(zip(self._seeds, step.tolist(), strict=True)):
            groups.setdefault(key, []).append(row)
        for (seed, done), (first, *others) in groups.items():
            for ahead, masks in enumerate(self._table[:length], 1):
                self._draw(self._streams[seed], done + ahead, masks[first])
                for row in others:
                    np.copyto(masks[row], masks[first])

    def _draw(self, stream: Stream, step: int, out: NDArray[Any]) -> None:
        stream.at(step, self._stage.depth).random(dtype=np.float32, out=self._drawn)
        np.greater_equal(self._drawn, self._stage.p, out=self._kept)
        np.copyto(out, self._kept)
        np.multiply(out, 1.0 / (1.0 - self._stage.p), out=out)

    def use(self, k: int) -> None:
        """Make the masks of step k, from 0, those of the next passes."""
        self._stage.mask = self._views[k]
