"""Clips the gradient to a largest norm."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.modifiers.base import Modifier, Wrapper
from lrviz.engine.optimizers.base import Update
from lrviz.engine.optimizers.ground import Array, Ground
from lrviz.engine.parts import field


class ClipNorm(Modifier):
    """g ← g · min(1, c / (‖g‖ + 10⁻⁶)), with the norm over all parameters of a run.

    c is `max_norm`. Paper: Pascanu, Mikolov & Bengio 2013 (arXiv:1211.5063). Followed:
    `torch.nn.utils.clip_grad_norm_`, whose 10⁻⁶ is not in the paper.
    """

    title: ClassVar[str] = "Clip by norm"
    summary: ClassVar[str] = "Shortens gradients that are longer than a limit; their direction stays."
    kind: Literal["clip_norm"] = "clip_norm"
    max_norm: float = field(
        1.0,
        title="Longest",
        gt=0.0,
        le=1e6,
        scale="log",
        slider=(1e-3, 1e3),
        live=True,
        help="The longest gradient that passes unchanged. Too low: every step is equally long, however "
        "flat the loss. Too high: nothing is clipped, and one steep place throws the weights far away.",
    )

    @classmethod
    def wrap(cls, specs: Sequence[Self], ground: Ground, inner: Update) -> "ClipNormWrapper":
        """See `Modifier`."""
        return ClipNormWrapper(specs, ground, inner)


class ClipNormWrapper(Wrapper):
    """Three calls on whole arrays before the inner step."""

    def __init__(self, specs: Sequence[ClipNorm], ground: Ground, inner: Update) -> None:
        super().__init__(ground, inner)
        dtype = ground.params.dtype
        self.limit = np.array([spec.max_norm for spec in specs])[:, None].astype(dtype)
        self.norm = np.empty((len(specs), 1), dtype=dtype)

    def step(self, *factors: Array) -> None:
        """See the class."""
        grad, norm = self.grad, self.norm
        np.multiply(grad, grad, out=self.work)
        np.add.reduce(self.work, axis=-1, keepdims=True, out=norm)
        np.sqrt(norm, out=norm)
        np.add(norm, 1e-6, out=norm)
        np.divide(self.limit, norm, out=norm)
        np.minimum(norm, 1.0, out=norm)
        np.multiply(grad, norm, out=grad)
        super().step(*factors)
