"""Trains R runs at once."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.batches import Batches
from lrviz.engine.blas import hold_to_one_thread
from lrviz.engine.block import Block
from lrviz.engine.evaluation import Evaluation
from lrviz.engine.network import Model
from lrviz.engine.probes import PROBES
from lrviz.engine.propagation import Propagation
from lrviz.engine.rates import Rates
from lrviz.engine.state import State

Array = NDArray[np.floating[Any]]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Measured = tuple[str, int, NDArray[np.intp], Floats]
"""Name, step, the runs measured (n,), and their values (n, C)."""
Event = Callable[[int, list[Measured]], None]

MOST_STEPS = 32
"""Steps in a chunk: what is tabulated, drawn and checked for divergence together."""
CHUNK_BYTES = 4_000_000
"""About what the gathered batches of a chunk may take."""
FLUSH_EVERY = 512
"""Steps between two flushes of denormal numbers from the optimizer's slots."""
TINY = 1e-30


@dataclass(frozen=True, eq=False)
class Records:
    """What a stretch of n steps produced.

    steps: (n,), counted from 1. loss: (n, R), of each step's batch before its update. lr: (n, R).
    Both are NaN where a run had already ended. measured: by name, the steps (m,) and values (m, R, C)
    of "test loss", "test score", "validation loss", "validation score" and the probes.
    """

    steps: Integers
    loss: Floats
    lr: Floats
    measured: dict[str, tuple[Integers, Floats]]


