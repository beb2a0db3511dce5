"""A fully connected network: how its parameters lie in one flat array, and what it computes.

A layer's weights and biases are one matrix (fan_out, fan_in + 1), the bias in the last column; it
meets a constant 1 behind the layer's inputs. This is PyTorch's `Linear.weight` with `Linear.bias`
as one more column. A run's matrices follow each other in one row of a contiguous (R, P) array, behind
what the norms learn: of each normalized layer γ and then β, (units,) each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lrviz.engine.activations.base import Activation
from lrviz.engine.initializers.base import Initializer
from lrviz.engine.mup import Role
from lrviz.engine.norms import NoNorm
from lrviz.engine.norms.base import Norm, Site
from lrviz.engine.random import Purpose, stream
from lrviz.engine.tensors import Tensor

Array = NDArray[np.floating[Any]]
Floats = NDArray[np.float64]
NormPlace = Literal["before", "after"]


class Hidden(NamedTuple):
    """What is asked for of a hidden layer; `norm_place`: before or after the activation."""

    units: int
    activation: Activation
    norm: Norm = NoNorm()
    norm_place: NormPlace = "before"
    dropout: float = 0.0


@dataclass(frozen=True)
class Layer:
    """One layer: its widths, its place in the flat array, what it does (no activation: the outputs).

    start: of its matrix. norm_start: of what its norm learns. dropout: the share of its numbers that is
    dropped. role: what it is to the parametrization.
    """

    fan_in: int
    fan_out: int
    start: int
    activation: Activation | None
    norm: Norm = field(default_factory=NoNorm)
    norm_start: int = 0
    norm_place: NormPlace = "before"
    dropout: float = 0.0
    role: Role = field(default_factory=Role)

    @property
    def stop(self) -> int:
        """Behind the last number of its matrix."""
        return self.start + self.fan_out * (self.fan_in + 1)

    def vectors(self, flat: NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Views of what its norm learns, by name: (R, P) gives (R, units, 1), (P,) likewise without R."""
        views = {}
        for number, name in enumerate(self.norm.parameters):
            start = self.norm_start + number * self.fan_out
            views[name] = flat[..., start : start + self.fan_out, None]
        return views


@dataclass(frozen=True)
class Network:
    """Layers from the inputs to the outputs; the last one has no activation."""

    layers: tuple[Layer, ...]

    @classmethod
    def build(
        cls,
        inputs: int,
        hidden: Sequence[Hidden | tuple[int, Activation]],
        outputs: int,
        base_width: int | None = None,
    ) -> "Network":
        """The network with these hidden layers, in order.

        base_width: the width at which μP is the standard parametrization, None: that is used throughout.
        """
        asked = [each if isinstance(each, Hidden) else Hidden(*each) for each in hidden]
        widths = [inputs, *(each.units for each in asked), outputs]
        learned = [len(each.norm.parameters) * each.units for each in asked]
        layers: list[Layer] = []
        start = sum(learned)
        for depth, (fan_in, fan_out) in enumerate(pairwise(widths)):
            role = _role(base_width, widths, depth)
            if depth < len(asked):
                _, activation, norm, place, dropout = asked[depth]
                behind = sum(learned[:depth])
                layer = Layer(fan_in, fan_out, start, activation, norm, behind, place, dropout, role)
            else:
                layer = Layer(fan_in, fan_out, start, None, role=role)
            layers.append(layer)
            start = layer.stop
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
        """The parameter tensors as PyTorch has them: of each layer weight (fan_out, fan_in), bias, γ, β."""
        tensors = []
        everywhere = np.arange(self.size)
        for depth, (layer, matrix) in enumerate(zip(self.layers, self.matrices(everywhere), strict=True), 1):
            parts = {"weight": matrix[:, :-1], "bias": matrix[:, -1]}
            for name, vector in layer.vectors(everywhere).items():
                parts[f"norm {name}"] = vector[:, 0]
            for name, part in parts.items():
                tensors.append(
                    Tensor(f"layer {depth} {name}", part.shape, part.ravel(), layer.fan_in, layer.fan_out)
                )
        return tuple(tensors)

    def tensor_rates(self, adaptive: bool, scales: Sequence[float]) -> Floats:
        """What α is multiplied by for each tensor, (T,): by the parametrization, and by its layer's scale.

        adaptive: see `Optimizer`.
        """
        rates: list[float] = []
        for layer, scale in zip(self.layers, scales, strict=True):
            vector = layer.role.vector_rate(adaptive)
            own = [layer.role.weight_rate(adaptive), vector, *(vector for _ in layer.norm.parameters)]
            rates += [scale * rate for rate in own]
        return np.array(rates)

    def matrices(self, flat: NDArray[Any]) -> list[NDArray[Any]]:
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
                drawn = initializer.draw(layer.fan_in, layer.fan_out, random)
                drawn[:, :-1] *= layer.role.weight_scale
                drawn[:, -1] *= layer.role.bias_scale
                row[layer.start : layer.stop] = drawn.ravel()
                for name, vector in layer.vectors(row).items():
                    vector[:] = layer.norm.parameters[name]
        return params.astype(dtype)

    def first_buffers(self, runs: int, dtype: DTypeLike) -> dict[str, Array]:
        """What the norms track before the first step: (R, units) by name, "1.running_mean" for layer 1."""
        return {
            f"{depth}.{name}": np.full((runs, layer.fan_out), first, dtype=dtype)
            for depth, layer in enumerate(self.layers, 1)
            for name, first in layer.norm.buffers.items()
        }

    def buffers_of(self, depth: int, buffers: Mapping[str, Array]) -> dict[str, Array]:
        """Views of what the norm of layer `depth`, from 1, tracks: (..., units, 1) by its own names."""
        return {name: buffers[f"{depth}.{name}"][..., None] for name in self.layers[depth - 1].norm.buffers}


