"""Some steps in a row, with everything that can be known ahead tabulated before the first."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.batches import Batches
from lrviz.engine.block import Block
from lrviz.engine.dropout import Masks
from lrviz.engine.factors import Factors
from lrviz.engine.optimizers.base import Array, Floats, Update
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.penalty import Penalty
from lrviz.engine.propagation import Propagation
from lrviz.engine.rates import Rates
from lrviz.engine.rule import bind
from lrviz.engine.state import State
from lrviz.engine.tensors import owners

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
        self._pass = Propagation(block.network, state.params, self._batches.size, grad, state.buffers)
        self._penalty = Penalty.of(block, rows, state.params, grad)
        self.update = self._bind(rows, grad)
        self._now = 0
        self._allocate_examples()
        seeds = [block.order_seeds[row] for row in rows]
        self._masks = [Masks(stage, seeds, self.length) for stage in self._pass.drops]
        self._factors = self._tabled(rows)
        self._losses = np.empty((self.length, state.runs))
        self._flushed = [
            (slot, np.empty_like(slot), np.empty_like(slot, dtype=np.bool_))
            for slot in state.slots.values()
            if slot.ndim > 1
        ]

    def _bind(self, rows: NDArray[np.intp], grad: Array) -> Update:
        """The rule that steps these runs."""
        block, state = self.block, self.state
        optimizers = [block.optimizers[row] for row in rows]
        ground = Ground(
            params=state.params,
            grad=grad,
            slots=state.slots,
            tensors=block.network.tensors,
            seeds=[block.order_seeds[row] for row in rows],
            examples=len(block.examples.train),
            moves_momentum=bool(self.rates.cycling) and optimizers[0].moves_momentum,
            loss=self._loss,
            look=self._look,
        )
        return bind(optimizers, [block.modifiers[row] for row in rows], ground)

    def _loss(self) -> Floats:
        """See `Ground`; with the penalty, whose gradient is part of `grad`."""
        value = self._value(self._z[self._now])
        return value if self._penalty is None else value + self._penalty.at_start()

    def _look(self) -> Floats:
        """See `Ground`; likewise."""
        x, y, z = self._xs[self._now], self._ys[self._now], self._looked
        self._pass.forward(x, self._pass.view(z))
        self.block.loss.gradient(self._pass.view(z), y, self._delta, self._delta_scratch)
        self._pass.backward(x, self._delta_t)
        if self._penalty is None:
            return self._value(z)
        self._penalty.add_gradient()
        return self._value(z) + self._penalty.here()

    def _value(self, z: Array) -> Floats:
        y = self._y[self._now]
        return self.block.loss.value(z, y, (self._scratch[0][0], self._scratch[1][0])).astype(np.float64)

    def _allocate_examples(self) -> None:
        """The batches (K, n, batch, ·) of K = `length` steps and their outputs, with views of each step."""
        examples, dtype, view = self.block.examples, self.state.params.dtype, self._pass.view
        runs, batch = self.state.runs, self._batches.size
        inputs, outputs = examples.n_inputs + 1, examples.n_outputs
        numbers = batch * (inputs + 5 * outputs) + sum(
            stage.x.shape[-2] * batch for stage in self._pass.drops
        )
        if self.block.tensor_rates is not None:
            numbers += self.update.factors * self.state.params.shape[1]
        step_bytes = runs * numbers * dtype.itemsize
        self.length: int = max(1, min(MOST_STEPS, CHUNK_BYTES // step_bytes))
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
        self._looked = np.empty_like(self._z[0])
        self._delta = view(np.empty((runs, batch, outputs), dtype=dtype))
        self._delta_t = np.swapaxes(self._delta, -1, -2)
        self._delta_scratch = (np.empty_like(self._delta), np.empty_like(self._delta))

    def _tabled(self, rows: NDArray[np.intp]) -> Factors:
        """The factors of each step."""
        rates, network = self.block.tensor_rates, self.block.network
        if rates is None:
            return Factors(self.rates, self.update, self.state, self.length)
        own, owner = rates[rows], owners(network.tensors)
        return Factors(self.rates, self.update, self.state, self.length, own, owner)

    def run(self, length: int, after: Events) -> tuple[Floats, Floats]:
        """Do `length` steps; the batch losses before each update, and the rates, both (length, n)."""
        self._gather(length)
        self._factors.fill(length)
        columns = self._factors.columns
        # Chosen here, so that a network without extras has no more calls in a step.
        forward = self._forward if self._masks or self.state.buffers else self._pass.forward
        backward = self._backward if self._penalty else self._pass.backward
        update = self.update.step
        gradient = self.block.loss.gradient
        delta, delta_t, scratch = self._delta, self._delta_t, self._delta_scratch
        for k in range(length):
            self._now = k
            x, z = self._xs[k], self._zs[k]
            forward(x, z)
            gradient(z, self._ys[k], delta, scratch)
            backward(x, delta_t)
            update(*columns[k])
            if k in after:
                for event in after[k]:
                    event()
        state = self.state
        state.step += length
        state.updates += length
        state.position += length * self._batches.size
        return self._batch_losses(length), self._factors.lr[:length]

    def _forward(self, x: Array, z: Array) -> None:
        """The first pass of a step: with its dropout masks, and norms track it."""
        for masks in self._masks:
            masks.use(self._now)
        self._pass.forward(x, z)
        self._pass.commit()

    def _backward(self, x: Array, delta_t: Array) -> None:
        """The way back in the first pass of a step, with the penalty."""
        self._pass.backward(x, delta_t)
        if self._penalty is not None:
            self._penalty.begin()
            self._penalty.add_gradient()

    def _batch_losses(self, length: int) -> Floats:
        losses: Floats = self._losses[:length]
        scratch = (self._scratch[0][:length], self._scratch[1][:length])
        losses[:] = self.block.loss.value(self._z[:length], self._y[:length], scratch)
        return losses

    def _gather(self, length: int) -> None:
        """The batches of `length` steps, and the masks."""
        for masks in self._masks:
            masks.fill(self.state.step, length)
        if not self._batches.whole:
            train, index = self.block.examples.train, self._index[:length]
            self._batches.fill(self.state.position, index)
            np.take(train.inputs, index, axis=0, out=self._x[:length], mode="clip")
            np.take(train.targets, index, axis=0, out=self._y[:length], mode="clip")

    def flush(self) -> None:
        """Set slot entries below 1e-30 to zero: denormal numbers halve the speed for good."""
        for slot, size, tiny in self._flushed:
            np.absolute(slot, out=size)
            np.less(size, TINY, out=tiny)
            np.copyto(slot, 0.0, where=tiny)
