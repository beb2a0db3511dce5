"""A block: R runs that share a shape and differ in numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.examples import Examples
from lrviz.engine.initializers.base import Initializer
from lrviz.engine.losses.base import Loss
from lrviz.engine.network import Network
from lrviz.engine.optimizers.base import Optimizer
from lrviz.engine.rule import Chain
from lrviz.engine.schedules.base import Monitor, Schedule


@dataclass(frozen=True, eq=False)
class Block:
    """What the trainer needs to know; sequences and arrays have R entries.

    lr: the reference rate α, (R,). steps: the planned length. eval_every: steps between evaluations.
    early_stopping: evaluations without an improvement of `min_delta` before a run stops, None: never.
    loss: resolved, never automatic. optimizers: of one class, equal in everything but numbers.
    modifiers: likewise, of each run from the outermost on. l1, l2: see `Penalty`, (R,).
    tensor_rates: what α is multiplied by for each of the network's T tensors, (R, T); None: 1 everywhere.
    """

    examples: Examples
    network: Network
    initializer: Initializer
    loss: Loss
    optimizers: tuple[Optimizer, ...]
    modifiers: tuple[Chain, ...]
    schedules: tuple[Schedule, ...]
    lr: NDArray[np.float64]
    l1: NDArray[np.float64]
    l2: NDArray[np.float64]
    weight_seeds: tuple[int, ...]
    order_seeds: tuple[int, ...]
    batch_size: int
    steps: int
    eval_every: int
    dtype: str
    monitor: Monitor
    early_stopping: int | None
    min_delta: float
    tensor_rates: NDArray[np.float64] | None = None

    @property
    def runs(self) -> int:
        """R."""
        return len(self.lr)
