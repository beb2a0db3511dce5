"""Adadelta."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.base import (
    Array,
    Ground,
    Optimizer,
    Slot,
    Tensor,
    Update,
    weight_decay_field,
)
from lrviz.engine.parts import field


class Adadelta(Optimizer):
    """v ← ρv + (1 − ρ)g²,  Δ = √(u + ε)/√(v + ε) · g,  u ← ρu + (1 − ρ)Δ²,  θ ← θ − αΔ.

    ε stands inside both roots, and u averages Δ without α. Weight decay λ is added to the gradient
    first, g ← g + λθ. The paper has no α, which is α = 1. Paper: Zeiler 2012 (arXiv:1212.5701).
    Followed: `torch.optim.Adadelta`.
    """

    title: ClassVar[str] = "Adadelta"
    summary: ClassVar[str] = "Makes steps as long as recent ones of the weight; meant for α = 1."
    torch_name: ClassVar[str] = "torch.optim.Adadelta"
    kind: Literal["adadelta"] = "adadelta"
    rho: float = field(
        0.9,
        title="Memory ρ",
        ge=0.0,
        lt=1.0,
        slider=(0.0, 0.9999),
        live=True,
        help="How long the averages of squared gradients and squared steps remember. Too low: steps jump "
        "in size. Too high: it takes very long until steps grow from their tiny start.",
    )
    eps: float = field(
        1e-6,
        title="Epsilon ε",
        gt=0.0,
        le=1.0,
        scale="log",
        slider=(1e-10, 1e-2),
        live=True,
        advanced=True,
        help="Lets the first steps, of a size near √ε, happen at all. Too low: training hardly starts. "
        "Too high: Adadelta turns into plain gradient descent.",
    )
    weight_decay: float = weight_decay_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Averages of squared gradients and of squared steps."""
        return {"square_avg": Slot(), "acc_delta": Slot()}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "AdadeltaUpdate":
        """The update rule for these R settings."""
        return AdadeltaUpdate(specs, ground)


class AdadeltaUpdate(Update):
    """Factor: α."""

    def __init__(self, specs: Sequence[Adadelta], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.square, self.taken = ground.slots["square_avg"], ground.slots["acc_delta"]
        rho = np.array([spec.rho for spec in specs], dtype=np.float64)
        self.keep, self.new = self.column(rho), self.column(1.0 - rho)
        self.eps = self.column([spec.eps for spec in specs])
        self.delta = np.empty_like(ground.params)

    def step(self, *factors: Array) -> None:
        """Sixteen calls on whole arrays (two more with weight decay)."""
        (rate,) = factors
        grad, work, delta, taken = self.grad, self.work, self.delta, self.taken
        self.add_decay()
        self.average(grad, self.square)
        np.add(taken, self.eps, out=delta)
        np.sqrt(delta, out=delta)
        np.add(self.square, self.eps, out=work)
        np.sqrt(work, out=work)
        np.divide(delta, work, out=delta)
        np.multiply(delta, grad, out=delta)
        self.average(delta, taken)
        np.multiply(delta, rate, out=delta)
        np.subtract(self.params, delta, out=self.params)

    def average(self, values: Array, into: Array) -> None:
        """into ← ρ · into + (1 − ρ) · values²."""
        np.multiply(values, values, out=self.work)
        np.multiply(self.work, self.new, out=self.work)
        np.multiply(into, self.keep, out=into)
        np.add(into, self.work, out=into)
