"""What an update rule walks on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.tensors import Tensor

Array = NDArray[np.floating[Any]]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Slot:
    """An array (R, *shape) that is kept between steps; no shape: (R, P), as the parameters have.

    first: what it holds before the first step; "parameters": a copy of them, for such a shape only.
    exact: in float64 whatever the working type, as numbers of a whole run are.
    """

    shape: tuple[int, ...] | None = None
    first: float | Literal["parameters"] = 0.0
    exact: bool = False

    def allocate(self, params: Array) -> Array:
        """The array for parameters (R, P), not filled yet."""
        shape = params.shape[1:] if self.shape is None else self.shape
        return np.empty((len(params), *shape), dtype=np.float64 if self.exact else params.dtype)

    def fill(self, array: Array, params: Array) -> None:
        """One run's array, or several runs' arrays, as before the first step."""
        array[...] = params if self.first == "parameters" else self.first


def _unknown() -> Floats:
    raise RuntimeError("This ground knows no loss; a rule that asks for it needs one that does.")


@dataclass(frozen=True, eq=False)
class Ground:
    """The parameters of R runs, their gradient, and what can be asked about them.

    params, grad: (R, P). slots: by name, (R, ...). tensors: where the parameter tensors lie.
    seeds: of what the rule draws, (R,). examples: N, how many there are to train on.
    moves_momentum: whether a schedule moves the momentum.

    loss: the loss (R,) on this step's batch, at the parameters it began with. look: the same at the
    parameters as they are now, and `grad` becomes the gradient there; it changes nothing else.
    """

    params: Array
    grad: Array
    slots: Mapping[str, Array]
    tensors: Sequence[Tensor] = ()
    seeds: Sequence[int] = ()
    examples: int = 1
    moves_momentum: bool = False
    loss: Callable[[], Floats] = _unknown
    look: Callable[[], Floats] = _unknown
