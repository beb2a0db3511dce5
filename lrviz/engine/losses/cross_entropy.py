"""Cross-entropy over classes."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.datasets.base import Floats, Task
from lrviz.engine.losses.base import Array, Loss, one_hot


class CrossEntropy(Loss):
    """L = mean(ln Σ e^z − z·y), dL/dz = (softmax(z) − y)/batch, with one-hot targets y.

    The largest output is subtracted first, so that no exponential overflows.
    Reference: `torch.nn.CrossEntropyLoss`.
    """

    title: ClassVar[str] = "Cross-entropy"
    summary: ClassVar[str] = "How surprised the network is by the right class."
    tasks: ClassVar[tuple[Task, ...]] = ("multiclass", "binary")
    kind: Literal["cross_entropy"] = "cross_entropy"

    def outputs(self, classes: int) -> int:
        """One per class."""
        return classes

    def encode(self, targets: Floats, classes: int) -> Floats:
        """One-hot (N, classes)."""
        return one_hot(targets, classes)

    def value(self, z: Array, y: Array) -> Array:
        """See the class; (...,)."""
        shifted = z - z.max(axis=-1, keepdims=True)
        chosen = (shifted * y).sum(axis=-1)
        np.exp(shifted, out=shifted)
        mean: Array = (np.log(shifted.sum(axis=-1)) - chosen).mean(axis=-1)
        return mean

    def gradient(self, z: Array, y: Array, out: Array, row: Array) -> None:
        """out ← (softmax(z) − y)/batch."""
        softmax(z, out, row)
        np.subtract(out, y, out=out)
        np.multiply(out, 1.0 / z.shape[-2], out=out)

    def decide(self, z: Array) -> NDArray[np.intp]:
        """The class with the largest output."""
        decided: NDArray[np.intp] = z.argmax(axis=-1)
        return decided

    def probabilities(self, z: Array) -> Array:
        """softmax(z)."""
        out = np.empty_like(z)
        softmax(z, out, np.empty_like(z[..., :1]))
        return out


def softmax(z: Array, out: Array, row: Array) -> None:
    """out ← e^z / Σ e^z over the last axis; row: scratch (..., batch, 1)."""
    np.maximum.reduce(z, axis=-1, keepdims=True, out=row)
    np.subtract(z, row, out=out)
    np.exp(out, out=out)
    np.add.reduce(out, axis=-1, keepdims=True, out=row)
    np.divide(out, row, out=out)
