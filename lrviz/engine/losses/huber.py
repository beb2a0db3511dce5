"""The Huber loss."""

from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.datasets.base import Floats, Task
from lrviz.engine.losses.base import Array, Loss, Scratch, mean, scratch_for
from lrviz.engine.parts import field


class Huber(Loss):
    """L = mean h(z − y), h(e) = e²/2 for |e| ≤ δ and else δ(|e| − δ/2), with δ = `delta`.

    dL/dz = c/n with c = min(max(e, −δ), δ), over all n numbers of a batch; then h(e) = c(e − c/2).
    Paper: Huber 1964, "Robust estimation of a location parameter". Reference: `torch.nn.HuberLoss`.
    """

    title: ClassVar[str] = "Huber"
    summary: ClassVar[str] = "Squared near the target, straight far from it, so that outliers pull less."
    tasks: ClassVar[tuple[Task, ...]] = ("regression",)
    kind: Literal["huber"] = "huber"
    delta: float = field(
        1.0,
        title="Straight beyond",
        gt=0.0,
        le=1000.0,
        scale="log",
        slider=(0.01, 10.0),
        help="The error from which on the loss grows in a straight line, in the unit that is trained on "
        "(standard deviations, where targets are standardized). Too low: every gradient is small. "
        "Too high: half the squared error, and outliers pull hard.",
    )

    def outputs(self, classes: int) -> int:
        """One."""
        return 1

    def encode(self, targets: Floats, classes: int) -> Floats:
        """The numbers themselves, (N, 1)."""
        return targets[:, None].copy()

    def value(self, z: Array, y: Array, scratch: Scratch | None = None) -> Array:
        """See the class; (...,)."""
        error, clipped = scratch or scratch_for(z)
        np.subtract(z, y, out=error)
        self._clip(error, clipped)
        np.subtract(error, clipped, out=error)
        np.multiply(error, clipped, out=error)
        np.multiply(clipped, clipped, out=clipped)
        np.multiply(clipped, 0.5, out=clipped)
        np.add(error, clipped, out=error)
        return mean(error.reshape(*z.shape[:-2], -1))

    def gradient(self, z: Array, y: Array, out: Array, scratch: Scratch) -> None:
        """out ← min(max(z − y, −δ), δ)/n."""
        np.subtract(z, y, out=out)
        self._clip(out, out)
        np.multiply(out, 1.0 / (z.shape[-2] * z.shape[-1]), out=out)

    def _clip(self, error: Array, out: Array) -> None:
        np.maximum(error, -self.delta, out=out)
        np.minimum(out, self.delta, out=out)