class Trainer:
    """Steps R runs forward. A run that diverges is frozen at its last finite step; the others go on.

    Divergence is looked for once a chunk: a chunk in which something was not finite is taken back
    and repeated step by step, which gives the same bits as every draw is a function of the step.
    """

    def __init__(self, block: Block, probes: Collection[str] = ()) -> None:
        hold_to_one_thread()
        self.block = block
        self.network = block.network
        self.probes: tuple[str, ...] = tuple(probes)
        self.diverged_at = np.zeros(block.runs, dtype=np.int64)
        self.stopped_early = np.zeros(block.runs, dtype=np.bool_)
        self.state = self._first_state()
        self._now = 0
        self._careful_until = 0
        self._prepare(np.arange(block.runs))

    def _first_state(self) -> State:
        block = self.block
        params = self.network.initial(block.initializer, block.weight_seeds, block.dtype)
        counts = partial(np.zeros, block.runs, dtype=np.int64)
        return State(
            params=params,
            slots={name: self._fresh_slot(name) for name in block.optimizers[0].slot_names()},
            step=counts(),
            updates=counts(),
            position=counts(),
            memory=self._rates(np.arange(block.runs)).start(),
            best=np.full(block.runs, np.inf),
            best_step=counts(),
            best_params=params.copy(),
            waited=counts(),
            loss_sum=np.zeros(block.runs),
            loss_count=counts(),
        )

    def _fresh_slot(self, name: str) -> Array:
        first = np.array([optimizer.first(name) for optimizer in self.block.optimizers])
        slot: Array = np.empty((self.block.runs, self.network.size), dtype=self.block.dtype)
        slot[:] = first[:, None]
        return slot

    def _rates(self, rows: NDArray[np.intp]) -> Rates:
        block = self.block
        batch = min(block.batch_size, len(block.examples.train))
        schedules = [block.schedules[row] for row in rows]
        return Rates(schedules, block.lr[rows], block.steps, batch, len(block.examples.train))

    def _prepare(self, rows: NDArray[np.intp]) -> None:
        """Allocate everything that steps of the runs `rows` need; they work on a copy of their state."""
        self._rows = rows
        if len(rows) == 0:
            return
        block, examples = self.block, self.block.examples
        work = self.state.take(rows)
        runs, batch, outputs = len(rows), min(block.batch_size, len(examples.train)), examples.n_outputs
        self._work, self._saved = work, work.copy()
        self._grad = np.zeros_like(work.params)
        specs = [block.optimizers[row] for row in rows]
        self._update = type(specs[0]).bind(specs, work.params, self._grad, work.slots)
        self._table_rates = self._rates(rows)
        self._batches = Batches(
            len(examples.train), block.batch_size, [block.order_seeds[row] for row in rows]
        )
        self._pass = Propagation(self.network, work.params, batch, self._grad)
        self._evaluations = {
            name: Evaluation(self.network, work.params, block.loss, examples.task, split)
            for name, split in (("test", examples.test), ("validation", examples.validation))
            if len(split)
        }
        reads = self._monitor == "training loss" or any(
            schedule.monitor == "training loss" for schedule, _ in self._table_rates.reactive
        )
        self._checks_bind = bool(self._table_rates.reactive) or block.early_stopping is not None or reads
        self._allocate(runs, batch, outputs)

    def _allocate(self, runs: int, batch: int, outputs: int) -> None:
        examples, dtype = self.block.examples, self.block.dtype
        view = self._pass.view
        item = np.dtype(dtype).itemsize
        step_bytes = runs * batch * (examples.n_inputs + 1 + 5 * outputs) * item
        length = self._length = max(1, min(MOST_STEPS, CHUNK_BYTES // step_bytes))
        self._z = np.empty((length, runs, batch, outputs), dtype=dtype)
        self._scratch = np.empty((2, *self._z.shape), dtype=dtype)
        if self._batches.whole:
            self._y = np.broadcast_to(examples.train.targets, self._z.shape)
            self._xs = [examples.train.inputs] * length
            self._ys = [examples.train.targets] * length
        else:
            self._index = np.empty((length, runs, batch), dtype=np.intp)
            self._x = np.empty((length, runs, batch, examples.n_inputs + 1), dtype=dtype)
            self._y = np.empty_like(self._z)
            self._xs = [view(x) for x in self._x]
            self._ys = [view(y) for y in self._y]
        self._zs = [view(z) for z in self._z]
        delta = np.empty((runs, batch, outputs), dtype=dtype)
        self._delta = view(delta)
        self._delta_t = np.swapaxes(self._delta, -1, -2)
        self._delta_scratch = (np.empty_like(self._delta), np.empty_like(self._delta))
        self._numbers = np.arange(1, length + 1)[:, None]
        self._lr = np.empty((length, runs))
        self._count = np.empty((length, runs))
        self._losses = np.empty((length, runs))
        factors = self._update.factors
        self._factors = np.empty((factors, length, runs))
        self._rounded = np.empty((factors, length, runs, 1), dtype=dtype)
        # A single run's factors as arrays without axes: broadcasting a column costs half a microsecond.
        shape = () if runs == 1 else (runs, 1)
        self._columns = [[self._rounded[f, k].reshape(shape) for f in range(factors)] for k in range(length)]
        self._mask = np.empty_like(self._work.params, dtype=np.bool_)

    @property
    def _monitor(self) -> str:
        """The monitored loss, or the training loss where that split is empty."""
        name = self.block.monitor
        return name if name.removesuffix(" loss") in self._evaluations else "training loss"

    @property
    def ended(self) -> Flags:
        """Which runs diverged or stopped early, (R,)."""
        return (self.diverged_at > 0) | self.stopped_early

    def advance(self, steps: int) -> Records:
        """Do at most `steps` updates; fewer only when every run has ended."""
        runs = self.block.runs
        first = self._now
        loss, lr = np.full((steps, runs), np.nan), np.full((steps, runs), np.nan)
        measured: list[Measured] = []
        with np.errstate(all="ignore"):
            while self._now < first + steps and len(self._rows):
                done = self._now - first
                length = self._chunk_length(steps - done)
                self._chunk(loss[done : done + length], lr[done : done + length], measured)
        self._write_back()
        count = self._now - first
        if count and not np.isfinite(lr[count - 1]).any():
            count -= 1
        numbers = np.arange(first + 1, first + count + 1)
        return Records(numbers, loss[:count], lr[:count], _collect(measured, runs))

    def _chunk_length(self, wanted: int) -> int:
        if self._now < self._careful_until:
            return 1
        length = min(wanted, self._length)
        if self._checks_bind:
            length = min(length, self.block.eval_every - self._now % self.block.eval_every)
        return length

    def _chunk(self, loss: Floats, lr: Floats, measured: list[Measured]) -> None:
        """Do as many steps as loss and lr (K, R) have rows, or none when they must be repeated with care."""
        work, saved, first, length = self._work, self._saved, self._now, len(loss)
        saved.copy_from(work)
        mark = len(measured)
        self._tabulate(length)
        events = self._events(first, length)
        for k in range(length):
            x, z = self._xs[k], self._zs[k]
            self._pass.forward(x, z)
            self.block.loss.gradient(z, self._ys[k], self._delta, self._delta_scratch)
            self._pass.backward(x, self._delta_t)
            self._update.step(*self._columns[k])
            if k in events:
                for event in events[k]:
                    event(first + k + 1, measured)
        losses = self._losses[:length]
        scratch = (self._scratch[0, :length], self._scratch[1, :length])
        losses[:] = self.block.loss.value(self._z[:length], self._y[:length], scratch)
        fine = np.isfinite(losses).all(axis=0) & np.isfinite(work.params).all(axis=-1)
        if not fine.all() and length > 1:
            work.copy_from(saved)
            del measured[mark:]
            self._careful_until = first + length
            return
        self._now = first + length
        work.step += length
        work.updates += length
        work.position += length * self._batches.size
        if self._checks_bind:
            self._bind_check(losses, measured)
        loss[:, self._rows] = losses
        lr[:, self._rows] = self._lr[:length]
        if not fine.all():
            loss[:, self._rows[~fine]] = np.nan
            lr[:, self._rows[~fine]] = np.nan
            self._freeze(~fine, measured[mark:])
        elif self._stop.any():
            self._leave(self._stop, self.stopped_early, True)

    def _tabulate(self, length: int) -> None:
        """Fill the tables of `length` steps: batches, rates and the optimizer's factors."""
        work = self._work
        self._stop = np.zeros(len(self._rows), dtype=np.bool_)
        if not self._batches.whole:
            train, index = self.block.examples.train, self._index[:length]
            self._batches.fill(work.position, index)
            np.take(train.inputs, index, axis=0, out=self._x[:length], mode="clip")
            np.take(train.targets, index, axis=0, out=self._y[:length], mode="clip")
        lr, count = self._lr[:length], self._count[:length]
        self._table_rates.fill(work.step, work.position, work.memory, lr)
        np.add(work.updates, self._numbers[:length], out=count)
        factors = self._factors[:, :length]
        self._update.tabulate(lr, count, factors)
        self._rounded[:, :length, :, 0] = factors

    def _events(self, first: int, length: int) -> dict[int, list[Event]]:
        """What is to be done after which steps of a chunk, on the step grid."""
        events: dict[int, list[Event]] = {}
        planned: list[tuple[int, Event]] = [(FLUSH_EVERY, self._flush)]
        if not self._checks_bind:
            planned.append((self.block.eval_every, self._check))
        planned += [(PROBES[name].cadence, partial(self._probe, name)) for name in self.probes]
        for every, event in planned:
            for step in range(first - first % every + every, first + length + 1, every):
                events.setdefault(step - first - 1, []).append(event)
        return events

    def _flush(self, step: int, measured: list[Measured]) -> None:  # noqa: ARG002 - an event
        """Set slot entries below 1e-30 to zero: denormal numbers halve the speed for good."""
        for slot in self._work.slots.values():
            np.absolute(slot, out=self._update.work)
            np.less(self._update.work, TINY, out=self._mask)
            np.copyto(slot, 0.0, where=self._mask)

    def _probe(self, name: str, step: int, measured: list[Measured]) -> None:
        measured.append((name, step, self._rows, PROBES[name].measure(self.network, self._work.params)))

    def _check(self, step: int, measured: list[Measured]) -> None:
        """Evaluate on the held-out splits."""
        losses = self._evaluate(step, measured)
        if self._monitor in losses:
            self._remember_best(step, losses[self._monitor])

    def _bind_check(self, losses: Floats, measured: list[Measured]) -> None:
        """A check that rates or the end of training depend on: it is the last step of its chunk.

        The training loss it reads is the mean over the batches since the last check.
        """
        work = self._work
        for batch_losses in losses:
            work.loss_sum += batch_losses
        work.loss_count += len(losses)
        if self._now % self.block.eval_every:
            return
        known = self._evaluate(self._now, measured)
        known["training loss"] = work.loss_sum / work.loss_count
        self._remember_best(self._now, known[self._monitor])
        self._table_rates.observe(work.memory, known)
        work.loss_sum[:] = 0.0
        work.loss_count[:] = 0

    def _evaluate(self, step: int, measured: list[Measured]) -> dict[str, Floats]:
        losses: dict[str, Floats] = {}
        for name, evaluation in self._evaluations.items():
            loss, score = evaluation()
            losses[f"{name} loss"] = loss
            measured.append((f"{name} loss", step, self._rows, loss[:, None]))
            measured.append((f"{name} score", step, self._rows, score[:, None]))
        return losses

    def _remember_best(self, step: int, loss: Floats) -> None:
        work = self._work
        better = loss < work.best - self.block.min_delta
        np.copyto(work.best, loss, where=better)
        np.copyto(work.best_step, step, where=better)
        work.waited += 1
        np.copyto(work.waited, 0, where=better)
        if self.block.keep_best:
            np.copyto(work.best_params, work.params, where=better[:, None])
        if self.block.early_stopping is not None:
            self._stop = work.waited >= self.block.early_stopping

    def _freeze(self, failed: Flags, measured: list[Measured]) -> None:
        """Take the step just done back for the runs that failed in it, and go on without them."""
        rows = np.flatnonzero(failed)
        self._work.put(rows, self._saved.take(rows))
        for _, _, _, values in measured:
            values[rows] = np.nan
        self._leave(failed, self.diverged_at, self._now)

    def _write_back(self) -> None:
        """Bring `state` up to date with the runs still going."""
        if len(self._rows) == self.block.runs:
            self.state.copy_from(self._work)
        elif len(self._rows):
            self.state.put(self._rows, self._work)

    def _leave(self, leaving: Flags, record: NDArray[Any], value: int | bool) -> None:
        self._write_back()
        record[self._rows[leaving]] = value
        self._prepare(self._rows[~leaving])

    def rebind(self, block: Block) -> None:
        """Go on with other numbers: weights, slots and what was seen stay.

        A reactive schedule that was not there before starts afresh.
        """
        old = self.block
        self.block = block
        for row, (before, after) in enumerate(zip(old.optimizers, block.optimizers, strict=True)):
            if after.restarts(before):
                self.state.updates[row] = 0
                for name, slot in self.state.slots.items():
                    slot[row] = after.first(name)
        fresh = self._rates(np.arange(block.runs)).start()
        for name, values in fresh.items():
            kept = self.state.memory.get(name)
            same = [type(a) is type(b) for a, b in zip(old.schedules, block.schedules, strict=True)]
            fresh[name] = values if kept is None else np.where(same, kept, values)
        self.state.memory = fresh
        if old.monitor != block.monitor:
            self.state.best[:] = np.inf
            self.state.waited[:] = 0
        self._prepare(np.flatnonzero(~self.ended))

    def rates(self) -> Floats:
        """The rate of each run's next step, (R,)."""
        rates = np.empty((1, self.block.runs))
        state = self.state
        self._rates(np.arange(self.block.runs)).fill(state.step, state.position, state.memory, rates)
        return rates[0]

    def model(self, row: int, best: bool = False) -> Model:
        """One run's network with a copy of its present, or its best, parameters."""
        params = self.state.best_params if best else self.state.params
        return Model(self.network, params[row].copy())

    def measure_now(self) -> dict[str, Floats]:
        """Evaluation and probes at the present step, (R, C) by name."""
        measured: list[Measured] = []
        with np.errstate(all="ignore"):
            if len(self._rows):
                self._evaluate(self._now, measured)
            for name in self.probes:
                values = PROBES[name].measure(self.network, self.state.params)
                measured.append((name, self._now, np.arange(self.block.runs), values))
        return {name: values[0] for name, (_, values) in _collect(measured, self.block.runs).items()}


def _collect(measured: list[Measured], runs: int) -> dict[str, tuple[Integers, Floats]]:
    """Measurements of some rows each as arrays over all R runs; NaN for runs that had ended."""
    collected: dict[str, tuple[list[int], list[Floats]]] = {}
    for name, step, rows, values in measured:
        steps, tables = collected.setdefault(name, ([], []))
        full = np.full((runs, values.shape[1]), np.nan)
        full[rows] = values
        steps.append(step)
        tables.append(full)
    return {name: (np.array(steps), np.stack(tables)) for name, (steps, tables) in collected.items()}
