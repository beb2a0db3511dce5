"""Optimizers on a surface: R walkers at once, by the same update rules as networks."""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.factors import Factors
from lrviz.engine.optimizers.base import Array, Floats, Optimizer
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.random import Purpose, Stream
from lrviz.engine.rates import Rates
from lrviz.engine.rule import Chain, bind, first_slots
from lrviz.engine.schedules.base import Monitor, Schedule
from lrviz.engine.state import State
from lrviz.engine.surfaces.base import Surface
from lrviz.engine.tensors import whole

Integers = NDArray[np.int64]

MOST_STEPS = 32
"""Steps whose factors are tabulated together."""


@dataclass(frozen=True, eq=False)
class Walkers:
    """What a walk needs to know; sequences and arrays have R entries.

    optimizers: of one class, equal in everything but numbers; modifiers likewise. lr: the reference rate α,
    (R,). starts: (R, 2). steps: the planned length. noise: the standard deviation of what is added to each
    number of the gradient, as batches would, (R,). check_every: steps between what reactive schedules see.
    """

    surface: Surface
    optimizers: tuple[Optimizer, ...]
    modifiers: tuple[Chain, ...]
    schedules: tuple[Schedule, ...]
    lr: Floats
    starts: Floats
    seeds: tuple[int, ...]
    steps: int
    noise: Floats
    check_every: int = 10
    dtype: str = "float64"


@dataclass(frozen=True, eq=False)
class Path:
    """What a stretch of n steps produced; NaN where a walker had diverged.

    steps: (n,), counted from 1. height: the surface's value before each step, (n, R). lr: (n, R).
    places: after each step, (n, R, 2).
    """

    steps: Integers
    height: Floats
    lr: Floats
    places: Floats


class Walk:
    """Steps R walkers on. One that diverges stays at its last finite place; the others go on."""

    def __init__(self, walkers: Walkers) -> None:
        self.walkers = walkers
        runs, tensors = len(walkers.lr), whole(2)
        params = np.ascontiguousarray(walkers.starts, dtype=walkers.dtype)
        slots = first_slots(walkers.optimizers, walkers.modifiers, params, tensors)
        self.rates = Rates(walkers.schedules, walkers.lr, walkers.steps, batch=1, examples=1)
        self.state = State.first(params.copy(), slots, self.rates.start())
        self._saved = self.state.copy()
        self._grad = np.empty_like(params)
        self._noise = np.zeros_like(params)
        self._height = np.empty(runs)
        self._streams = [Stream(seed, Purpose.ORDER) for seed in walkers.seeds]
        self._ground = Ground(
            params=self.state.params,
            grad=self._grad,
            slots=self.state.slots,
            tensors=tensors,
            seeds=walkers.seeds,
            moves_momentum=bool(self.rates.cycling) and walkers.optimizers[0].moves_momentum,
            loss=self._loss,
            look=self._look,
        )
        self._update = bind(walkers.optimizers, walkers.modifiers, self._ground)
        self._factors = Factors(self.rates, self._update, self.state, MOST_STEPS)

    @property
    def diverged_at(self) -> Integers:
        """The first step that was not finite, 0 for none, (R,)."""
        return self.state.diverged_at

    def advance(self, steps: int) -> Path:
        """Do `steps` steps."""
        runs, first = len(self.walkers.lr), int(self.state.step[0])
        height, lr = np.full((2, steps, runs), np.nan)
        places = np.full((steps, runs, 2), np.nan)
        done = 0
        with np.errstate(all="ignore"):
            while done < steps:
                length = min(MOST_STEPS, steps - done, self._until_check())
                self._factors.fill(length)
                for k in range(length):
                    row = done + k
                    self._step(self._factors.columns[k], height[row], places[row])
                    lr[row] = np.where(self.diverged_at > 0, np.nan, self._factors.lr[k])
                done += length
                if self.state.step[0] % self.walkers.check_every == 0:
                    self.rates.observe(self.state.memory, dict.fromkeys(get_args(Monitor), self._height))
        return Path(np.arange(first + 1, first + steps + 1), height, lr, places)

    def _until_check(self) -> int:
        every = self.walkers.check_every
        return every - int(self.state.step[0]) % every

    def _step(self, factors: list[Array], height: Floats, places: Floats) -> None:
        state = self.state
        self._saved.copy_from(state)
        self._draw()
        self._height[:] = self._look()
        self._update.step(*factors)
        for count in (state.step, state.updates, state.position):
            count += 1
        failed = ~(np.isfinite(self._height) & np.isfinite(state.params).all(axis=-1))
        ended = failed | (state.diverged_at > 0)
        if ended.any():
            now, at, memory = state.step.copy(), state.diverged_at.copy(), state.memory
            rows = np.flatnonzero(ended)
            state.put(rows, self._saved.take(rows))
            state.step[:], state.memory = now, memory
            state.diverged_at[:] = np.where(failed & (at == 0), now, at)
        height[:] = np.where(ended, np.nan, self._height)
        places[:] = np.where(ended[:, None], np.nan, state.params)

    def _draw(self) -> None:
        """The noise of this step, a function of seed and step."""
        for row in np.flatnonzero(self.walkers.noise):
            random = self._streams[row].at(int(self.state.step[row]))
            self._noise[row] = random.standard_normal(2) * self.walkers.noise[row]

    def _look(self) -> Floats:
        """See `Ground`."""
        x, y = self.state.params.T
        by_x, by_y = self.walkers.surface.gradient(x, y)
        np.add(by_x, self._noise[:, 0], out=self._grad[:, 0])
        np.add(by_y, self._noise[:, 1], out=self._grad[:, 1])
        return self._loss()

    def _loss(self) -> Floats:
        """See `Ground`."""
        x, y = self.state.params.T
        return np.asarray(self.walkers.surface.value(x, y), dtype=np.float64)
