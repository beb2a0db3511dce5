"""The stochastic Polyak step size."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.base import Array, Ground, Slot, Tensor, eps_field, weight_decay_field
from lrviz.engine.optimizers.objective import LossReading, LossReadingUpdate, sufficient_field
from lrviz.engine.optimizers.runwise import exact
from lrviz.engine.parts import field

SMALLEST_GRADIENT = 1e-8
"""A gradient shorter than this makes no step."""


class SPS(LossReading):
    """θ ← θ − min((f(θ) − f*)/(c‖g‖² + ε), γ_b) g  (SPS_max), with f the loss of the step's batch.

    With `adapt_flag` "smooth_iter" the bound is γ^(1/n) times the step before instead, and γ_b at first (n is
    `n_batches_per_epoch`): steps may shrink at once but grow slowly. Where f ≤ f* or ‖g‖ < 10⁻⁸ there is no
    step, and the bound stays (in the authors' code it becomes 0 for good). With weight decay λ, f has
    λ/2 ‖θ‖² and g has λθ.

    What α means: it is γ_b, the longest step; as the loss bounds the step too, high values do no harm where
    f* is right. Schedules move γ_b; "smooth_iter" keeps its bound as a multiple of α, so they move it too.
    Papers: Polyak 1987, "Introduction to optimization"; Loizou et al. 2021 (arXiv:2002.10542). Followed: the
    authors' code (IssamLaradji/sps), whose default is "smooth_iter" and which knows f* for "constant" only.
    """

    title: ClassVar[str] = "Polyak (SPS)"
    summary: ClassVar[str] = "SGD whose rate is the loss over the squared gradient; α is the longest step."
    torch_name: ClassVar[str] = ""
    adaptive: ClassVar[bool] = False
    kind: Literal["sps"] = "sps"
    c: float = sufficient_field(
        0.5,
        "What the squared gradient is multiplied by. Too low: steps overshoot the place where the loss would "
        "be the lowest. Too high: short steps. 1 is Polyak's own, 0.5 steps twice as far.",
    )
    fstar: float = field(
        0.0,
        title="Lowest loss f*",
        ge=0.0,
        le=1e6,
        live=True,
        help="The lowest loss a batch can have. Too low: steps stay long at the end, and α has to bound "
        "them. Too high: training stops as soon as the loss is below it.",
    )
    adapt_flag: Literal["constant", "smooth_iter"] = field(
        "constant",
        title="Bound",
        labels=("Fixed", "Growing"),
        live=True,
        help="What bounds the step besides the loss. Fixed: α. Growing: the step before, and a little more; "
        "α is the first one.",
    )
    eps: float = eps_field(1e-8, too_high="steps are short where gradients are small")
    weight_decay: float = weight_decay_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The last step as a multiple of α."""
        return {"step_size": Slot(shape=(1,), first=1.0, exact=True)}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "SPSUpdate":
        """The update rule for these R settings."""
        return SPSUpdate(specs, ground)


class SPSUpdate(LossReadingUpdate):
    """Factor: α."""

    def __init__(self, specs: Sequence[SPS], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.last = self.kept("step_size")
        self.c, self.eps = exact([spec.c for spec in specs]), exact([spec.eps for spec in specs])
        self.fstar = exact([spec.fstar for spec in specs])
        self.growth = exact([spec.growth for spec in specs])
        self.smooth = exact([spec.adapt_flag == "smooth_iter" for spec in specs]) > 0.0
        self.polyak, self.size, self.bound = self.number(), self.number(), self.number()
        self.moves, self.goes = self.flag(), self.flag()

    def step(self, *factors: Array) -> None:
        """Seven calls on whole arrays (four more with weight decay)."""
        (rate,) = factors
        work, params = self.work, self.params
        self.add_decay()
        self.measure()
        self.bound[:] = 1.0
        np.multiply(self.last, self.growth, out=self.bound, where=self.smooth)
        self.keep(rate)
        np.multiply(rate, self.rounded(self.bound), out=work)
        np.minimum(work, self.rounded(self.polyak), out=work)
        np.multiply(self.grad, work, out=work)
        np.subtract(params, work, out=params)

    def measure(self) -> None:
        """Polyak's step, 0 for runs that are not to move."""
        polyak, size, moves = self.polyak, self.size, self.moves
        self.objective(self.ground.loss(), out=polyak)
        np.subtract(polyak, self.fstar, out=polyak)
        np.maximum(polyak, 0.0, out=polyak)
        self.dot(self.grad, self.grad, out=size)
        np.less(size, SMALLEST_GRADIENT**2, out=moves)
        np.logical_not(moves, out=moves)
        np.multiply(size, self.c, out=size)
        np.add(size, self.eps, out=size)
        np.divide(polyak, size, out=polyak)
        np.copyto(polyak, 0.0, where=~moves)

    def keep(self, rate: Array) -> None:
        """The step as a multiple of α, where there is one and α is not 0."""
        last, size, goes = self.last, self.size, self.goes
        self.largest(rate, out=size)
        np.greater(size, 0.0, out=goes)
        np.greater(self.polyak, 0.0, out=goes, where=goes)
        np.divide(self.polyak, size, out=last, where=goes)
        np.minimum(last, self.bound, out=last, where=goes)
