"""Forward and backward through a network, for R runs at once, in arrays allocated once.

Inside the network a layer's values are (R, units + 1, batch) with a last row of ones for the bias;
inputs (R, batch, D + 1) and outputs (R, batch, outputs) have examples first. At R = 1 all views
drop the run axis and products are `dot`, above they are `matmul`: both call the same BLAS
routine for each run, so the bits agree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.activations.base import Activation
from lrviz.engine.network import Network

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Hidden:
    """The arrays of one hidden layer; without the run axis at R = 1."""

    activation: Activation
    z: Array  # (R, units, batch)
    a: Array  # the same array unless the activation keeps its input
    values: Array  # (R, units + 1, batch): a, and a row of ones
    values_t: Array
    scratch: tuple[Array, ...]
    delta_full: Array  # (R, units + 1, batch): the last row belongs to the constant and is not used
    delta: Array


class Propagation:
    """Passes of `batch` examples through R networks with parameters (R, P)."""

    def __init__(self, network: Network, params: Array, batch: int, grad: Array | None = None) -> None:
        runs = len(params)
        self._single = runs == 1
        self._dot: Callable[..., Any] = np.ndarray.dot if self._single else np.matmul
        self._weights = [self.view(matrix) for matrix in network.matrices(params)]
        self._weights_t = [np.swapaxes(matrix, -1, -2) for matrix in self._weights]
        self._gradients = [] if grad is None else [self.view(matrix) for matrix in network.matrices(grad)]
        self._hidden = [
            self._allocate(layer.activation, (runs, layer.fan_out, batch), params.dtype)
            for layer in network.layers
            if layer.activation is not None
        ]

    def view(self, array: Array) -> Array:
        """The array (R, ...) as products want it: without the run axis at R = 1."""
        return array[0] if self._single else array

    def _allocate(self, activation: Activation, shape: tuple[int, int, int], dtype: Any) -> Hidden:
        runs, units, batch = shape
        values = self.view(np.ones((runs, units + 1, batch), dtype=dtype))
        a = values[..., :-1, :]
        delta_full = self.view(np.empty((runs, units + 1, batch), dtype=dtype))
        return Hidden(
            activation=activation,
            z=np.empty(a.shape, dtype=dtype) if activation.keeps_input else a,
            a=a,
            values=values,
            values_t=np.swapaxes(values, -1, -2),
            scratch=tuple(np.empty(a.shape, dtype=dtype) for _ in range(activation.scratches)),
            delta_full=delta_full,
            delta=delta_full[..., :-1, :],
        )

    def forward(self, x: Array, z: Array) -> None:
        """z (R, batch, outputs) ← the outputs for inputs x (R, batch, D + 1)."""
        dot = self._dot
        weights = self._weights
        if not self._hidden:
            dot(x, self._weights_t[0], out=z)
            return
        values = np.swapaxes(x, -1, -2)
        for matrix, hidden in zip(weights, self._hidden, strict=False):
            dot(matrix, values, out=hidden.z)
            hidden.activation.forward(hidden.z, hidden.a, hidden.scratch)
            values = hidden.values
        dot(self._hidden[-1].values_t, self._weights_t[-1], out=z)

    def backward(self, x: Array, delta_t: Array) -> None:
        """grad ← dL/dθ, from delta_t = (dL/dz)ᵀ (R, outputs, batch), for the batch last sent forward."""
        dot = self._dot
        delta = delta_t
        for depth in range(len(self._weights) - 1, 0, -1):
            hidden = self._hidden[depth - 1]
            dot(delta, hidden.values_t, out=self._gradients[depth])
            dot(self._weights_t[depth], delta, out=hidden.delta_full)
            delta = hidden.delta
            hidden.activation.backward(hidden.z, hidden.a, delta, hidden.scratch)
        dot(delta, x, out=self._gradients[0])
