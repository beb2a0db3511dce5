"""Averaged stochastic gradient descent."""

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
    weight_decay_field,
)
from lrviz.engine.parts import field


class ASGD(Optimizer):
    """θ ← (1 − λ₀η)θ − ηg,  a ← a + μ(θ − a),  with ηₜ₊₁ = α/(1 + λ₀αt)^κ and μₜ₊₁ = 1/max(1, t − t₀).

    λ₀ is `lambd`, κ `alpha` and t₀ `t0`; t counts updates from 1, the first η is α and the first μ 1, so
    that a is θ until update t₀ + 2. As in PyTorch, η is made for the next update with the α of this one:
    an edit of α takes effect one update later. Weight decay λ is added to the gradient, g ← g + λθ.
    What is evaluated and shown is the average a, for which the method is made; PyTorch keeps it in the
    optimizer's state and leaves its use to the caller, and keeps η in its default type (float32), here the
    working type. Paper: Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging".
    Followed: `torch.optim.ASGD`.
    """

    title: ClassVar[str] = "ASGD"
    summary: ClassVar[str] = "Gradient descent that is judged by the average of its weights."
    torch_name: ClassVar[str] = "torch.optim.ASGD"
    averages: ClassVar[bool] = True
    adaptive: ClassVar[bool] = False
    kind: Literal["asgd"] = "asgd"
    lambd: float = field(
        1e-4,
        title="Lambda λ₀",
        ge=0.0,
        le=10.0,
        slider=(0.0, 0.1),
        live=True,
        help="How fast α falls besides the schedule, and how much every weight is pulled to zero. Zero: not "
        "at all. Too high: training stops before it is done.",
    )
    alpha: float = field(
        0.75,
        title="Power κ",
        ge=0.0,
        le=10.0,
        slider=(0.0, 1.0),
        live=True,
        advanced=True,
        help="The power of the fall of α (`alpha` in PyTorch, not the learning rate). Zero: α stays. Too "
        "high: steps shrink before they have brought the weights anywhere.",
    )
    t0: float = field(
        1e6,
        title="Average from",
        unit="steps",
        ge=0.0,
        le=1e9,
        live=True,
        help="After how many updates averaging starts. Too low: the average drags the poor first weights "
        "along. Too high: it never starts, and this is gradient descent with a falling rate.",
    )
    weight_decay: float = weight_decay_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The average, and the rate η of the next update."""
        return {"ax": Slot(first="parameters"), "eta": Slot()}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "ASGDUpdate":
        """The update rule for these R settings."""
        return ASGDUpdate(specs, ground)


class ASGDUpdate(Update):
    """Factors: what is added to η, which starts at 0: α at the first update, else 0; the next η; μ; 1 − μ."""

    factors = 4

    def __init__(self, specs: Sequence[ASGD], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.average, self.eta = ground.slots["ax"], ground.slots["eta"]
        self.shown = self.average
        lambd = [spec.lambd for spec in specs]
        self.exact_lambd, self.lambd = np.array(lambd), self.column(lambd)
        self.power = np.array([spec.alpha for spec in specs])
        self.start = np.array([spec.t0 for spec in specs])

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class; the power by `log1p` and `exp`, whose bits do not depend on shapes."""
        first, later, new, kept = out
        first[:] = np.where(t == 1.0, lr, 0.0)
        np.multiply(self.exact_lambd * lr, t, out=later)
        np.log1p(later, out=later)
        np.multiply(later, -self.power, out=later)
        np.exp(later, out=later)
        np.multiply(later, lr, out=later)
        new[:] = np.maximum(1.0, t - 1.0 - self.start)
        np.divide(1.0, new, out=new)
        np.subtract(1.0, new, out=kept)

    def step(self, *factors: Array) -> None:
        """Eleven calls on whole arrays (two more with weight decay)."""
        first, later, new, kept = factors
        params, work, eta, average = self.params, self.work, self.eta, self.average
        self.add_decay()
        np.add(eta, first, out=eta)
        np.multiply(eta, self.lambd, out=work)
        np.subtract(1.0, work, out=work)
        np.multiply(params, work, out=params)
        np.multiply(self.grad, eta, out=work)
        np.subtract(params, work, out=params)
        np.copyto(eta, later)
        np.multiply(average, kept, out=average)
        np.multiply(params, new, out=work)
        np.add(average, work, out=average)
