"""SGD with a stochastic line search."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.base import Array, Ground, Slot, Tensor, weight_decay_field
from lrviz.engine.optimizers.objective import LossReading, LossReadingUpdate, sufficient_field
from lrviz.engine.optimizers.runwise import exact
from lrviz.engine.parts import field

MOST_TRIES = 100
SMALLEST_GRADIENT = 1e-8
"""A gradient shorter than this makes no step."""
LAST_RESORT = 1e-6
"""The step, in multiples of α, where none was found."""


class SLS(LossReading):
    """θ ← θ − ηg with η, βη, β²η, ..., the first to keep Armijo's condition f(θ − ηg) ≤ f(θ) − cη‖g‖².

    f and g are of the step's batch, and so is every try, which costs a pass. β is `beta_b`. The first try
    is by `reset_option` 0: the last step; 1: γ^(1/n) times that, but α at most (n is `n_batches_per_epoch`);
    2: α. A loss that is not finite is refused. After 100 tries the step is 10⁻⁶α, and the next first try is
    the one that would have followed. With weight decay λ, f has λ/2 ‖θ‖² and g has λθ. Where float32 rounds
    the decrease of the loss away, at the end of training, no step is found.

    What α means: the longest step tried, and the first one; 1 in the paper's experiments. η is kept as a
    multiple of α, so that schedules and edits act at once.
    Papers: Armijo 1966; Vaswani et al. 2019 (arXiv:1905.09997), which numbers its options 0, 2, 1. Followed:
    the authors' code (IssamLaradji/sls), `line_search_fn="armijo"`; with option 1 some versions of it bound
    the step by 10, others not at all, the paper by η_max; its last resort is 10⁻⁶ whatever α.
    """

    title: ClassVar[str] = "Line search"
    summary: ClassVar[str] = (
        "SGD that shortens each step until the loss falls enough; α is the longest tried."
    )
    torch_name: ClassVar[str] = ""
    adaptive: ClassVar[bool] = False
    kind: Literal["sls"] = "sls"
    c: float = sufficient_field(
        0.1,
        "What share of the decrease that the gradient promises a step has to bring. Too low: steps that "
        "hardly help are taken. Too high (from 0.5 on): short steps, and many tries.",
    )
    beta_b: float = field(
        0.9,
        title="Shortening β",
        gt=0.0,
        lt=1.0,
        slider=(0.1, 0.99),
        live=True,
        help="What a step that was refused is multiplied by. Too low: steps much shorter than needed. Too "
        "high: many tries, each of which costs a pass.",
    )
    reset_option: Literal[0, 1, 2] = field(
        1,
        title="First try",
        labels=("Last step", "A little more", "α"),
        live=True,
        help="Where each search starts. Last step: steps never grow. A little more: they grow slowly. α: "
        "every search is a whole one, which takes the most passes.",
    )
    weight_decay: float = weight_decay_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The step as a multiple of α."""
        return {"step_size": Slot(shape=(1,), first=1.0, exact=True)}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "SLSUpdate":
        """The update rule for these R settings."""
        return SLSUpdate(specs, ground)


class SLSUpdate(LossReadingUpdate):
    """Factor: α. A run that has found its step makes the same one again while others look on."""

    def __init__(self, specs: Sequence[SLS], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.multiple = self.kept("step_size")
        self.beta = exact([spec.beta_b for spec in specs])
        self.c = exact([spec.c for spec in specs])
        self.growth = exact([spec.growth if spec.reset_option == 1 else 1.0 for spec in specs])
        self.resets = exact([spec.reset_option == 2 for spec in specs]) > 0.0
        self.here, self.direction = np.empty_like(self.params), np.empty_like(self.params)
        self.value, self.found, self.wanted, self.slope, self.tried = (self.number() for _ in range(5))
        self.moves, self.looks, self.refused = self.flag(), self.flag(), self.flag()

    def step(self, *factors: Array) -> None:
        """As many looks as the run needs that needs the most, with two calls on whole arrays each."""
        (rate,) = factors
        self.add_decay()
        self.prepare(rate)
        for _ in range(MOST_TRIES):
            self.go()
            self.refuse()
            if not self.looks.any():
                break
            np.multiply(self.tried, self.beta, out=self.tried, where=self.looks)
        np.copyto(self.multiple, self.tried, where=self.moves)
        if self.looks.any():
            np.copyto(self.tried, LAST_RESORT, where=self.looks)
            self.go()

    def prepare(self, rate: Array) -> None:
        """Where the search starts, α times the gradient, the slope along it, and the first try."""
        self.dot(self.grad, self.grad, out=self.slope)
        np.greater_equal(self.slope, SMALLEST_GRADIENT**2, out=self.moves)
        np.copyto(self.looks, self.moves)
        self.objective(self.ground.loss(), out=self.value)
        np.copyto(self.here, self.params)
        np.multiply(self.grad, rate, out=self.direction)
        self.dot(self.direction, self.grad, out=self.slope)
        np.multiply(self.slope, self.c, out=self.slope)
        np.multiply(self.multiple, self.growth, out=self.multiple)
        np.minimum(self.multiple, 1.0, out=self.multiple)
        np.copyto(self.multiple, 1.0, where=self.resets)
        self.tried[:] = 0.0
        np.copyto(self.tried, self.multiple, where=self.moves)

    def go(self) -> None:
        """To the place of the present try."""
        np.multiply(self.direction, self.rounded(self.tried), out=self.work)
        np.subtract(self.here, self.work, out=self.params)

    def refuse(self) -> None:
        """Whose step is to be shortened."""
        self.objective(self.ground.look(), out=self.found)
        np.multiply(self.slope, self.tried, out=self.wanted)
        np.subtract(self.value, self.wanted, out=self.wanted)
        np.less_equal(self.found, self.wanted, out=self.refused)
        np.logical_not(self.refused, out=self.refused)
        np.logical_and(self.looks, self.refused, out=self.looks)
