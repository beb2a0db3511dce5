"""What large weights cost beside the loss: L1 and L2 terms."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.block import Block
from lrviz.engine.optimizers.base import Array, Floats, as_column
from lrviz.engine.tensors import Tensor


class Penalty:
    """l₁ Σ|w| + l₂ Σw² over the weights w of each run, without biases and norms; its gradient.

    dL/dw = l₁ sign(w) + 2 l₂ w, with sign(0) = 0.
    """

    def __init__(self, l1: Floats, l2: Floats, tensors: Sequence[Tensor], params: Array, grad: Array) -> None:
        """l1, l2: (R,). params, grad: (R, P)."""
        self.params, self.grad = params, grad
        weights = np.zeros(params.shape[1], dtype=params.dtype)
        for tensor in tensors:
            weights[tensor.places] = len(tensor.shape) == 2
        self._l1 = as_column(l1, params.dtype) * weights
        self._twice_l2 = as_column(2.0 * l2, params.dtype) * weights
        self._began, self._work = np.empty_like(params), np.empty_like(params)

    @classmethod
    def of(cls, block: Block, rows: NDArray[np.intp], params: Array, grad: Array) -> Self | None:
        """That of some rows of a block; None where no run has one."""
        l1, l2 = block.l1[rows], block.l2[rows]
        if not (l1.any() or l2.any()):
            return None
        return cls(l1, l2, block.network.tensors, params, grad)

    def begin(self) -> None:
        """Remember where a step begins."""
        np.copyto(self._began, self.params)

    def add_gradient(self) -> None:
        """grad ← grad + its gradient at the parameters as they are."""
        work = self._work
        np.sign(self.params, out=work)
        np.multiply(work, self._l1, out=work)
        np.add(self.grad, work, out=self.grad)
        np.multiply(self.params, self._twice_l2, out=work)
        np.add(self.grad, work, out=self.grad)

    def at_start(self) -> Floats:
        """The penalty (R,) where the step began."""
        return self._value(self._began)

    def here(self) -> Floats:
        """The penalty (R,) at the parameters as they are."""
        return self._value(self.params)

    def _value(self, params: Array) -> Floats:
        work = self._work
        np.absolute(params, out=work)
        np.multiply(work, self._l1, out=work)
        total = np.add.reduce(work, axis=-1)
        np.multiply(params, params, out=work)
        np.multiply(work, self._twice_l2, out=work)
        value: Floats = (total + 0.5 * np.add.reduce(work, axis=-1)).astype(np.float64)
        return value
