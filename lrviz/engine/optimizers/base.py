"""What an optimizer is: declared fields, and an update rule for R runs at once."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import DTypeLike

from lrviz.engine.optimizers.ground import Array, Floats, Ground, Slot
from lrviz.engine.parts import Part, field
from lrviz.engine.tensors import Tensor

__all__ = [
    "Array",
    "Floats",
    "Ground",
    "Optimizer",
    "Slot",
    "Tensor",
    "Update",
    "as_column",
    "eps_field",
    "momentum_field",
    "moved",
    "switch",
    "weight_decay_field",
]


L2_HELP = (
    "Pulls weights to zero through the gradient (L2). Zero: no pull. "
    "Too high: the network cannot fit the data."
)


def weight_decay_field(default: float = 0.0, help: str = L2_HELP) -> Any:
    """λ, which every optimizer has."""
    return field(default, title="Weight decay", ge=0.0, le=10.0, slider=(0.0, 0.1), live=True, help=help)


def momentum_field() -> Any:
    """μ of a buffer of updates."""
    return field(
        0.0,
        title="Momentum",
        ge=0.0,
        lt=1.0,
        slider=(0.0, 0.99),
        live=True,
        help="How much of the last update goes on in this one. Too low: slow along flat valleys. "
        "Too high: overshoots and swings; steps grow up to 1/(1 − momentum) times as long.",
    )


def eps_field(default: float, too_high: str) -> Any:
    """ε of a division; too_high: what happens where it is too high."""
    return field(
        default,
        title="Epsilon ε",
        gt=0.0,
        le=1.0,
        scale="log",
        slider=(1e-10, 1e-2),
        live=True,
        advanced=True,
        help=f"Keeps the division finite. Too low: huge steps where gradients vanish. Too high: {too_high}.",
    )


class Optimizer(Part):
    """The settings of one optimizer, named as in `torch.optim`.

    Fields that are numbers may differ between the runs of a block. All other fields (switches)
    must be the same in a block, as they change which operations are done.
    """

    torch_name: ClassVar[str]
    """Its class in PyTorch, e.g. `torch.optim.Adam`."""

    moves_momentum: ClassVar[bool] = False
    """Whether a schedule can move its momentum (`momentum`, or the first of `betas`)."""
    averages: ClassVar[bool] = False
    """Whether what is evaluated and shown are other parameters than those it steps."""
    adaptive: ClassVar[bool] = True
    """Whether each number's step keeps its length when its gradient is scaled, as Adam's; see `mup`."""

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """What it keeps between steps, by name.

        Names and shapes may depend on switches, never on numbers: the runs of a block share them.
        """
        return {}

    def torch_arguments(self) -> dict[str, Any]:
        """Keyword arguments of the PyTorch class, without `lr`."""
        return self.model_dump(exclude={"kind"})

    def restarts(self, before: Self) -> bool:
        """Whether going on from the settings `before` needs fresh slots and a step count of zero."""
        return False

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "Update":
        """The update rule for these R settings on this ground."""
        raise NotImplementedError


class Update:
    """One step for R runs on flat arrays, `params`, `grad` and each slot (R, P).

    A step is `step(*factors)`, a handful of `out=` calls on whole arrays. Its factors, such as
    α/(1 − β₁ᵗ), are (R, 1) in the working type, or (R, P) where tensors have rates of their own:
    tabulated in float64 for a chunk of steps and rounded once, so that a run's bits do not depend on its
    neighbours.
    """

    factors: int = 1
    """How many factors `step` takes."""

    def __init__(self, ground: Ground, weight_decay: Sequence[float] = ()) -> None:
        """weight_decay: λ of the R runs; none: no decay."""
        self.ground = ground
        self.params = ground.params
        self.grad = ground.grad
        self.shown = ground.params
        """The parameters (R, P) to evaluate and to look at, as of the last `show`."""
        self.work = np.empty_like(ground.params)
        self.decay = self.column(weight_decay or [0.0] * len(ground.params))
        self.decays = any(weight_decay)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """Fill out (factors, K, R) for K steps.

        lr (K, R): α. t (K, R) counts updates from 1. momentum (K, R): where a schedule moves it, else NaN
        or None. Where tensors have rates of their own, lr and out have an axis for them before R, and t
        one of length 1: formulas must broadcast.
        """
        out[0] = lr

    def show(self) -> None:
        """Bring `shown` up to date; nothing to do where that is `params` itself."""

    def step(self, *factors: Array) -> None:
        """params ← params after one update with the present `grad` (which may be overwritten)."""
        raise NotImplementedError

    def add_decay(self) -> None:
        """g ← g + λθ: two calls on whole arrays, none where no run has weight decay. Overwrites `work`."""
        if self.decays:
            np.multiply(self.params, self.decay, out=self.work)
            np.add(self.grad, self.work, out=self.grad)

    def column(self, values: Sequence[float] | Floats) -> Array:
        """Per-run constants as (R, 1) in the working type, rounded once from float64.

        For a single run an array without axes: broadcasting a column costs half a microsecond a call.
        """
        column = as_column(values, self.params.dtype)
        return column.reshape(()) if len(column) == 1 else column


def switch(specs: Sequence[Part], name: str) -> bool:
    """The value of a switch in a block. Raises ValueError if its runs disagree."""
    values = {getattr(spec, name) for spec in specs}
    if len(values) > 1:
        raise ValueError(f"{name} is on for some runs of a block and off for others; it must be equal in all")
    return bool(values.pop())


def moved(own: Floats, momentum: Floats | None) -> Floats:
    """The momentum of each step and run: the schedule's where it has one (K, R), else the run's own (R,)."""
    return own if momentum is None else np.where(np.isnan(momentum), own, momentum)


def as_column(values: Sequence[float] | Floats, dtype: DTypeLike) -> Array:
    """Numbers (R,) as an (R, 1) array of the working type."""
    column: Array = np.asarray(values, dtype=np.float64)[:, None].astype(dtype)
    return column
