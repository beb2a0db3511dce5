"""DoG, distance over gradients."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.base import (
    Array,
    Ground,
    Optimizer,
    Slot,
    Tensor,
    eps_field,
    weight_decay_field,
)
from lrviz.engine.optimizers.runwise import RunwiseUpdate, exact
from lrviz.engine.parts import field


class DoG(Optimizer):
    """θ ← θ − αηg with η = r̄/√(ε + Σ‖g‖²), where r̄ is the largest ‖θ − θ₀‖ so far.

    The sum has all gradients with the present one; r̄ starts at `reps_rel` · (1 + ‖θ₀‖). With `init_eta` r̄
    starts at 0 and the first η is that. Weight decay λ is added to the gradient first, g ← g + λθ.
    Multiplying the loss by a number changes nothing (but for ε).

    What α means: the reference rate is 1, the method as published (c in the paper); other values and
    schedules multiply η. The method is made to be judged by an average of its weights, which is a modifier
    of its own (EMA). Paper: Ivgi, Hinder & Carmon 2023 (arXiv:2302.12022). Followed: `dog.DoG` 1.0.3, where
    α does not multiply `init_eta`; here it does.
    """

    title: ClassVar[str] = "DoG"
    summary: ClassVar[str] = (
        "SGD with the way gone over all gradients as its rate; α multiplies it, 1 as published."
    )
    torch_name: ClassVar[str] = ""
    adaptive: ClassVar[bool] = False
    kind: Literal["dog"] = "dog"
    reps_rel: float = field(
        1e-6,
        title="First distance",
        gt=0.0,
        le=1.0,
        scale="log",
        slider=(1e-8, 1e-2),
        live=True,
        help="How far the weights count as moved before the first step, relative to their size. An edit "
        "starts the method anew from the present weights. Too low: more steps until the rate has grown. Too "
        "high: the first step may throw the weights away, and the rate stays high.",
    )
    eps: float = eps_field(1e-8, too_high="steps are short where gradients are small")
    init_eta: float | None = field(
        None,
        title="First rate",
        empty="from distance",
        gt=0.0,
        le=1e3,
        live=True,
        advanced=True,
        help="The rate of the first step, instead of one made of the first distance. Too low: more steps "
        "until the rate has grown. Too high: the first step may throw the weights away.",
    )
    weight_decay: float = weight_decay_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The first weights, the largest distance from them, and the sum of squared gradients."""
        return {
            "init_buffer": Slot(first="parameters"),
            "rbar": Slot(shape=(1,), exact=True),
            "G": Slot(shape=(1,), first=self.eps, exact=True),
        }

    def restarts(self, before: Self) -> bool:
        """Whether it is to start otherwise."""
        return self.reps_rel != before.reps_rel or self.init_eta != before.init_eta

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "DoGUpdate":
        """The update rule for these R settings."""
        return DoGUpdate(specs, ground)


class DoGUpdate(RunwiseUpdate):
    """Factor: α."""

    def __init__(self, specs: Sequence[DoG], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.start = ground.slots["init_buffer"]
        self.distance = self.kept("rbar")
        self.squares = self.kept("G")
        given = [0.0 if spec.init_eta is None else spec.init_eta for spec in specs]
        self.init_eta = exact(given)
        self.reps_rel = exact([0.0 if spec.init_eta else spec.reps_rel for spec in specs])
        self.eta, self.size = self.number(), self.number()
        self.fresh = self.flag()

    def step(self, *factors: Array) -> None:
        """Eight calls on whole arrays (two more each with weight decay and at the start)."""
        (rate,) = factors
        grad, work, params = self.grad, self.work, self.params
        self.add_decay()
        np.subtract(params, self.start, out=work)
        self.norm(work, out=self.size)
        np.maximum(self.distance, self.size, out=self.distance)
        if not self.distance.all():
            self.begin()
        self.dot(grad, grad, out=self.size)
        np.add(self.squares, self.size, out=self.squares)
        np.sqrt(self.squares, out=self.eta)
        np.divide(self.distance, self.eta, out=self.eta)
        np.equal(self.distance, 0.0, out=self.fresh)
        np.copyto(self.eta, self.init_eta, where=self.fresh)
        np.multiply(grad, self.rounded(self.eta), out=work)
        np.multiply(work, rate, out=work)
        np.subtract(params, work, out=params)

    def begin(self) -> None:
        """The first distance of runs that have none yet."""
        np.equal(self.distance, 0.0, out=self.fresh)
        self.norm(self.start, out=self.size)
        np.add(self.size, 1.0, out=self.size)
        np.multiply(self.size, self.reps_rel, out=self.size)
        np.copyto(self.distance, self.size, where=self.fresh)
