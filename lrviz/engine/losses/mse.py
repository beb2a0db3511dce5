"""The mean squared error."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.datasets.base import Floats, Task
from lrviz.engine.losses.base import Array, Loss, Scratch, mean, one_hot, scratch_for
from lrviz.engine.losses.simplex import closest_probabilities


class MSE(Loss):
    """L = mean (z − y)², dL/dz = 2(z − y)/n, over all n = batch · outputs numbers of a batch.

    For classes, z estimates probabilities: one output for two classes (target 0 or 1, decided at ½),
    otherwise one output per class (targets one-hot). Reference: `torch.nn.MSELoss`.
    """

    title: ClassVar[str] = "Mean squared error"
    summary: ClassVar[str] = "The squared distance to the target; far misses count most."
    tasks: ClassVar[tuple[Task, ...]] = ("regression", "binary", "multiclass")
    kind: Literal["mse"] = "mse"

    def outputs(self, classes: int) -> int:
        """One, or one per class from three classes on."""
        return classes if classes > 2 else 1

    def encode(self, targets: Floats, classes: int) -> Floats:
        """The numbers themselves (N, 1), or one-hot (N, classes) from three classes on."""
        return one_hot(targets, classes) if classes > 2 else targets[:, None].copy()

    def value(self, z: Array, y: Array, scratch: Scratch | None = None) -> Array:
        """See the class; (...,)."""
        error, _ = scratch or scratch_for(z)
        np.subtract(z, y, out=error)
        np.multiply(error, error, out=error)
        return mean(error.reshape(*z.shape[:-2], -1))

    def gradient(self, z: Array, y: Array, out: Array, scratch: Scratch) -> None:
        """out ← 2(z − y)/n."""
        np.subtract(z, y, out=out)
        np.multiply(out, 2.0 / (z.shape[-2] * z.shape[-1]), out=out)

    def decide(self, z: Array) -> NDArray[np.intp]:
        """Class 1 where its one output is above ½, or the class with the largest output."""
        if z.shape[-1] == 1:
            return (z[..., 0] > 0.5).astype(np.intp)
        decided: NDArray[np.intp] = z.argmax(axis=-1)
        return decided

    def probabilities(self, z: Array) -> Array:
        """The probabilities closest to z: its projection onto the simplex, which keeps the decision.

        For one output this is z clipped to [0, 1].
        """
        if z.shape[-1] == 1:
            positive = np.clip(z, 0.0, 1.0)
            return np.concatenate([1.0 - positive, positive], axis=-1)
        return closest_probabilities(z)
