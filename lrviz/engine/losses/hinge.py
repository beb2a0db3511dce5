"""The hinge loss."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.datasets.base import Floats, Task
from lrviz.engine.losses.base import Array, Loss, Scratch, mean, one_hot, scratch_for
from lrviz.engine.losses.cross_entropy import total
from lrviz.engine.losses.simplex import closest_probabilities


class Hinge(Loss):
    """Two classes: L = mean max(0, 1 − yz), dL/dz = −y[yz < 1]/batch, with one output z and y = ±1.

    From three classes C on: L = mean Σⱼ max(0, 1 − zᵧ + zⱼ)/C over the classes j other than the right
    one, y; each that is nearer than 1 gives zⱼ the gradient 1/(C batch) and takes the same from zᵧ.
    Sources: Cortes & Vapnik 1995, "Support-vector networks"; Weston & Watkins 1999, "Support vector
    machines for multi-class pattern recognition". References: `sklearn.metrics.hinge_loss` for two
    classes, `torch.nn.MultiMarginLoss` with its defaults (p = 1) for more. That one of PyTorch, given the
    outputs 0 and z, is half the loss of two classes.
    """

    title: ClassVar[str] = "Hinge"
    summary: ClassVar[str] = "How far the right class is from leading by 1; beyond that, nothing is learned."
    tasks: ClassVar[tuple[Task, ...]] = ("binary", "multiclass")
    kind: Literal["hinge"] = "hinge"

    def outputs(self, classes: int) -> int:
        """One, or one per class from three classes on."""
        return classes if classes > 2 else 1

    def encode(self, targets: Floats, classes: int) -> Floats:
        """−1 or 1, (N, 1), or one-hot (N, classes) from three classes on."""
        return one_hot(targets, classes) if classes > 2 else 2.0 * targets[:, None] - 1.0

    def value(self, z: Array, y: Array, scratch: Scratch | None = None) -> Array:
        """See the class; (...,)."""
        miss, work = scratch or scratch_for(z)
        _misses(z, y, miss, work)
        np.maximum(miss, 0.0, out=miss)
        if z.shape[-1] == 1:
            return mean(miss[..., 0])
        # The right class misses its own lead by exactly 1.
        np.subtract(miss, y, out=miss)
        total(miss, out=work[..., 0])
        np.multiply(work[..., 0], 1.0 / z.shape[-1], out=work[..., 0])
        return mean(work[..., 0])

    def gradient(self, z: Array, y: Array, out: Array, scratch: Scratch) -> None:
        """out ← −y[yz < 1]/batch, or ([zᵧ − zⱼ < 1] − y · (how many classes j are that near))/(C batch)."""
        miss, work = scratch
        _misses(z, y, miss, work)
        np.sign(miss, out=miss)
        np.maximum(miss, 0.0, out=miss)
        if z.shape[-1] == 1:
            np.multiply(miss, y, out=out)
            np.multiply(out, -1.0 / z.shape[-2], out=out)
            return
        # The right class is among those that are near, so it gets 1 less than their number.
        total(miss, out=work[..., 0])
        np.copyto(out, work[..., :1])
        np.multiply(out, y, out=out)
        np.subtract(miss, out, out=out)
        np.multiply(out, 1.0 / (z.shape[-1] * z.shape[-2]), out=out)

    def decide(self, z: Array) -> NDArray[np.intp]:
        """Class 1 where its one output is positive, or the class with the largest output."""
        if z.shape[-1] == 1:
            return (z[..., 0] > 0.0).astype(np.intp)
        decided: NDArray[np.intp] = z.argmax(axis=-1)
        return decided

    def probabilities(self, z: Array) -> Array:
        """The probabilities closest to the outputs (two classes: to −z/2 and z/2); a lead of 1 is certainty.

        The hinge loss itself knows no probabilities. Source: Martins & Astudillo 2016, "From softmax to
        sparsemax" (arXiv:1602.02068).
        """
        return closest_probabilities(np.concatenate([-0.5 * z, 0.5 * z], axis=-1) if z.shape[-1] == 1 else z)


def _misses(z: Array, y: Array, out: Array, work: Array) -> None:
    """out ← 1 − yz, or 1 − zᵧ + zⱼ for each class j; work: an array of z's shape."""
    np.multiply(z, y, out=work)
    if z.shape[-1] == 1:
        np.subtract(1.0, work, out=out)
        return
    total(work, out=work[..., 0])
    np.copyto(out, work[..., :1])
    np.subtract(z, out, out=out)
    np.add(out, 1.0, out=out)
