"""DoWG, distance over weighted gradients."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.base import (
    Array,
    Ground,
    Optimizer,
    Slot,
    Tensor,
    weight_decay_field,
)
from lrviz.engine.optimizers.runwise import RunwiseUpdate, exact
from lrviz.engine.parts import field


class DoWG(Optimizer):
    """v ← v + r̄²‖g‖²,  θ ← θ − α r̄²g/(√v + ε), where r̄ is the largest ‖θ − θ₀‖ so far.

    r̄² starts at ε. Recent gradients weigh more than in DoG, as r̄ was smaller for older ones. Weight decay λ
    is added to the gradient first, g ← g + λθ.

    What α means: the reference rate is 1, the method as published; other values and schedules multiply the
    step. Paper: Khaled, Mishchenko & Jin 2023 (arXiv:2305.16284). Followed: the authors' code (rka97/dowg),
    which has ε in both places and no weight decay; in the paper's Algorithm 1 r̄ starts at r_ε and nothing
    is added to √v.
    """

    title: ClassVar[str] = "DoWG"
    summary: ClassVar[str] = (
        "DoG that forgets early gradients; α multiplies the rate it finds, 1 as published."
    )
    torch_name: ClassVar[str] = ""
    adaptive: ClassVar[bool] = False
    kind: Literal["dowg"] = "dowg"
    eps: float = field(
        1e-4,
        title="First distance²",
        gt=0.0,
        le=1.0,
        scale="log",
        slider=(1e-12, 1e-2),
        live=True,
        help="The square of how far the weights count as moved before the first step; it also keeps the "
        "division finite. An edit starts the method anew from the present weights. Too low: more steps until "
        "the rate has grown. Too high: the first step may throw the weights away, and the rate stays high.",
    )
    weight_decay: float = weight_decay_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The first weights, the largest squared distance from them, and the weighted sum v."""
        return {
            "x0": Slot(first="parameters"),
            "rt2": Slot(shape=(1,), first=self.eps, exact=True),
            "vt": Slot(shape=(1,), exact=True),
        }

    def restarts(self, before: Self) -> bool:
        """Whether it is to start otherwise."""
        return self.eps != before.eps

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "DoWGUpdate":
        """The update rule for these R settings."""
        return DoWGUpdate(specs, ground)


class DoWGUpdate(RunwiseUpdate):
    """Factor: α."""

    def __init__(self, specs: Sequence[DoWG], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.start = ground.slots["x0"]
        self.distance = self.kept("rt2")
        self.weighted = self.kept("vt")
        self.eps = exact([spec.eps for spec in specs])
        self.eta = self.number()

    def step(self, *factors: Array) -> None:
        """Eight calls on whole arrays (two more with weight decay)."""
        (rate,) = factors
        grad, work, params, eta = self.grad, self.work, self.params, self.eta
        self.add_decay()
        np.subtract(params, self.start, out=work)
        self.dot(work, work, out=eta)
        np.maximum(self.distance, eta, out=self.distance)
        self.dot(grad, grad, out=eta)
        np.multiply(eta, self.distance, out=eta)
        np.add(self.weighted, eta, out=self.weighted)
        np.sqrt(self.weighted, out=eta)
        np.add(eta, self.eps, out=eta)
        np.divide(self.distance, eta, out=eta)
        np.multiply(grad, self.rounded(eta), out=work)
        np.multiply(work, rate, out=work)
        np.subtract(params, work, out=params)
