"""Gradient descent with a normalized gradient."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.base import (
    Array,
    Floats,
    Ground,
    Optimizer,
    Slot,
    Tensor,
    Update,
    moved,
    weight_decay_field,
)
from lrviz.engine.optimizers.moments import correction, logarithm
from lrviz.engine.parts import field


class NormalizedSGD(Optimizer):
    """θ ← θ − α m̂ / ‖m̂‖ᵖ,  m ← μm + (1−μ)g,  m̂ = m/(1−μᵗ); without momentum θ ← θ − α g/‖g‖ᵖ.

    The norm is over all parameters of a run and at least ε; p is `power`. The rate that multiplies the
    gradient is α/‖g‖ᵖ: it shrinks where the gradient is large and grows where it is small. The step is
    α‖g‖¹⁻ᵖ long:

    - p = 0: α‖g‖, plain gradient descent: long steps down steep walls, tiny ones on plateaus.
    - p = 1, normalized: α everywhere; only the direction counts. Near a minimum it hops to and fro at a
      distance of about α/2, so α must fall to arrive.
    - p > 1: the step itself is short where the gradient is large and long where it is small; it
      throws the parameters out of a minimum, as there the gradient vanishes.

    Weight decay λ is added to the gradient first, g ← g + λθ.
    Papers: Nesterov 1984 (normalized); Cutkosky & Mehta 2020 (arXiv:2002.03305; with momentum, whose
    average, not the gradient, is normalized, as here). Followed: the formula, with ε as in
    `torch.nn.functional.normalize`.
    """

    title: ClassVar[str] = "Normalized SGD"
    summary: ClassVar[str] = "Only the direction of the gradient counts: every step is α long."
    torch_name: ClassVar[str] = ""
    moves_momentum: ClassVar[bool] = True
    kind: Literal["normalized_sgd"] = "normalized_sgd"
    power: float = field(
        1.0,
        title="Power",
        ge=0.0,
        le=2.0,
        slider=(0.0, 2.0),
        live=True,
        help="The rate is α divided by the gradient's norm to this power. Zero: plain gradient descent. "
        "One: every step is α long. Above one: steps are short where the gradient is large, and long "
        "where it is small; too high throws weights out of every minimum.",
    )
    momentum: float = field(
        0.0,
        title="Momentum",
        ge=0.0,
        lt=1.0,
        slider=(0.0, 0.99),
        live=True,
        help="How long the average of gradients remembers whose direction is taken. Too low: the direction "
        "is that of one batch. Too high: overshoots and swings.",
    )
    weight_decay: float = weight_decay_field()
    eps: float = field(
        1e-12,
        title="Least norm ε",
        ge=1e-16,
        le=1.0,
        scale="log",
        slider=(1e-16, 1e-2),
        live=True,
        advanced=True,
        help="A smaller norm counts as this. Too low: rounding errors take full steps. Too high: steps "
        "get short as in plain gradient descent.",
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The average of the gradient."""
        return {"exp_avg": Slot()}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "NormalizedSGDUpdate":
        """The update rule for these R settings."""
        return NormalizedSGDUpdate(specs, ground)


class NormalizedSGDUpdate(Update):
    """Factors: α (1 − μᵗ)ᵖ⁻¹, as m̂/‖m̂‖ᵖ is m/‖m‖ᵖ times that; μ and 1 − μ."""

    factors = 3

    def __init__(self, specs: Sequence[NormalizedSGD], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.m = ground.slots["exp_avg"]
        self.momentum = np.array([spec.momentum for spec in specs], dtype=np.float64)
        self.power = np.array([spec.power for spec in specs], dtype=np.float64)
        self.eps = np.array([[spec.eps] for spec in specs], dtype=np.float64)
        self.exponent = -self.power[:, None]
        self.scale = np.empty((len(specs), 1), dtype=ground.params.dtype)
        self.norm = np.empty((len(specs), 1))

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        mu = moved(self.momentum, momentum)
        out[0] = lr * np.exp((self.power - 1.0) * np.log(correction(logarithm(mu), t)))
        out[1], out[2] = mu, 1.0 - mu

    def step(self, *factors: Array) -> None:
        """Eight calls on whole arrays (two more with weight decay), and some on one number a run."""
        rate, keep, new = factors
        grad, work, m = self.grad, self.work, self.m
        self.add_decay()
        np.multiply(m, keep, out=m)
        np.multiply(grad, new, out=grad)
        np.add(m, grad, out=m)
        np.multiply(m, m, out=work)
        np.add.reduce(work, axis=-1, keepdims=True, out=self.scale)
        self._to_power()
        np.multiply(m, self.scale, out=work)
        np.multiply(work, rate, out=work)
        np.subtract(self.params, work, out=self.params)

    def _to_power(self) -> None:
        """scale ← ‖m‖⁻ᵖ from ‖m‖²."""
        np.sqrt(self.scale, out=self.norm)
        np.maximum(self.norm, self.eps, out=self.norm)
        np.log(self.norm, out=self.norm)
        np.multiply(self.norm, self.exponent, out=self.norm)
        np.exp(self.norm, out=self.scale, casting="same_kind")
