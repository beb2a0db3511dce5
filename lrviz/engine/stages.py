"""What a layer does with its weighted sums where that is more than an activation, stage by stage.

Every stage reads one array and writes another, (R, units, batch), without the run axis at R = 1.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from lrviz.engine.activations.base import Activation, Array


class Stage(Protocol):
    """One of them."""

    def forward(self) -> None:
        """Write what it makes of what it reads."""

    def backward(self, delta: Array) -> None:
        """delta ← dL/d(what it reads), from dL/d(what it writes)."""


class Activated:
    """out ← f(x); where the activation does not keep its input, `x` and `out` are one array."""

    def __init__(self, activation: Activation, x: Array, out: Array) -> None:
        self.activation, self.x, self.out = activation, x, out
        self.scratch = tuple(np.empty_like(x) for _ in range(activation.scratches))

    def forward(self) -> None:
        """See `Stage`."""
        self.activation.forward(self.x, self.out, self.scratch)

    def backward(self, delta: Array) -> None:
        """See `Stage`."""
        self.activation.backward(self.x, self.out, delta, self.scratch)


class Dropped:
    """out ← x · mask; whoever sends batches through sets the mask of each (see `Masks`).

    depth: of the layer, from 1. p: the share that is dropped.
    """

    def __init__(self, depth: int, p: float, x: Array, out: Array) -> None:
        self.depth, self.p, self.x, self.out = depth, p, x, out
        self.mask = np.ones_like(x)

    def forward(self) -> None:
        """See `Stage`."""
        np.multiply(self.x, self.mask, out=self.out)

    def backward(self, delta: Array) -> None:
        """See `Stage`."""
        np.multiply(delta, self.mask, out=delta)


class Scaled:
    """out ← x · factor."""

    def __init__(self, factor: float, x: Array, out: Array) -> None:
        self.factor, self.x, self.out = factor, x, out

    def forward(self) -> None:
        """See `Stage`."""
        np.multiply(self.x, self.factor, out=self.out)

    def backward(self, delta: Array) -> None:
        """See `Stage`."""
        np.multiply(delta, self.factor, out=delta)


class Stages:
    """Stages one after the other, called as an `Activation` is; they know their own arrays."""

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._forward = [stage.forward for stage in stages]
        self._backward = [stage.backward for stage in reversed(stages)]

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """From the weighted sums to what the layer gives."""
        for stage in self._forward:
            stage()

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← dL/dz, from the gradient at what the layer gives."""
        for stage in self._backward:
            stage(delta)
