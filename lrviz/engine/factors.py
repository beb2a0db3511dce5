"""The factors of some steps' updates, tabulated ahead."""

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.optimizers.base import Array, Floats, Update
from lrviz.engine.rates import Rates
from lrviz.engine.state import State


class Factors:
    """What `Update.step` takes for each of up to `length` steps: computed in float64, rounded once.

    columns: of each step, the factors as (n, 1) arrays; or as (n, P) where `tensor_rates` (n, T) says what
    α is multiplied by for each tensor, and `owner` (P,) to which tensor a parameter belongs.
    """

    def __init__(
        self,
        rates: Rates,
        update: Update,
        state: State,
        length: int,
        tensor_rates: Floats | None = None,
        owner: NDArray[np.intp] | None = None,
    ) -> None:
        self.rates, self.update, self.state = rates, update, state
        self._tensor_rates, self._owner = tensor_rates, owner
        runs, factors, dtype = state.runs, update.factors, state.params.dtype
        self._ahead = np.arange(1, length + 1)[:, None]
        self._count = np.empty((length, runs))
        self.lr = np.empty((length, runs))
        self._momentum = np.empty((length, runs)) if update.ground.moves_momentum else None
        if tensor_rates is None or owner is None:
            self._exact = np.empty((factors, length, runs))
            self._rounded = np.empty((factors, length, runs, 1), dtype=dtype)
            # A single run's factors as arrays without axes: broadcasting a column costs half a microsecond.
            shape: tuple[int, ...] = () if runs == 1 else (runs, 1)
        else:
            tensors = tensor_rates.shape[1]
            self._exact = np.empty((factors, length, tensors, runs))
            self._own = np.empty((length, tensors, runs))
            self._by_tensor = np.empty((factors, length, runs, tensors), dtype=dtype)
            self._rounded = np.empty((factors, length, runs, len(owner)), dtype=dtype)
            shape = (runs, len(owner))
        self.columns: list[list[Array]] = [
            [self._rounded[f, k].reshape(shape) for f in range(factors)] for k in range(length)
        ]

    def fill(self, length: int) -> None:
        """Tabulate the next `length` steps from the state as it is."""
        state, exact = self.state, self._exact[:, :length]
        lr, count, momentum = self.lr[:length], self._count[:length], None
        self.rates.fill(state.step, state.position, state.memory, lr)
        np.add(state.updates, self._ahead[:length], out=count)
        if self._momentum is not None:
            momentum = self._momentum[:length]
            self.rates.fill_momentum(state.step, state.position, momentum)
        if self._tensor_rates is None or self._owner is None:
            self.update.tabulate(lr, count, exact, momentum)
            self._rounded[:, :length, :, 0] = exact
            return
        own = self._own[:length]
        np.multiply(lr[:, None, :], self._tensor_rates.T, out=own)
        moved = None if momentum is None else momentum[:, None, :]
        self.update.tabulate(own, count[:, None, :], exact, moved)
        np.copyto(self._by_tensor[:, :length], np.swapaxes(exact, -1, -2))
        for by_tensor, rounded in zip(self._by_tensor, self._rounded, strict=True):
            np.take(by_tensor[:length], self._owner, axis=-1, out=rounded[:length], mode="clip")
