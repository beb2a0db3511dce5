"""Where parameter tensors lie in a flat array."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Tensor:
    """One parameter tensor as PyTorch has it: the places (n,) of its numbers, row by row, and its shape.

    fan_in, fan_out: of its layer.
    """

    name: str
    shape: tuple[int, ...]
    places: NDArray[np.intp]
    fan_in: int = 1
    fan_out: int = 1

    @property
    def size(self) -> int:
        """n."""
        return len(self.places)


def whole(size: int) -> tuple[Tensor, ...]:
    """All of `size` parameters as one vector."""
    return (Tensor("parameters", (size,), np.arange(size)),)


def owners(tensors: Sequence[Tensor]) -> NDArray[np.intp]:
    """Which tensor each parameter belongs to, (P,)."""
    owner = np.empty(sum(tensor.size for tensor in tensors), dtype=np.intp)
    for number, tensor in enumerate(tensors):
        owner[tensor.places] = number
    return owner


class Packed:
    """Flat arrays (R, P) reordered so that each tensor's numbers follow each other.

    A reduction over a tensor is then one over the trailing axis of a slice, whose bits do not depend on R.
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self.order = np.concatenate([tensor.places for tensor in tensors])
        self.back = np.argsort(self.order)
        stops = np.cumsum([tensor.size for tensor in tensors])
        self.slices = [
            slice(int(stop) - tensor.size, int(stop)) for tensor, stop in zip(tensors, stops, strict=True)
        ]

    def pack(self, flat: Array, out: Array) -> None:
        """out (R, P) ← the same numbers, tensor by tensor."""
        np.take(flat, self.order, axis=1, out=out, mode="clip")

    def unpack(self, packed: Array, out: Array) -> None:
        """The way back."""
        np.take(packed, self.back, axis=1, out=out, mode="clip")
