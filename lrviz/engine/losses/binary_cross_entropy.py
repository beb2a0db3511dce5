"""Binary cross-entropy."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.activations.sigmoid import sigmoid
from lrviz.engine.datasets.base import Floats, Task
from lrviz.engine.losses.base import Array, Loss, Scratch, mean, scratch_for


class BinaryCrossEntropy(Loss):
    """L = mean(max(z, 0) − zy + ln(1 + e^−|z|)), dL/dz = (σ(z) − y)/batch, with the sigmoid σ.

    The output z is the logit of class 1 and y is 0 or 1: the stable form of −y ln σ(z) −
    (1 − y) ln(1 − σ(z)). Reference: `torch.nn.BCEWithLogitsLoss`.
    """

    title: ClassVar[str] = "Binary cross-entropy"
    summary: ClassVar[str] = "How surprised the network is by the right one of two classes."
    tasks: ClassVar[tuple[Task, ...]] = ("binary",)
    kind: Literal["binary_cross_entropy"] = "binary_cross_entropy"

    def outputs(self, classes: int) -> int:
        """One: the logit of class 1."""
        return 1

    def encode(self, targets: Floats, classes: int) -> Floats:
        """0 or 1, (N, 1)."""
        return targets[:, None].copy()

    def value(self, z: Array, y: Array, scratch: Scratch | None = None) -> Array:
        """See the class; (...,)."""
        loss, term = scratch or scratch_for(z)
        np.absolute(z, out=loss)
        np.negative(loss, out=loss)
        np.exp(loss, out=loss)
        np.log1p(loss, out=loss)
        np.maximum(z, 0.0, out=term)
        np.add(loss, term, out=loss)
        np.multiply(z, y, out=term)
        np.subtract(loss, term, out=loss)
        return mean(loss[..., 0])

    def gradient(self, z: Array, y: Array, out: Array, scratch: Scratch) -> None:
        """out ← (σ(z) − y)/batch."""
        sigmoid(z, out=out)
        np.subtract(out, y, out=out)
        np.multiply(out, 1.0 / z.shape[-2], out=out)

    def decide(self, z: Array) -> NDArray[np.intp]:
        """Class 1 where its logit is positive."""
        return (z[..., 0] > 0.0).astype(np.intp)

    def probabilities(self, z: Array) -> Array:
        """σ(−z) and σ(z)."""
        both = np.concatenate([-z, z], axis=-1)
        sigmoid(both, out=both)
        return both
