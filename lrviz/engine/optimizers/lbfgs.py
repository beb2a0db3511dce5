"""L-BFGS."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self, cast

import numpy as np

from lrviz.engine.optimizers.base import Array, Floats, Ground, Optimizer, Slot, Tensor, Update, switch
from lrviz.engine.optimizers.strong_wolfe import Flags, Integers, StrongWolfe, dot, largest
from lrviz.engine.parts import field

MOST_PAIRS = 100
"""Pairs there is room for."""
CURVED = 1e-10
"""The least yᵀs of a pair that is kept."""


class LBFGS(Optimizer):
    """θ ← θ + t d,  d = −H g, up to `max_iter` times in a step, all with the step's batch.

    H is the inverse Hessian as the last pairs s (how θ moved) and y (how g changed by that) tell of it: the
    two-loop recursion, from yᵀs/yᵀy times the unit matrix. t is α, and min(1, 1/Σ|g|)α at the very first
    move; with "strong_wolfe" a line search starts there and decides. A step ends after `max_iter` moves or
    `max_eval` gradients, or where gradient, move or change of the loss are small. Pairs are kept between
    steps, though batches change, as in PyTorch. All parameters are one vector: tensors cannot have rates of
    their own. Here losses and slopes are float64 numbers, and at most 100 pairs are kept.
    Source: Nocedal & Wright 2006, "Numerical optimization", algorithms 7.4 and 7.5. Followed:
    `torch.optim.LBFGS`.
    """

    title: ClassVar[str] = "L-BFGS"
    summary: ClassVar[str] = "Learns curvature from past gradients; many small moves in each step."
    torch_name: ClassVar[str] = "torch.optim.LBFGS"
    adaptive: ClassVar[bool] = False
    kind: Literal["lbfgs"] = "lbfgs"
    line_search_fn: Literal["strong_wolfe"] | None = field(
        None,
        title="Line search",
        empty="none",
        live=True,
        help="None: every move is α times the direction, which wants α near 1 and may explode. Strong Wolfe: "
        "tries lengths, at first α, until the loss has fallen enough; slower, and safe.",
    )
    max_iter: int = field(
        20,
        title="Iterations",
        ge=1,
        le=1000,
        slider=(1, 100),
        live=True,
        help="The most moves in a step. Too low: a step is hardly more than one of gradient descent. Too "
        "high: it fits the batch instead of the data, and takes long.",
    )
    max_eval: int | None = field(
        None,
        title="Most gradients",
        empty="1.25 × iterations",
        ge=1,
        le=10_000,
        live=True,
        advanced=True,
        help="The most gradients in a step. Too low: line searches end before they found anything. Too high: "
        "slow steps.",
    )
    tolerance_grad: float = field(
        1e-7,
        title="Flat below",
        ge=0.0,
        le=1.0,
        scale="log",
        slider=(1e-12, 1e-2),
        live=True,
        advanced=True,
        help="A step ends where no gradient is larger. Too low: moves that gain nothing. Too high: training "
        "stops before it is done.",
    )
    tolerance_change: float = field(
        1e-9,
        title="Still below",
        ge=0.0,
        le=1.0,
        scale="log",
        slider=(1e-12, 1e-2),
        live=True,
        advanced=True,
        help="A step ends where neither a weight nor the loss changes by more. Too low: moves that gain "
        "nothing. Too high: training stops before it is done.",
    )
    history_size: int = field(
        MOST_PAIRS,
        title="Pairs",
        ge=1,
        le=MOST_PAIRS,
        slider=(1, MOST_PAIRS),
        live=True,
        advanced=True,
        help="How many past moves the curvature is learned from. Too low: it knows few directions. Too high: "
        "slower, and the oldest tell of other places and other batches.",
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The last direction, gradient and length; the pairs in a ring, how many, and where the next goes."""
        size = sum(tensor.size for tensor in tensors)
        number = Slot(shape=(1,), exact=True)
        return {
            "d": Slot(),
            "prev_flat_grad": Slot(),
            "old_dirs": Slot(shape=(MOST_PAIRS, size)),
            "old_stps": Slot(shape=(MOST_PAIRS, size)),
            "ro": Slot(shape=(MOST_PAIRS,), exact=True),
            "t": number,
            "H_diag": Slot(shape=(1,), first=1.0, exact=True),
            "n_iter": number,
            "pairs": number,
            "next_pair": number,
        }

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "LBFGSUpdate":
        """The update rule for these R settings."""
        return LBFGSUpdate(specs, ground)


