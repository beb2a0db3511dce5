"""A fully connected network: how its parameters lie in one flat array, and what it computes.

A layer's weights and biases are one matrix (fan_out, fan_in + 1), the bias in the last column; it
meets a constant 1 behind the layer's inputs. This is PyTorch's `Linear.weight` with `Linear.bias`
as one more column. A run's matrices follow each other in one row of a contiguous (R, P) array.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lrviz.engine.activations.base import Activation
from lrviz.engine.initializers.base import Initializer
from lrviz.engine.random import Purpose, stream
from lrviz.engine.tensors import Tensor

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Layer:
    """One layer: its widths, its place in the flat array, its activation (None: the outputs)."""

    fan_in: int
    fan_out: int
    start: int
    activation: Activation | None

    @property
    def stop(self) -> int:
        """Behind its last parameter."""
        return self.start + self.fan_out * (self.fan_in + 1)


@dataclass(frozen=True)
class Network:
    """Layers from the inputs to the outputs; the last one has no activation."""

    layers: tuple[Layer, ...]

    @classmethod
    def build(cls, inputs: int, hidden: Sequence[tuple[int, Activation]], outputs: int) -> "Network":
        """The network with these hidden (units, activation), in order."""
        layers: list[Layer] = []
        fan_in, start = inputs, 0
        for units, activation in [*hidden, (outputs, None)]:
            layers.append(Layer(fan_in, units, start, activation))
            fan_in, start = units, layers[-1].stop
        return cls(tuple(layers))

    @property
    def size(self) -> int:
        """P, the number of parameters."""
        return self.layers[-1].stop

    @property
    def widths(self) -> tuple[int, ...]:
        """Units from the inputs to the outputs, e.g. (2, 8, 8, 1)."""
        return (self.layers[0].fan_in, *(layer.fan_out for layer in self.layers))

    @cached_property
    def tensors(self) -> tuple[Tensor, ...]:
        """The parameter tensors as PyTorch has them: each layer's weight (fan_out, fan_in), then its bias."""
        tensors = []
        for depth, layer in enumerate(self.layers, 1):
            fan_in, fan_out = layer.fan_in, layer.fan_out
            places = np.arange(layer.start, layer.stop).reshape(fan_out, fan_in + 1)
            for name, part in (("weight", places[:, :-1]), ("bias", places[:, -1])):
                tensors.append(Tensor(f"layer {depth} {name}", part.shape, part.ravel(), fan_in, fan_out))
        return tuple(tensors)

    def matrices(self, flat: Array) -> list[Array]:
        """Views of each layer's matrix: (R, P) gives (R, fan_out, fan_in + 1), (P,) likewise without R."""
        return [
            flat[..., layer.start : layer.stop].reshape(*flat.shape[:-1], layer.fan_out, layer.fan_in + 1)
            for layer in self.layers
        ]

    def initial(self, initializer: Initializer, seeds: Sequence[int], dtype: DTypeLike) -> Array:
        """First parameters (R, P), one row a seed; a layer's draw depends on the seed and its depth only."""
        params = np.empty((len(seeds), self.size))
        for row, seed in zip(params, seeds, strict=True):
            for depth, layer in enumerate(self.layers):
                random = stream(seed, Purpose.WEIGHTS, depth)
                row[layer.start : layer.stop] = initializer.draw(layer.fan_in, layer.fan_out, random).ravel()
        return params.astype(dtype)


@dataclass(frozen=True)
class Model:
    """A network with the parameters (P,) of one run: a pure function, for looking at."""

    network: Network
    params: Array

    @property
    def matrices(self) -> list[Array]:
        """Each layer's matrix (fan_out, fan_in + 1), the bias last."""
        return self.network.matrices(self.params)

    def responses(self, inputs: Array) -> list[Array]:
        """What every layer computes for inputs (N, D + 1) with their constant 1: a list of (N, units).

        The last entry holds the raw outputs (logits for classification). Costs one forward pass.
        """
        rows = len(inputs)
        values = np.ascontiguousarray(inputs.T)
        responses = []
        with np.errstate(all="ignore"):
            for layer, matrix in zip(self.network.layers, self.matrices, strict=True):
                z = matrix @ values
                values = np.ones((layer.fan_out + 1, rows), dtype=z.dtype)
                if layer.activation is None:
                    values[:-1] = z
                else:
                    scratch = [np.empty_like(z) for _ in range(layer.activation.scratches)]
                    a = np.empty_like(z) if layer.activation.keeps_input else z
                    layer.activation.forward(z, a, scratch)
                    values[:-1] = a
                responses.append(values[:-1].T)
        return responses

    def outputs(self, inputs: Array) -> Array:
        """The raw outputs (N, outputs) for inputs (N, D + 1)."""
        return self.responses(inputs)[-1]


def with_ones(inputs: NDArray[Any], dtype: DTypeLike) -> Array:
    """Inputs (N, D) with the constant 1 as their last column, (N, D + 1), of the working type."""
    table: Array = np.ones((len(inputs), inputs.shape[1] + 1), dtype=dtype)
    table[:, :-1] = inputs
    return table
