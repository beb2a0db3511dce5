"""Sharpness-aware minimization."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.modifiers.base import Modifier, Wrapper
from lrviz.engine.optimizers.base import Update, switch
from lrviz.engine.optimizers.ground import Array, Ground
from lrviz.engine.parts import field


class SAM(Modifier):
    """Steps from θ with the gradient at θ + ρ g/(‖g‖ + 10⁻¹²), the steepest place within ρ.

    With `adaptive` (ASAM) at θ + ρ θ²g/(‖|θ|g‖ + 10⁻¹²), which does not change when layers are
    rescaled. The second gradient is on the same batch; a step costs two.
    Papers: Foret et al. 2021 (arXiv:2010.01412); Kwon et al. 2021 (arXiv:2102.11600). Followed: the
    PyTorch code of D. Samuel (davda54/sam), which both papers' users follow.
    """

    title: ClassVar[str] = "SAM"
    summary: ClassVar[str] = "Takes the gradient at the steepest place nearby, which leads to flat minima."
    kind: Literal["sam"] = "sam"
    rho: float = field(
        0.05,
        title="Radius ρ",
        ge=0.0,
        le=1e3,
        scale="log",
        slider=(1e-3, 1.0),
        live=True,
        help="How far away the steepest place is looked for. Zero: as without SAM. Too low: no "
        "difference. Too high: the gradient there says nothing about here.",
    )
    adaptive: bool = field(
        False,
        title="Adaptive",
        live=True,
        help="Measures distance in shares of each weight. Off: large weights are moved as far as small "
        "ones. On: rescaled layers make no difference; radii are then about ten times as large.",
    )

    @classmethod
    def wrap(cls, specs: Sequence[Self], ground: Ground, inner: Update) -> "SAMWrapper":
        """See `Modifier`."""
        return SAMWrapper(specs, ground, inner)


class SAMWrapper(Wrapper):
    """One more look before the inner step."""

    def __init__(self, specs: Sequence[SAM], ground: Ground, inner: Update) -> None:
        super().__init__(ground, inner)
        dtype = ground.params.dtype
        self.rho = np.array([spec.rho for spec in specs])[:, None].astype(dtype)
        self.adaptive = switch(specs, "adaptive")
        self.here = np.empty_like(self.params)
        self.norm = np.empty((len(specs), 1), dtype=dtype)

    def step(self, *factors: Array) -> None:
        """See the class."""
        grad, work, params, norm = self.grad, self.work, self.params, self.norm
        np.copyto(self.here, params)
        if self.adaptive:
            np.multiply(grad, params, out=grad)
        np.multiply(grad, grad, out=work)
        np.add.reduce(work, axis=-1, keepdims=True, out=norm)
        np.sqrt(norm, out=norm)
        np.add(norm, 1e-12, out=norm)
        np.divide(self.rho, norm, out=norm)
        np.multiply(grad, norm, out=work)
        if self.adaptive:
            np.multiply(work, params, out=work)
        np.add(params, work, out=params)
        self.ground.look()
        np.copyto(params, self.here)
        super().step(*factors)