class LBFGSUpdate(Update):
    """Factor: α. Runs decide for themselves when their step is over, and wait for the others."""

    def __init__(self, specs: Sequence[LBFGS], ground: Ground) -> None:
        super().__init__(ground)
        self.searches = switch(specs, "line_search_fn")
        self.max_iter = np.array([spec.max_iter for spec in specs])
        self.max_eval = np.array([spec.max_eval or spec.max_iter * 5 // 4 for spec in specs])
        self.flat = np.array([spec.tolerance_grad for spec in specs])
        self.still = np.array([spec.tolerance_change for spec in specs])
        self.memory = Pairs(ground, np.array([spec.history_size for spec in specs]))
        self.d, self.before = ground.slots["d"], ground.slots["prev_flat_grad"]
        self.line = StrongWolfe(ground, self.d)
        self.length = np.empty((len(specs), 1), dtype=self.params.dtype)
        self.t, self.done = (cast("Floats", ground.slots[name][:, 0]) for name in ("t", "n_iter"))
        self.looks = np.zeros(len(specs), dtype=np.int64)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See `Update`. Raises ValueError where tensors have rates of their own."""
        if lr.ndim > 2:
            raise ValueError("L-BFGS has one length for all weights, so every tensor's rate must be the same")
        out[0] = lr

    def step(self, *factors: Array) -> None:
        """Up to `max_iter` moves; the gradient becomes that of the last look."""
        rate = np.broadcast_to(factors[0], (len(self.params), 1))[:, 0].astype(np.float64)
        here = self.line.start
        with np.errstate(all="ignore"):
            here.loss[:] = self.ground.loss()
            np.copyto(here.grad, self.grad)
            self.looks[:] = 1
            going = ~(largest(here.grad, self.work) <= self.flat)
            iteration = 0
            while going.any():
                iteration += 1
                going = self.iterate(going, iteration, rate)

    def iterate(self, going: Flags, iteration: int, rate: Floats) -> Flags:
        """One move of these runs; which of them are to go on."""
        here = self.line.start
        loss = here.loss.copy()
        self.aim(going, rate)
        here.slope[:] = dot(here.grad, self.d, self.work)
        going = going & ~(here.slope > -self.still)
        if not going.any():
            return going
        last = self.max_iter <= iteration
        if self.searches:
            self.search(going)
        else:
            self.move(going, last)
        moved = largest(self.d, self.work) * np.abs(self.t)
        over = last | (self.looks >= self.max_eval) | (largest(here.grad, self.work) <= self.flat)
        return going & ~(over | (moved <= self.still) | (np.abs(here.loss - loss) < self.still))

    def aim(self, going: Flags, rate: Floats) -> None:
        """The direction d of these runs, and the length t to go or to try first."""
        grad = self.line.start.grad
        first = going & (self.done == 0.0)
        self.done += going
        np.subtract(grad, self.before, out=self.memory.y)
        self.length[:, 0] = self.t
        np.multiply(self.d, self.length, out=self.memory.s)
        self.memory.remember(going & ~first)
        np.copyto(self.d, self.memory.direction(grad), where=going[:, None])
        np.copyto(self.before, grad, where=going[:, None])
        np.absolute(grad, out=self.work)
        total = np.add.reduce(self.work, axis=-1).astype(np.float64)
        np.copyto(self.t, np.where(first, np.minimum(1.0, 1.0 / total) * rate, rate), where=going)

    def search(self, going: Flags) -> None:
        """Move these runs by a line search."""
        line = self.line
        line(going, self.t, self.max_eval - self.looks, self.still)
        np.copyto(self.t, line.chosen.t, where=going)
        line.start.take(line.chosen, going)
        line.start.t[:] = 0.0
        self.looks += line.looks

    def move(self, going: Flags, last: Flags) -> None:
        """Move these runs by t d, and look where they are unless it is the last time."""
        here, again = self.line.start, going & ~last
        self.length[:, 0] = self.t
        np.multiply(self.d, self.length, out=self.work)
        np.add(self.params, self.work, out=self.params, where=going[:, None])
        if again.any():
            np.copyto(here.loss, self.ground.look(), where=again)
            np.copyto(here.grad, self.grad, where=again[:, None])
            self.looks += again


class Pairs:
    """The last pairs (s, y) of R runs, each in a ring of its own; `most` (R,) of them count."""

    def __init__(self, ground: Ground, most: Integers) -> None:
        slots, (runs, size) = ground.slots, ground.params.shape
        self.most = most
        self.ys, self.steps, self.ro = slots["old_dirs"], slots["old_stps"], cast("Floats", slots["ro"])
        self.scale, self.count, self.next = (slots[name][:, 0] for name in ("H_diag", "pairs", "next_pair"))
        self.rows = np.arange(runs)
        self.y, self.s, self.q, self.work = np.empty((4, runs, size), dtype=ground.params.dtype)
        self.factor = np.empty((runs, 1), dtype=ground.params.dtype)
        self.al = np.empty((MOST_PAIRS + 1, runs))

    def remember(self, where: Flags) -> None:
        """Keep the pair (`s`, `y`) of these runs, where the loss was curved upwards along it."""
        curved = dot(self.y, self.s, self.work)
        kept = where & (curved > CURVED)
        for row in np.flatnonzero(kept):
            place = int(self.next[row])
            self.ys[row, place], self.steps[row, place] = self.y[row], self.s[row]
            self.ro[row, place] = 1.0 / curved[row]
        np.copyto(self.scale, curved / dot(self.y, self.y, self.work), where=kept)
        np.copyto(self.next, (self.next + 1.0) % MOST_PAIRS, where=kept)
        np.minimum(self.count + kept, self.most, out=self.count)

    def direction(self, grad: Array) -> Array:
        """−H g (R, P), in an array that the next call overwrites."""
        q, count = self.q, int(self.count.max())
        np.negative(grad, out=q)
        for back in range(1, count + 1):
            ro = self.recall(back)
            self.al[back] = dot(self.s, q, self.work) * ro
            self.add(-self.al[back], self.y, self.count >= back)
        self.factor[:, 0] = self.scale
        np.multiply(q, self.factor, out=q)
        for back in range(count, 0, -1):
            ro = self.recall(back)
            self.add(self.al[back] - dot(self.y, q, self.work) * ro, self.s, self.count >= back)
        return q

    def recall(self, back: int) -> Floats:
        """`s` and `y` ← the pair that many pairs ago; its 1/yᵀs (R,)."""
        place = (self.next.astype(np.intp) - back) % MOST_PAIRS
        index = self.rows * MOST_PAIRS + place
        for pairs, out in ((self.ys, self.y), (self.steps, self.s)):
            np.take(pairs.reshape(-1, pairs.shape[-1]), index, axis=0, out=out, mode="clip")
        ro: Floats = self.ro.reshape(-1).take(index)
        return ro

    def add(self, factor: Floats, values: Array, where: Flags) -> None:
        """q ← q + factor · values in these runs."""
        self.factor[:, 0] = factor
        np.multiply(values, self.factor, out=self.work)
        np.add(self.q, self.work, out=self.q, where=where[:, None])