def _role(base_width: int | None, widths: Sequence[int], depth: int) -> Role:
    """What the layer between widths `depth` and `depth` + 1 is to the parametrization."""
    if base_width is None:
        return Role()
    multiples = [1.0, *(width / base_width for width in widths[1:-1]), 1.0]
    return Role(multiples[depth], multiples[depth + 1], reads_out=depth == len(widths) - 2)


@dataclass(frozen=True)
class Model:
    """A network with the parameters (P,) of one run: a pure function, for looking at.

    buffers: what its norms track, (units,) by name. It does what is done while evaluating: norms use what
    they track, and nothing is dropped.
    """

    network: Network
    params: Array
    buffers: Mapping[str, Array] = field(default_factory=dict)

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
            for depth, (layer, matrix) in enumerate(zip(self.network.layers, self.matrices, strict=True), 1):
                if layer.role.multiplier != 1.0:
                    values = values.copy()
                    values[:-1] *= layer.role.multiplier
                z = matrix @ values
                values = np.ones((layer.fan_out + 1, rows), dtype=z.dtype)
                values[:-1] = self._response(depth, layer, z)
                responses.append(values[:-1].T)
        return responses

    def _response(self, depth: int, layer: Layer, z: Array) -> Array:
        """What a layer makes of its weighted sums (units, N), which are overwritten."""
        if layer.activation is None:
            return z
        if layer.norm_place == "before":
            self._normalize(depth, layer, z)
        scratch = [np.empty_like(z) for _ in range(layer.activation.scratches)]
        a = np.empty_like(z) if layer.activation.keeps_input else z
        layer.activation.forward(z, a, scratch)
        if layer.norm_place == "after":
            self._normalize(depth, layer, a)
        return a

    def _normalize(self, depth: int, layer: Layer, x: Array) -> None:
        """In place."""
        if layer.norm.parameters:
            buffers = self.network.buffers_of(depth, self.buffers)
            layer.norm.settled(Site(x, x, **layer.vectors(self.params), buffers=buffers)).forward()

    def outputs(self, inputs: Array) -> Array:
        """The raw outputs (N, outputs) for inputs (N, D + 1)."""
        return self.responses(inputs)[-1]


def with_ones(inputs: NDArray[Any], dtype: DTypeLike) -> Array:
    """Inputs (N, D) with the constant 1 as their last column, (N, D + 1), of the working type."""
    table: Array = np.ones((len(inputs), inputs.shape[1] + 1), dtype=dtype)
    table[:, :-1] = inputs
    return table
