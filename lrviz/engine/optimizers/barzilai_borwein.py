"""The Barzilai–Borwein method."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from lrviz.engine.optimizers.base import (
    Array,
    Ground,
    Optimizer,
    Slot,
    Tensor,
    switch,
    weight_decay_field,
)
from lrviz.engine.optimizers.runwise import RunwiseUpdate, exact
from lrviz.engine.parts import field

SIZE_HELP = (
    "Between which steps the method may choose. Shortest too high: no fine steps at the end. Longest too "
    "low: this is gradient descent with a fixed rate; too high: one flat stretch throws the weights away."
)


class BarzilaiBorwein(Optimizer):
    """θ ← θ − αηg with η = s·s/s·y ("BB1", long) or s·y/y·y ("BB2", short), of the last s = Δθ, y = Δg.

    1/η is a mean curvature along the last step. Where s·y ≤ 0, that is, no curvature upwards, η stays as it
    is, and it is kept within `min_step_size` and `max_step_size`: the method has no such safeguard as
    published; others take the longest step (Raydan 1997) or |s·y| (Tan et al.) there. The first η is
    `init_step_size`. Weight decay λ is part of the gradient, g + λθ.

    On all examples this is the method as published. On minibatches y is mostly the difference of two batches;
    with `same_batch` the gradient at the last place is therefore taken again on the present batch, which
    costs a second pass and is exact for that batch. Tan et al. average gradients over an epoch instead. The
    loss may rise for some steps: the method is not meant to fall steadily.

    What α means: the reference rate is 1, the method as published; other values and schedules multiply η.
    Papers: Barzilai & Borwein 1988, IMA J. Numer. Anal. 8; Raydan 1997, SIAM J. Optim. 7; Tan et al. 2016
    (arXiv:1605.04131), a schedule η/k of its own for minibatches.
    """

    title: ClassVar[str] = "Barzilai–Borwein"
    summary: ClassVar[str] = (
        "Takes its rate from the curvature along the last step; α multiplies it, 1 as published."
    )
    torch_name: ClassVar[str] = ""
    adaptive: ClassVar[bool] = False
    kind: Literal["barzilai_borwein"] = "barzilai_borwein"
    variant: Literal["BB1", "BB2"] = field(
        "BB1",
        title="Step",
        labels=("Long (BB1)", "Short (BB2)"),
        live=True,
        help="Which mean of the curvature along the last step. Long: faster, with a loss that jumps. Short: "
        "calmer; it is never the longer one.",
    )
    init_step_size: float = field(
        0.1,
        title="First step",
        gt=0.0,
        le=1e3,
        scale="log",
        slider=(1e-4, 1.0),
        live=True,
        help="The step before any curvature is known; an edit matters at the start only. Too low: one wasted "
        "step. Too high: it may throw the weights away.",
    )
    min_step_size: float = field(
        1e-10,
        title="Shortest step",
        gt=0.0,
        le=1e3,
        scale="log",
        slider=(1e-10, 1e-2),
        live=True,
        advanced=True,
        help=SIZE_HELP,
    )
    max_step_size: float = field(
        10.0,
        title="Longest step",
        gt=0.0,
        le=1e10,
        scale="log",
        slider=(1e-2, 1e3),
        live=True,
        help=SIZE_HELP,
    )
    same_batch: bool = field(
        True,
        title="Same batch",
        help="Compares two gradients of one batch. Off: of two batches, which says little about curvature "
        "unless a batch is all examples. On: a step costs two passes.",
    )
    weight_decay: float = weight_decay_field()

    @model_validator(mode="after")
    def _steps_in_order(self) -> Self:
        if self.min_step_size > self.max_step_size:
            raise ValueError(
                f"min_step_size is {self.min_step_size:g} and max_step_size {self.max_step_size:g}; "
                "the first must not be above the second"
            )
        return self

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """η, the last place, and the gradient there where it is not taken again."""
        slots = {
            "step_size": Slot(shape=(1,), first=self.init_step_size, exact=True),
            "params_prev": Slot(first="parameters"),
        }
        return slots if self.same_batch else {**slots, "grad_prev": Slot()}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "BarzilaiBorweinUpdate":
        """The update rule for these R settings."""
        return BarzilaiBorweinUpdate(specs, ground)


class BarzilaiBorweinUpdate(RunwiseUpdate):
    """Factor: α. Before the first step s is 0, so that η stays `init_step_size`."""

    def __init__(self, specs: Sequence[BarzilaiBorwein], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.eta = self.kept("step_size")
        self.before = ground.slots["params_prev"]
        self.same_batch = switch(specs, "same_batch")
        self.old = np.empty_like(self.params) if self.same_batch else ground.slots["grad_prev"]
        self.here, self.new = np.empty_like(self.params), np.empty_like(self.params)
        self.long = exact([spec.variant == "BB1" for spec in specs]) > 0.0
        self.smallest = exact([spec.min_step_size for spec in specs])
        self.highest = exact([spec.max_step_size for spec in specs])
        self.over, self.under, self.mixed = self.number(), self.number(), self.number()
        self.curved = self.flag()

    def step(self, *factors: Array) -> None:
        """Eleven calls on whole arrays (two more with weight decay, five and a look with `same_batch`)."""
        (rate,) = factors
        grad, work, params = self.grad, self.work, self.params
        self.add_decay()
        if self.same_batch:
            self.look_back()
        self.measure()
        np.copyto(self.before, params)
        np.copyto(self.old, grad)
        np.multiply(grad, self.rounded(self.eta), out=work)
        np.multiply(work, rate, out=work)
        np.subtract(params, work, out=params)

    def look_back(self) -> None:
        """The gradient at the last place, on the present batch."""
        grad, params = self.grad, self.params
        np.copyto(self.here, params)
        np.copyto(self.new, grad)
        np.copyto(params, self.before)
        self.ground.look()
        self.add_decay()
        np.copyto(self.old, grad)
        np.copyto(params, self.here)
        np.copyto(grad, self.new)

    def measure(self) -> None:
        """η from s and y; see the class."""
        over, under, mixed, curved = self.over, self.under, self.mixed, self.curved
        s, y = self.here, self.new
        np.subtract(self.params, self.before, out=s)
        np.subtract(self.grad, self.old, out=y)
        self.dot(s, y, out=mixed)
        self.dot(s, s, out=over)
        self.dot(y, y, out=under)
        np.copyto(over, mixed, where=~self.long)
        np.copyto(under, mixed, where=self.long)
        np.greater(mixed, 0.0, out=curved)
        np.greater(under, 0.0, out=curved, where=curved)
        np.divide(over, under, out=over, where=curved)
        np.minimum(over, self.highest, out=over)
        np.maximum(over, self.smallest, out=over)
        np.copyto(self.eta, over, where=curved)
