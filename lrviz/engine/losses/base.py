"""What a loss is: a number per batch, and its gradient with respect to the network's outputs."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.datasets.base import Floats, Task
from lrviz.engine.parts import Part

Array = NDArray[np.floating[Any]]
Scratch = tuple[Array, Array]


class Loss(Part):
    """L(z, y) with outputs z and encoded targets y, both (..., batch, outputs)."""

    tasks: ClassVar[tuple[Task, ...]]
    """The tasks it can be used for."""

    def outputs(self, classes: int) -> int:
        """How many outputs the network needs for this many classes (0: one number to predict)."""
        raise NotImplementedError

    def encode(self, targets: Floats, classes: int) -> Floats:
        """Targets (N,) as the loss wants them, (N, outputs)."""
        raise NotImplementedError

    def value(self, z: Array, y: Array, scratch: Scratch | None = None) -> Array:
        """The mean loss of each batch, shape (...,); scratch: two arrays of z's shape, made if missing."""
        raise NotImplementedError

    def gradient(self, z: Array, y: Array, out: Array, scratch: Scratch) -> None:
        """out ← dL/dz of the mean loss, without allocating; scratch: two arrays of z's shape."""
        raise NotImplementedError

    def decide(self, z: Array) -> NDArray[np.intp]:
        """The class each example is put into, shape (..., batch); classification only."""
        raise NotImplementedError

    def probabilities(self, z: Array) -> Array:
        """Class probabilities (..., batch, classes) as the loss reads the outputs; classification only."""
        raise NotImplementedError


def scratch_for(z: Array) -> Scratch:
    """Two scratch arrays of z's shape."""
    return np.empty_like(z), np.empty_like(z)


def mean(values: Array) -> Array:
    """The mean over the last axis, without `numpy.mean`'s overhead."""
    total = np.asarray(np.add.reduce(values, axis=-1))
    np.divide(total, values.shape[-1], out=total)
    return total


def one_hot(targets: Floats, classes: int) -> Floats:
    """Class numbers (N,) as rows (N, classes) with a single 1."""
    return np.eye(classes)[targets.astype(np.intp)]
