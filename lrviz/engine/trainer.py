"""Trains R runs at once."""

from collections.abc import Callable, Collection
from functools import partial
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.blas import hold_to_one_thread
from lrviz.engine.block import Block
from lrviz.engine.chunk import Chunk
from lrviz.engine.evaluation import Evaluation
from lrviz.engine.network import Model, Network
from lrviz.engine.optimizers.ground import Array, Ground
from lrviz.engine.probes import PROBES
from lrviz.engine.rates import Rates, first_memory, memory_after
from lrviz.engine.records import Measurement, Records, collect
from lrviz.engine.rule import Chain, averages, bind, first_slots, renew
from lrviz.engine.schedules.base import Monitor
from lrviz.engine.state import State

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

FLUSH_EVERY = 512
"""Steps between two flushes of denormal numbers from the optimizer's slots."""


class Trainer:
    """Steps R runs forward. A run that diverges is frozen at its last finite step; the others go on.

    Divergence is looked for once a chunk: a chunk in which something was not finite is taken back
    and repeated step by step, which gives the same bits as every draw is a function of the step.
    """

    def __init__(self, block: Block, probes: Collection[str] = (), state: State | None = None) -> None:
        """From the first state, or from a copy of `state`, which must be of such a block."""
        hold_to_one_thread()
        self.block = block
        self.probes: tuple[str, ...] = tuple(probes)
        self.state = first_state(block) if state is None else state.copy()
        self._now = int(self.state.step.max())
        self._careful_until = 0
        self._measured: list[Measurement] = []
        self._prepare(np.flatnonzero(~self.ended))

    @property
    def network(self) -> Network:
        """The network; an activation's numbers may change while training goes on."""
        return self.block.network

    @property
    def diverged_at(self) -> Integers:
        """The first step that was not finite, 0 for none, (R,)."""
        return self.state.diverged_at

    @property
    def stopped_early(self) -> Flags:
        """Which runs early stopping ended, (R,)."""
        return self.state.stopped_early

    @property
    def ended(self) -> Flags:
        """Which runs diverged or stopped early, (R,)."""
        return (self.diverged_at > 0) | self.stopped_early

    def _prepare(self, rows: NDArray[np.intp]) -> None:
        """Allocate everything that steps of the runs `rows` need; they work on a copy of their state."""
        self._rows = rows
        if len(rows) == 0:
            return
        block, examples = self.block, self.block.examples
        self._work = self.state.take(rows)
        self._saved = self._work.copy()
        self._chunk = Chunk(block, rows, self._work)
        self._evaluations = {
            name: Evaluation(
                self.network, self._chunk.update.shown, block.loss, examples.task, split, self._work.buffers
            )
            for name, split in (("test", examples.test), ("validation", examples.validation))
            if len(split)
        }
        evaluated = {f"{name} loss" for name in self._evaluations}
        self._checks_bind = (
            bool(self._chunk.rates.reactive)
            or block.early_stopping is not None
            or block.monitor not in evaluated
        )

    # Steps

    def advance(self, steps: int) -> Records:
        """Do at most `steps` updates; fewer only when every run has ended."""
        first = self._now
        loss, lr = np.full((2, steps, self.block.runs), np.nan)
        self._measured = []
        with np.errstate(all="ignore"):
            while self._now < first + steps and len(self._rows):
                done = self._now - first
                length = self._chunk_length(steps - done)
                self._go(loss[done : done + length], lr[done : done + length])
        self._write_back()
        count = self._now - first
        if count and not np.isfinite(lr[count - 1]).any():
            count -= 1
        numbers = np.arange(first + 1, first + count + 1)
        return Records(numbers, loss[:count], lr[:count], collect(self._measured, self.block.runs))

    def _chunk_length(self, wanted: int) -> int:
        if self._now < self._careful_until:
            return 1
        length = min(wanted, self._chunk.length)
        if self._checks_bind:
            length = min(length, self.block.eval_every - self._now % self.block.eval_every)
        return length

    def _go(self, loss: Floats, lr: Floats) -> None:
        """Do as many steps as loss and lr (K, R) have rows, or none when they must be repeated with care."""
        work, first, length = self._work, self._now, len(loss)
        mark = len(self._measured)
        self._saved.copy_from(work)
        losses, rates = self._chunk.run(length, self._events(length))
        failed: Flags = np.asarray(~(np.isfinite(losses).all(axis=0) & _finite(work)))
        if length > 1 and failed.any():
            work.copy_from(self._saved)
            del self._measured[mark:]
            self._careful_until = first + length
            return
        self._now = first + length
        stopped = self._bind_check(losses) if self._checks_bind else np.zeros_like(failed)
        done = self._rows[~failed]
        loss[:, done], lr[:, done] = losses[:, ~failed], rates[:, ~failed]
        if failed.any():
            self._take_back(failed, mark)
        if (failed | stopped).any():
            self._leave(failed, stopped & ~failed)

    def _take_back(self, failed: Flags, mark: int) -> None:
        """Undo the step just done for the runs that failed in it, and what was measured in it."""
        rows = np.flatnonzero(failed)
        self._work.put(rows, self._saved.take(rows))
        if failed.all():
            del self._measured[mark:]
        for measurement in self._measured[mark:]:
            measurement.values[rows] = np.nan

    def _leave(self, failed: Flags, stopped: Flags) -> None:
        """Go on without these runs."""
        self._write_back()
        self.diverged_at[self._rows[failed]] = self._now
        self.stopped_early[self._rows[stopped]] = True
        self._prepare(self._rows[~(failed | stopped)])

    def _write_back(self) -> None:
        """Bring `state` up to date with the runs still going."""
        if len(self._rows) == self.block.runs:
            self.state.copy_from(self._work)
        elif len(self._rows):
            self.state.put(self._rows, self._work)

    # What happens on the step grid

    def _events(self, length: int) -> dict[int, list[Callable[[], None]]]:
        """What is to be done after which of the next `length` steps."""
        first = self._now
        events: dict[int, list[Callable[[], None]]] = {}
        planned: list[tuple[int, Callable[[int], None]]] = [(FLUSH_EVERY, self._flush)]
        if not self._checks_bind:
            planned.append((self.block.eval_every, self._check))
        planned += [(PROBES[name].cadence, partial(self._probe, name)) for name in self.probes]
        for every, event in planned:
            for step in range(first - first % every + every, first + length + 1, every):
                events.setdefault(step - first - 1, []).append(partial(event, step))
        return events

    def _flush(self, step: int) -> None:
        self._chunk.flush()

    def _probe(self, name: str, step: int) -> None:
        values = PROBES[name].measure(self.network, self._work.params)
        self._measured.append(Measurement(name, step, self._rows, values))

    def _check(self, step: int) -> None:
        """A check that nothing depends on but the best weights."""
        self._remember_best(step, self._evaluate(step)[self.block.monitor])

    def _bind_check(self, losses: Floats) -> Flags:
        """Which runs are to stop, after a check that rates or the end of training depend on.

        It is the last step of its chunk. The training loss it reads is the mean over the batches since
        the last check; it stands in for the loss of a split without examples.
        """
        work, block = self._work, self.block
        for batch_losses in losses:
            work.loss_sum += batch_losses
        work.loss_count += len(losses)
        if self._now % block.eval_every:
            return np.zeros(work.runs, dtype=np.bool_)
        known = dict.fromkeys(get_args(Monitor), work.loss_sum / work.loss_count)
        known.update(self._evaluate(self._now))
        self._remember_best(self._now, known[block.monitor])
        self._chunk.rates.observe(work.memory, known)
        work.loss_sum[:] = 0.0
        work.loss_count[:] = 0
        limit = block.early_stopping
        return np.zeros(work.runs, dtype=np.bool_) if limit is None else work.waited >= limit

    def _evaluate(self, step: int) -> dict[str, Floats]:
        """Loss and score on the held-out splits; the losses (n,) by monitor."""
        losses: dict[str, Floats] = {}
        self._chunk.update.show()
        for name, evaluation in self._evaluations.items():
            loss, score = evaluation()
            losses[f"{name} loss"] = loss
            self._measured.append(Measurement(f"{name} loss", step, self._rows, loss[:, None]))
            self._measured.append(Measurement(f"{name} score", step, self._rows, score[:, None]))
        return losses

    def _remember_best(self, step: int, loss: Floats) -> None:
        work = self._work
        better = loss < work.best
        np.copyto(work.best, loss, where=better)
        np.copyto(work.best_step, step, where=better)
        np.copyto(work.best_params, self._chunk.update.shown, where=better[:, None])
        for name, best in work.best_buffers.items():
            np.copyto(best, work.buffers[name], where=better[:, None])
        improved = loss < work.reference - self.block.min_delta
        np.copyto(work.reference, loss, where=improved)
        if self.block.early_stopping is not None:
            work.waited += 1
            np.copyto(work.waited, 0, where=improved)

    # Between steps

    def rebind(self, block: Block) -> None:
        """Go on with other numbers: weights, slots and what was seen stay.

        A reactive schedule that was not there before starts afresh; one that watches another loss keeps
        its rate only. Another monitor finds its best anew, and modifiers of
        other kinds begin anew. A run that stopped early goes on where it
        would not have stopped so far, unless other runs have left it behind.
        """
        old, state = self.block, self.state
        self.block = block
        for row, (before, after) in enumerate(zip(old.optimizers, block.optimizers, strict=True)):
            if after.restarts(before):
                state.updates[row] = 0
                own = after.slots(block.network.tensors)
                renew(state.slots, row, state.params, own)
        if _kinds(old.modifiers[0]) != _kinds(block.modifiers[0]):
            fresh = first_slots(block.optimizers, block.modifiers, state.params, block.network.tensors)
            kept = block.optimizers[0].slots(block.network.tensors)
            state.slots = {name: state.slots[name] if name in kept else slot for name, slot in fresh.items()}
        state.memory = memory_after(old, block, state.memory)
        if old.monitor != block.monitor:
            np.copyto(state.best_params, state.params)
            for name, best in state.best_buffers.items():
                np.copyto(best, state.buffers[name])
            state.best[:] = state.reference[:] = np.inf
            state.best_step[:] = state.waited[:] = 0
        if old.early_stopping is None:
            state.waited[:] = 0
        if not self._checks_bind:
            state.loss_sum[:] = 0.0
            state.loss_count[:] = 0
        if block.early_stopping is None:
            self._revive(state.stopped_early)
        else:
            self._revive(state.waited < block.early_stopping)
        self._prepare(np.flatnonzero(~self.ended))

    def go_on(self) -> None:
        """Let the runs that stopped early go on, unless others have left them behind; they wait anew."""
        self.state.waited[self._revive(self.stopped_early)] = 0
        self._prepare(np.flatnonzero(~self.ended))

    def _revive(self, wanted: Flags) -> Flags:
        """Of these runs, take those as not stopped that did so at the present step; which ones they are."""
        revived: Flags = wanted & self.stopped_early & (self.state.step == self._now)
        self.stopped_early[revived] = False
        return revived

    def rates(self) -> Floats:
        """The rate of each run's next step, (R,)."""
        rates = np.empty(self.block.runs)
        state = self.state
        Rates.of(self.block, np.arange(self.block.runs)).fill(
            state.step, state.position, state.memory, rates[None]
        )
        return rates

    def model(self, row: int, best: bool = False) -> Model:
        """One run's network with a copy of its present parameters, or of its best once a check found such."""
        state = self.state
        if best and np.isfinite(state.best[row]):
            return Model(self.network, state.best_params[row].copy(), _row(state.best_buffers, row))
        return Model(self.network, self._shown(row), _row(state.buffers, row))

    def _shown(self, row: int) -> Array:
        """A copy of the parameters (P,) of one run that are evaluated: what it steps, or averages of that."""
        block = self.block
        optimizer, chain = block.optimizers[row], block.modifiers[row]
        if not averages(optimizer, chain):
            return np.array(self.state.params[row])
        own = self.state.take([row])
        update = bind(
            [optimizer],
            [chain],
            Ground(own.params, np.zeros_like(own.params), own.slots, block.network.tensors),
        )
        update.show()
        return np.array(update.shown[0])

    def measure_now(self) -> dict[str, Floats]:
        """Evaluation and probes at the present step, (R, C) by name; NaN for evaluations of ended runs."""
        self._measured = []
        with np.errstate(all="ignore"):
            if len(self._rows):
                self._evaluate(self._now)
            for name in self.probes:
                values = PROBES[name].measure(self.network, self.state.params)
                everyone = np.arange(self.block.runs)
                self._measured.append(Measurement(name, self._now, everyone, values))
        return {name: values[0] for name, (_, values) in collect(self._measured, self.block.runs).items()}


def _finite(state: State) -> Flags:
    """Which runs have parameters, and statistics of norms, that are all finite, (R,)."""
    arrays = (state.params, *state.buffers.values())
    finite: Flags = np.logical_and.reduce([np.isfinite(array).all(axis=-1) for array in arrays])
    return finite


def _row(buffers: dict[str, Array], row: int) -> dict[str, Array]:
    return {name: buffer[row].copy() for name, buffer in buffers.items()}


def _kinds(chain: Chain) -> list[str]:
    return [modifier.name() for modifier in chain]


def first_state(block: Block) -> State:
    """The state before the first step."""
    params = block.network.initial(block.initializer, block.weight_seeds, block.dtype)
    slots = first_slots(block.optimizers, block.modifiers, params, block.network.tensors)
    buffers = block.network.first_buffers(block.runs, block.dtype)
    return State.first(params, slots, first_memory(block), buffers)
