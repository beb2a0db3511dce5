"""What a norm is: it brings numbers to mean 0 and variance 1, then scales and shifts each unit's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lrviz.engine import parts

Array = NDArray[np.floating[Any]]


def eps_field() -> Any:
    """ε, added to every variance."""
    return parts.field(
        1e-5,
        title="Epsilon ε",
        gt=0.0,
        le=1.0,
        scale="log",
        slider=(1e-8, 1e-1),
        live=True,
        advanced=True,
        help="Keeps the division finite. Too low: numbers that hardly differ are blown up to noise. "
        "Too high: numbers stay smaller than they should be.",
    )


@dataclass(frozen=True, eq=False)
class Site:
    """Where a norm works, without the run axis at R = 1.

    x, out: (R, units, batch), what it reads and writes; they may be one array. weight, bias: γ and β,
    (R, units, 1). weight_grad, bias_grad: dL/dγ and dL/dβ, likewise; None where nothing is trained.
    buffers: what it tracks, by name, (R, units, 1).
    """

    x: Array
    out: Array
    weight: Array
    bias: Array
    weight_grad: Array | None = None
    bias_grad: Array | None = None
    buffers: Mapping[str, Array] = field(default_factory=dict)


class Norm(parts.Part):
    """The settings of one norm; names as in `torch.nn`."""

    parameters: ClassVar[Mapping[str, float]] = {"weight": 1.0, "bias": 0.0}
    """What it learns, a number a unit, and what that is at first."""
    buffers: ClassVar[Mapping[str, float]] = {}
    """What it tracks beside that, a number a unit, and what that is at first."""
    least_batch: ClassVar[int] = 1
    """The fewest examples that a batch of training may have."""

    def bind(self, site: Site) -> "Normalizer":
        """What it does while training."""
        raise NotImplementedError

    def settled(self, site: Site) -> "Normalizer":
        """What it does while evaluating."""
        return self.bind(site)


class Normalizer:
    """y = γx̂ + β with x̂ = (x − m)/√(v + ε), the mean m and the biased variance v along one axis.

    The gradient is dL/dx = (d − mean d − x̂ mean(d x̂))/√(v + ε) with d = γ dL/dy. Nothing is allocated.
    """

    def __init__(self, site: Site, axis: int, eps: float) -> None:
        self.site, self.axis, self.eps = site, axis, eps
        self.count = site.x.shape[axis]
        self.normal, self.work = np.empty((2, *site.x.shape), dtype=site.x.dtype)
        self.spread: Array = np.empty(site.x.shape, dtype=site.x.dtype)
        shape = list(site.x.shape)
        shape[axis] = 1
        self.mean, self.variance, self.deviation, self.part = np.empty((4, *shape), dtype=site.x.dtype)

    def forward(self) -> None:
        """out ← y; the statistics stay readable."""
        normal, work = self.normal, self.work
        self._average(self.site.x, self.mean)
        np.subtract(self.site.x, self._spread(self.mean), out=normal)
        np.multiply(normal, normal, out=work)
        self._average(work, self.variance)
        self._finish(self.variance)

    def _finish(self, variance: Array) -> None:
        """out ← y, where `normal` is x − m."""
        normal, out = self.normal, self.site.out
        np.add(variance, self.eps, out=self.deviation)
        np.sqrt(self.deviation, out=self.deviation)
        np.divide(normal, self._spread(self.deviation), out=normal)
        np.multiply(normal, self._spread(self.site.weight), out=out)
        np.add(out, self._spread(self.site.bias), out=out)

    def _average(self, values: Array, out: Array) -> None:
        np.add.reduce(values, axis=self.axis, keepdims=True, out=out)
        np.divide(out, self.count, out=out)

    def _spread(self, values: Array) -> Array:
        """One number a unit, or an example, as a whole array: numpy allocates where it broadcasts."""
        np.copyto(self.spread, values)
        return self.spread

    def backward(self, delta: Array) -> None:
        """delta ← dL/dx from dL/dy, and the gradients of γ and β, for the batch last sent forward."""
        site, normal, work, part = self.site, self.normal, self.work, self.part
        np.multiply(delta, normal, out=work)
        np.add.reduce(work, axis=-1, keepdims=True, out=site.weight_grad)
        np.add.reduce(delta, axis=-1, keepdims=True, out=site.bias_grad)
        np.multiply(delta, self._spread(site.weight), out=delta)
        np.multiply(delta, normal, out=work)
        self._average(work, part)
        np.multiply(normal, self._spread(part), out=work)
        self._average(delta, part)
        np.subtract(delta, self._spread(part), out=delta)
        np.subtract(delta, work, out=delta)
        np.divide(delta, self._spread(self.deviation), out=delta)

    def commit(self) -> None:
        """Let what is tracked take in the batch last sent forward."""
