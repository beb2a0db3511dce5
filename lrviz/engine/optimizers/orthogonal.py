"""Newton–Schulz iterations, which bring the singular values of matrices near 1."""

from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from lrviz.engine.optimizers.base import Array, as_column

Coefficient = Annotated[float, Field(ge=-100.0, le=100.0)]
Coefficients = tuple[Coefficient, Coefficient, Coefficient]


class NewtonSchulz:
    """X ← G/max(‖G‖, ε), then k times X ← aX + (bA + cA²)X with A = XXᵀ, for one matrix of each of R runs.

    A tall G is turned first, so that A is the smaller of both products. The coefficients are the runs' own,
    and so is k. Source: K. Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks".
    """

    def __init__(
        self,
        shape: tuple[int, int],
        settings: Sequence[tuple[Coefficients, float, int]],
        dtype: np.dtype[np.floating[Any]],
    ) -> None:
        """settings: a, b and c, ε and k of each run."""
        coefficients, eps, steps = zip(*settings, strict=True)
        runs, (height, width) = len(settings), shape
        self.tall = height > width
        small, large = sorted(shape)
        self.a, self.b, self.c = (
            as_column(column, dtype)[:, :, None] for column in np.array(coefficients, dtype=np.float64).T
        )
        self.eps = as_column(eps, dtype)
        self.going = [np.array(steps)[:, None, None] > step for step in range(max(steps))]
        self.x, self.next = np.empty((2, runs, small, large), dtype=dtype)
        self.product, self.polynomial = np.empty((2, runs, small, small), dtype=dtype)
        self.work = np.empty((runs, height * width), dtype=dtype)
        self.norm = np.empty((runs, 1), dtype=dtype)

    def __call__(self, flat: Array) -> None:
        """flat (R, height · width) ← the same, orthogonalized."""
        x, product, polynomial = self.x, self.product, self.polynomial
        self._load(flat)
        for going in self.going:
            np.matmul(x, np.swapaxes(x, 1, 2), out=product)
            np.matmul(product, product, out=polynomial)
            np.multiply(polynomial, self.c, out=polynomial)
            np.multiply(product, self.b, out=product)
            np.add(polynomial, product, out=polynomial)
            np.matmul(polynomial, x, out=self.next)
            np.multiply(x, self.a, out=x, where=going)
            np.add(x, self.next, out=x, where=going)
        np.copyto(self._matrix(flat), x)

    def _load(self, flat: Array) -> None:
        """x ← flat/max(‖flat‖, ε)."""
        np.multiply(flat, flat, out=self.work)
        np.add.reduce(self.work, axis=-1, keepdims=True, out=self.norm)
        np.sqrt(self.norm, out=self.norm)
        np.maximum(self.norm, self.eps, out=self.norm)
        np.copyto(self.x, self._matrix(flat))
        np.divide(self.x, self.norm[:, :, None], out=self.x)

    def _matrix(self, flat: Array) -> Array:
        """A view of it as x lies."""
        _, small, large = self.x.shape
        if self.tall:
            return np.swapaxes(flat.reshape(-1, large, small), 1, 2)
        return flat.reshape(-1, small, large)
