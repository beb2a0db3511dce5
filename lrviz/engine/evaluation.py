"""Loss and score on a split, for R runs at once."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.datasets.base import Task
from lrviz.engine.examples import Split
from lrviz.engine.losses.base import Loss
from lrviz.engine.metrics import accuracy, r_squared
from lrviz.engine.network import Network
from lrviz.engine.propagation import Propagation

Array = NDArray[np.floating[Any]]
Floats = NDArray[np.float64]

ROWS = 256
"""Examples in one pass; fixed, so that bits depend on nothing but the data."""


class Evaluation:
    """The mean loss, and accuracy (classification) or R² (regression), of R runs on one split.

    params (R, P) and what norms track, `buffers` as in `State`, are read anew at every call.
    """

    def __init__(
        self,
        network: Network,
        params: Array,
        loss: Loss,
        task: Task,
        split: Split,
        buffers: Mapping[str, Array] | None = None,
    ) -> None:
        self.loss = loss
        self.task = task
        self.split = split
        self.runs = len(params)
        count = len(split.inputs)
        self._cuts = [(start, min(start + ROWS, count)) for start in range(0, count, ROWS)]
        sizes = {stop - start for start, stop in self._cuts}
        self._passes = {size: Propagation(network, params, size, buffers=buffers) for size in sizes}
        self._outputs = np.empty((self.runs, count, split.targets.shape[1]), dtype=params.dtype)
        self._labels = split.labels.astype(np.intp)
        self._scratch = (np.empty_like(self._outputs), np.empty_like(self._outputs))

    def __call__(self) -> tuple[Floats, Floats]:
        """Loss (R,) and score (R,) with the parameters as they are now."""
        for start, stop in self._cuts:
            propagation = self._passes[stop - start]
            inputs = self.split.inputs[start:stop]
            propagation.forward(inputs, propagation.view(self._outputs[:, start:stop]))
        targets = self.split.targets
        losses = self.loss.value(self._outputs, targets, self._scratch).astype(np.float64)
        return losses, self._score(targets)

    def _score(self, targets: Array) -> Floats:
        if self.task == "regression":
            return r_squared(targets[:, 0], self._outputs[..., 0])
        return accuracy(self._labels, self.loss.decide(self._outputs))
