"""Forward and backward through a network, for R runs at once, in arrays allocated once.

Inside the network a layer's values are (R, units + 1, batch) with a last row of ones for the bias;
inputs (R, batch, D + 1) and outputs (R, batch, outputs) have examples first. At R = 1 all views
drop the run axis and products are `dot`, above they are `matmul`: both call the same BLAS
routine for each run, so the bits agree.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.activations.base import Activation
from lrviz.engine.network import Network
from lrviz.engine.norms.base import Normalizer, Site
from lrviz.engine.stages import Activated, Dropped, Scaled, Stage, Stages

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Hidden:
    """The arrays of one hidden layer; without the run axis at R = 1."""

    activation: Activation | Stages
    z: Array  # (R, units, batch)
    a: Array  # the same array unless the activation keeps its input
    values: Array  # (R, units + 1, batch): a, and a row of ones
    values_t: Array
    scratch: tuple[Array, ...]
    delta_full: Array  # (R, units + 1, batch): the last row belongs to the constant and is not used
    delta: Array


class Propagation:
    """Passes of `batch` examples through R networks with parameters (R, P).

    With `grad` (R, P) they are those of training and can go back: norms use the statistics of the batch,
    and units are dropped by the masks of `drops`. Without, they are those of evaluation: norms use what
    they track, `buffers` as in `State`, and nothing is dropped.
    """

    def __init__(
        self,
        network: Network,
        params: Array,
        batch: int,
        grad: Array | None = None,
        buffers: Mapping[str, Array] | None = None,
    ) -> None:
        runs = len(params)
        self._network, self._params, self._grad, self._buffers = network, params, grad, buffers or {}
        self._single = runs == 1
        self._dot: Callable[..., Any] = np.ndarray.dot if self._single else np.matmul
        self._weights = [self.view(matrix) for matrix in network.matrices(params)]
        self._weights_t = [np.swapaxes(matrix, -1, -2) for matrix in self._weights]
        self._gradients = [] if grad is None else [self.view(matrix) for matrix in network.matrices(grad)]
        self.drops: list[Dropped] = []
        self.norms: list[Normalizer] = []
        self._hidden = [
            self._allocate(depth, layer.activation, (runs, layer.fan_out, batch))
            for depth, layer in enumerate(network.layers, 1)
            if layer.activation is not None
        ]

    def view(self, array: Array) -> Array:
        """The array (R, ...) as products want it: without the run axis at R = 1."""
        return array[0] if self._single else array

    def _allocate(self, depth: int, activation: Activation, shape: tuple[int, int, int]) -> Hidden:
        runs, units, batch = shape
        dtype = self._params.dtype
        values = self.view(np.ones((runs, units + 1, batch), dtype=dtype))
        a = values[..., :-1, :]
        delta_full = self.view(np.empty((runs, units + 1, batch), dtype=dtype))
        z, stages = self._stages(depth, activation, a)
        alone = stages[0] if len(stages) == 1 and isinstance(stages[0], Activated) else None
        return Hidden(
            activation=activation if alone else Stages(stages),
            z=z,
            a=a,
            values=values,
            values_t=np.swapaxes(values, -1, -2),
            scratch=alone.scratch if alone else (),
            delta_full=delta_full,
            delta=delta_full[..., :-1, :],
        )

    def _stages(self, depth: int, activation: Activation, out: Array) -> tuple[Array, list[Stage]]:
        """Where the weighted sums of layer `depth`, from 1, go, and the stages from there to `out`.

        Put together from the last to the first. Only an activation may work in place: it wants what it
        has written untouched until the way back.
        """
        layer, following = self._network.layers[depth - 1 : depth + 1]
        x, stages = out, list[Stage]()
        if following.role.multiplier != 1.0:
            x, y = np.empty_like(x), x
            stages.append(Scaled(following.role.multiplier, x, y))
        if layer.dropout and self._grad is not None:
            x, y = np.empty_like(x), x
            self.drops.append(Dropped(depth, layer.dropout, x, y))
            stages.append(self.drops[-1])
        if layer.norm.parameters and layer.norm_place == "after":
            x, y = np.empty_like(x), x
            stages.append(self._norm(depth, x, y))
        x, y = np.empty_like(x) if activation.keeps_input else x, x
        stages.append(Activated(activation, x, y))
        if layer.norm.parameters and layer.norm_place == "before":
            x, y = np.empty_like(x), x
            stages.append(self._norm(depth, x, y))
        stages.reverse()
        return x, stages

    def _norm(self, depth: int, x: Array, out: Array) -> Normalizer:
        """What normalizes x to out in layer `depth`, from 1."""
        network, layer = self._network, self._network.layers[depth - 1]
        views = {name: self.view(vector) for name, vector in layer.vectors(self._params).items()}
        if self._grad is not None:
            gradients = layer.vectors(self._grad).items()
            views |= {f"{name}_grad": self.view(vector) for name, vector in gradients}
        tracked = network.buffers_of(depth, self._buffers).items()
        site = Site(x, out, **views, buffers={name: self.view(buffer) for name, buffer in tracked})
        self.norms.append(layer.norm.settled(site) if self._grad is None else layer.norm.bind(site))
        return self.norms[-1]

    def commit(self) -> None:
        """Let the norms track the statistics of the batch last sent forward."""
        for norm in self.norms:
            norm.commit()

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
