"""Cross-entropy over classes."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.datasets.base import Floats, Task
from lrviz.engine.losses.base import Array, Loss, Scratch, mean, one_hot, scratch_for
from lrviz.engine.parts import field


class CrossEntropy(Loss):
    """L = mean(ln Σ e^z − z·y), dL/dz = (softmax(z) − y)/batch, with targets y of sum 1.

    y is (1 − s) · one-hot + s/classes with s = `label_smoothing`. The largest output is subtracted
    first, so that no exponential overflows. Label smoothing: Szegedy et al. 2016 (arXiv:1512.00567).
    Reference: `torch.nn.CrossEntropyLoss`.
    """

    title: ClassVar[str] = "Cross-entropy"
    summary: ClassVar[str] = "How surprised the network is by the right class."
    tasks: ClassVar[tuple[Task, ...]] = ("multiclass", "binary")
    kind: Literal["cross_entropy"] = "cross_entropy"
    label_smoothing: float = field(
        0.0,
        title="Label smoothing",
        ge=0.0,
        le=1.0,
        slider=(0.0, 0.5),
        help="The share of every target that is spread evenly over all classes, so that being ever surer "
        "does not pay. Zero: outputs grow for as long as training goes on. Too high: the network stays "
        "unsure, and the loss cannot become small; at 1 nothing is learned.",
    )

    def outputs(self, classes: int) -> int:
        """One per class."""
        return classes

    def encode(self, targets: Floats, classes: int) -> Floats:
        """One-hot (N, classes), smoothed."""
        share = self.label_smoothing
        return one_hot(targets, classes) * (1.0 - share) + share / classes

    def value(self, z: Array, y: Array, scratch: Scratch | None = None) -> Array:
        """See the class; (...,)."""
        shifted, work = scratch or scratch_for(z)
        largest(z, out=work[..., 0])
        np.copyto(shifted, work[..., :1])
        np.subtract(z, shifted, out=shifted)
        np.multiply(shifted, y, out=work)
        np.exp(shifted, out=shifted)
        chosen, surprise = work[..., 0], shifted[..., 0]
        total(work, out=chosen)
        total(shifted, out=surprise)
        np.log(surprise, out=surprise)
        np.subtract(surprise, chosen, out=surprise)
        return mean(surprise)

    def gradient(self, z: Array, y: Array, out: Array, scratch: Scratch) -> None:
        """out ← (softmax(z) − y)/batch."""
        softmax(z, out, scratch)
        np.subtract(out, y, out=out)
        np.multiply(out, 1.0 / z.shape[-2], out=out)

    def decide(self, z: Array) -> NDArray[np.intp]:
        """The class with the largest output."""
        decided: NDArray[np.intp] = z.argmax(axis=-1)
        return decided

    def probabilities(self, z: Array) -> Array:
        """softmax(z)."""
        out = np.empty_like(z)
        softmax(z, out, scratch_for(z))
        return out


def softmax(z: Array, out: Array, scratch: Scratch) -> None:
    """out ← e^z / Σ e^z over the last axis; scratch: two arrays of z's shape.

    There are few outputs and many examples, so that whole columns are faster than row after row;
    and what is divided is spread out first, as numpy allocates a buffer for (..., outputs) / (..., 1).
    """
    spread, work = scratch
    largest(z, out=work[..., 0])
    np.copyto(spread, work[..., :1])
    np.subtract(z, spread, out=out)
    np.exp(out, out=out)
    total(out, out=work[..., 0])
    np.copyto(spread, work[..., :1])
    np.divide(out, spread, out=out)


def largest(z: Array, out: Array) -> None:
    """out (...) ← the maximum of z (..., outputs) over the outputs."""
    np.copyto(out, z[..., 0])
    for k in range(1, z.shape[-1]):
        np.maximum(out, z[..., k], out=out)


def total(z: Array, out: Array) -> None:
    """out (...) ← the sum of z (..., outputs) over the outputs, in their order; out may be z[..., 0]."""
    np.copyto(out, z[..., 0])
    for k in range(1, z.shape[-1]):
        np.add(out, z[..., k], out=out)
