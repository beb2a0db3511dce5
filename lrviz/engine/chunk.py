"""Some steps in a row, with everything that can be known ahead tabulated before the first."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.batches import Batches
from lrviz.engine.block import Block
from lrviz.engine.propagation import Propagation
from lrviz.engine.rates import Rates
from lrviz.engine.state import State

Floats = NDArray[np.float64]
Events = Mapping[int, Sequence[Callable[[], None]]]
"""What is to be done after which steps of a chunk, counted from 0."""

MOST_STEPS = 32
"""Steps in a chunk: what is tabulated, drawn and checked for divergence together."""
CHUNK_BYTES = 4_000_000
"""About what the gathered batches of a chunk may take."""
TINY = 1e-30


class Chunk:
    """Up to `length` steps of n runs, again and again, in arrays allocated once.

    The runs are `rows` of the block; the steps change `state`, whose rows are these n runs, in place:
    parameters, slots and the three counts. Examples, rates and the optimizer's factors are functions of
    the state before the first step, so they are computed for all steps of a chunk at once.
    """

    def __init__(self, block: Block, rows: NDArray[np.intp], state: State) -> None:
        self.block = block
        self.state = state
        self.rates = Rates.of(block, rows)
        self._batches = Batches(
            len(block.examples.train), block.batch_size, [block.order_seeds[row] for row in rows]
        )
        grad = np.zeros_like(state.params)
        specs = [block.optimizers[row] for row in rows]
        self._update = type(specs[0]).bind(specs, state.params, grad, state.slots)
        self._pass = Propagation(block.network, state.params, self._batches.size, grad)
        self._tiny = np.empty_like(state.params, dtype=np.bool_)
        self._allocate_examples()
        self._allocate_tables()

    def _allocate_examples(self) -> None:
        """The batches (K, n, batch, ·) of K = `length` steps and their outputs, with views of each step."""
        examples, dtype, view = self.block.examples, self.state.params.dtype, self._pass.view
        runs, batch = self.state.runs, self._batches.size
        inputs, outputs = examples.n_inputs + 1, examples.n_outputs
        step_bytes = runs * batch * (inputs + 5 * outputs) * dtype.itemsize
        self.length = max(1, min(MOST_STEPS, CHUNK_BYTES // step_bytes))
        self._z = np.empty((self.length, runs, batch, outputs), dtype=dtype)
        self._scratch = (np.empty_like(self._z), np.empty_like(self._z))
        if self._batches.whole:
            self._y = np.broadcast_to(examples.train.targets, self._z.shape)
            self._xs = [examples.train.inputs] * self.length
            self._ys = [examples.train.targets] * self.length
        else:
            self._index = np.empty((self.length, runs, batch), dtype=np.intp)
            self._x = np.empty((self.length, runs, batch, inputs), dtype=dtype)
            self._y = np.empty_like(self._z)
            self._xs = [view(x) for x in self._x]
            self._ys = [view(y) for y in self._y]
        self._zs = [view(z) for z in self._z]
        self._delta = view(np.empty((runs, batch, outputs), dtype=dtype))
        self._delta_t = np.swapaxes(self._delta, -1, -2)
        self._delta_scratch = (np.empty_like(self._delta), np.empty_like(self._delta))

    def _allocate_tables(self) -> None:
        """The tables (K, n) of K = `length` steps, with views of each step's factors."""
        runs, length, factors = self.state.runs, self.length, self._update.factors
        self._ahead = np.arange(1, length + 1)[:, None]
        self._count = np.empty((length, runs))
        self._lr = np.empty((length, runs))
        self._losses = np.empty((length, runs))
        self._factors = np.empty((factors, length, runs))
        self._rounded = np.empty((factors, length, runs, 1), dtype=self.state.params.dtype)
        # A single run's factors as arrays without axes: broadcasting a column costs half a microsecond.
        shape = () if runs == 1 else (runs, 1)
        self._columns = [[self._rounded[f, k].reshape(shape) for f in range(factors)] for k in range(length)]

    def run(self, length: int, after: Events) -> tuple[Floats, Floats]:
        """Do `length` steps; the batch losses before each update, and the rates, both (length, n)."""
        self._tabulate(length)
        forward, backward, update = self._pass.forward, self._pass.backward, self._update.step
        gradient = self.block.loss.gradient
        delta, delta_t, scratch = self._delta, self._delta_t, self._delta_scratch
        for k in range(length):
            x, z = self._xs[k], self._zs[k]
            forward(x, z)
            gradient(z, self._ys[k], delta, scratch)
            backward(x, delta_t)
            update(*self._columns[k])
            if k in after:
                for event in after[k]:
                    event()
        state = self.state
        state.step += length
        state.updates += length
        state.position += length * self._batches.size
        return self._batch_losses(length), self._lr[:length]

    def _batch_losses(self, length: int) -> Floats:
        losses: Floats = self._losses[:length]
        scratch = (self._scratch[0][:length], self._scratch[1][:length])
        losses[:] = self.block.loss.value(self._z[:length], self._y[:length], scratch)
        return losses

    def _tabulate(self, length: int) -> None:
        """Fill the tables of `length` steps: batches, rates and the optimizer's factors."""
        state = self.state
        if not self._batches.whole:
            train, index = self.block.examples.train, self._index[:length]
            self._batches.fill(state.position, index)
            np.take(train.inputs, index, axis=0, out=self._x[:length], mode="clip")
            np.take(train.targets, index, axis=0, out=self._y[:length], mode="clip")
        lr, count, factors = self._lr[:length], self._count[:length], self._factors[:, :length]
        self.rates.fill(state.step, state.position, state.memory, lr)
        np.add(state.updates, self._ahead[:length], out=count)
        self._update.tabulate(lr, count, factors)
        self._rounded[:, :length, :, 0] = factors

    def flush(self) -> None:
        """Set slot entries below 1e-30 to zero: denormal numbers halve the speed for good."""
        size = self._update.work
        for slot in self.state.slots.values():
            np.absolute(slot, out=size)
            np.less(size, TINY, out=self._tiny)
            np.copyto(slot, 0.0, where=self._tiny)
