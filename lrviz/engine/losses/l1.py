"""The mean absolute error."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Floats, Task
from lrviz.engine.losses.base import Array, Loss, Scratch, mean, scratch_for


class L1(Loss):
    """L = mean |z − y|, dL/dz = sign(z − y)/n, 0 where they are equal, over all n numbers of a batch.

    Reference: `torch.nn.L1Loss`.
    """

    title: ClassVar[str] = "Mean absolute error"
    summary: ClassVar[str] = (
        "The distance to the target, also called L1; far misses pull no harder than near ones."
    )
    tasks: ClassVar[tuple[Task, ...]] = ("regression",)
    kind: Literal["l1"] = "l1"

    def outputs(self, classes: int) -> int:
        """One."""
        return 1

    def encode(self, targets: Floats, classes: int) -> Floats:
        """The numbers themselves, (N, 1)."""
        return targets[:, None].copy()

    def value(self, z: Array, y: Array, scratch: Scratch | None = None) -> Array:
        """See the class; (...,)."""
        error, _ = scratch or scratch_for(z)
        np.subtract(z, y, out=error)
        np.absolute(error, out=error)
        return mean(error.reshape(*z.shape[:-2], -1))

    def gradient(self, z: Array, y: Array, out: Array, scratch: Scratch) -> None:
        """out ← sign(z − y)/n."""
        np.subtract(z, y, out=out)
        np.sign(out, out=out)
        np.multiply(out, 1.0 / (z.shape[-2] * z.shape[-1]), out=out)
