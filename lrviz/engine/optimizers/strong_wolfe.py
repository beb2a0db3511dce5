"""A line search for R runs at once, whose steps fulfil the strong Wolfe conditions.

f(t) = L(x + td) shall have fallen enough, f(t) ≤ f(0) + c₁ t f′(0), and be flat enough,
|f′(t)| ≤ c₂ |f′(0)|. First a bracket around such a t is looked for, growing t by at most 10 times a
trial, then it is narrowed by cubic interpolation. Source: Nocedal & Wright 2006, "Numerical
optimization", algorithms 3.5 and 3.6. Followed: `torch.optim.LBFGS` with
`line_search_fn="strong_wolfe"`, decision by decision, ties included.
"""

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.optimizers.base import Array, Floats, Ground

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

ENOUGH_FALLEN = 1e-4
"""c₁."""
FLAT_ENOUGH = 0.9
"""c₂."""


def dot(a: Array, b: Array, work: Array) -> Floats:
    """Σ a b over the parameters of each run, (R,). Overwrites `work`."""
    np.multiply(a, b, out=work)
    total: Floats = np.add.reduce(work, axis=-1).astype(np.float64)
    return total


def largest(values: Array, work: Array) -> Floats:
    """max |values| of each run, (R,). Overwrites `work`."""
    np.absolute(values, out=work)
    most: Floats = np.maximum.reduce(work, axis=-1).astype(np.float64)
    return most


class Point:
    """A place on the lines of R runs: t, the loss there and its slope along the line, (R,); grad (R, P)."""

    def __init__(self, grad: Array) -> None:
        self.t, self.loss, self.slope = np.zeros((3, len(grad)))
        self.grad = grad

    def take(self, other: "Point", where: Flags) -> None:
        """Become the other point in these runs."""
        np.copyto(self.t, other.t, where=where)
        np.copyto(self.loss, other.loss, where=where)
        np.copyto(self.slope, other.slope, where=where)
        np.copyto(self.grad, other.grad, where=where[:, None])


class StrongWolfe:
    """Searches along `d` (R, P) from `start`, which is t = 0 with the loss, its slope and the gradient there.

    Runs decide for themselves and wait for each other at every trial: a look at one run does not change what
    another sees.
    """

    def __init__(self, ground: Ground, d: Array) -> None:
        self.ground, self.d = ground, d
        shape, dtype = ground.params.shape, ground.params.dtype
        self.x, self.work, *grads = np.empty((7, *shape), dtype=dtype)
        self.step = np.empty((shape[0], 1), dtype=dtype)
        self.start, self.before, first, second, self.chosen = (Point(grad) for grad in grads)
        self.ends = (first, second)
        self.new = Point(ground.grad)
        self.looks = np.zeros(shape[0], dtype=np.int64)
        self.second_is_low = np.zeros(shape[0], dtype=np.bool_)

    def __call__(self, searching: Flags, t: Floats, most: Integers, tolerance: Floats) -> None:
        """Take these runs' parameters to their `chosen` points, and count the `looks` (R,) that needed.

        t (R,): where to look first. most (R,): looks after that. tolerance (R,): where no parameter can
        move by more any longer, the search ends.
        """
        self.looks[:] = 0
        np.copyto(self.x, self.ground.params)
        self.before.take(self.start, searching)
        self.look(t, searching)
        self.narrow(self.bracket(searching, most), most, tolerance)
        first, second = self.ends
        self.chosen.take(first, searching & ~self.second_is_low)
        self.chosen.take(second, searching & self.second_is_low)
        self.walk(self.chosen.t, searching)

    def walk(self, t: Floats, where: Flags) -> None:
        """params ← x + td in these runs."""
        self.step[:, 0] = t
        np.multiply(self.d, self.step, out=self.work)
        np.add(self.x, self.work, out=self.ground.params, where=where[:, None])

    def look(self, t: Floats, where: Flags) -> None:
        """Make x + td the `new` point of these runs; the others' stay as they are, being looked at again."""
        new = self.new
        np.copyto(new.t, t, where=where)
        self.walk(new.t, where)
        new.loss[:] = self.ground.look()
        new.slope[:] = dot(new.grad, self.d, self.work)
        self.looks += where

    def too_high(self) -> Flags:
        """Where the new loss has not fallen enough."""
        return self.new.loss > self.start.loss + ENOUGH_FALLEN * self.new.t * self.start.slope

    def flat(self) -> Flags:
        """Where the new slope is flat enough."""
        return np.abs(self.new.slope) <= -FLAT_ENOUGH * self.start.slope

    def bracket(self, going: Flags, most: Integers) -> Flags:
        """Find the `ends`, two points that enclose a good one; in which runs they are to be narrowed."""
        before, new, narrowing = self.before, self.new, np.zeros_like(going)
        while True:
            going = going & ~self.enclosed(going, narrowing, most)
            if not going.any():
                return narrowing
            t = within(interpolate(before, new), new.t + 0.01 * (new.t - before.t), 10.0 * new.t)
            before.take(new, going)
            self.look(t, going)

    def enclosed(self, going: Flags, narrowing: Flags, most: Integers) -> Flags:
        """In which runs the new point ends the bracketing; `narrowing`: also where it encloses a good one."""
        before, new, (first, second) = self.before, self.new, self.ends
        tired = going & (self.looks > most)
        passed = self.too_high() | ((self.looks > 2) & (new.loss >= before.loss))
        found = going & ~tired & ~passed & self.flat()
        passed = going & ~tired & ~found & (passed | (new.slope >= 0.0))
        first.take(self.start, tired)
        first.take(before, passed)
        first.take(new, found)
        over = tired | passed | found
        second.take(new, over)
        narrowing |= passed
        return over

    def narrow(self, going: Flags, most: Integers, tolerance: Floats) -> None:
        """Bring the `ends` together until one is good; `second_is_low` says which one has the lower loss."""
        first, second = self.ends
        self.second_is_low[:] = ~(first.loss <= second.loss)
        length = largest(self.d, self.work)
        hesitant = np.zeros_like(going)
        while True:
            going = going & (self.looks <= most) & ~(np.abs(second.t - first.t) * length < tolerance)
            if not going.any():
                return
            t, hesitant = inner(first, second, hesitant)
            self.look(t, going)
            going = going & ~self.replace(going)

    def replace(self, going: Flags) -> Flags:
        """Put the new point in the place of an end; where it is good."""
        new, (first, second), low = self.new, self.ends, self.second_is_low
        worse = going & (self.too_high() | (new.loss >= np.where(low, second.loss, first.loss)))
        better = going & ~worse
        good = better & self.flat()
        span = np.where(low, first.t - second.t, second.t - first.t)
        turned = better & ~good & (new.slope * span >= 0.0)
        # The higher end goes: to the new point where that is no better, else to the lower one if it turned.
        first.take(second, turned & low)
        second.take(first, turned & ~low)
        first.take(new, (worse & low) | (better & ~low))
        second.take(new, (worse & ~low) | (better & low))
        np.copyto(low, ~(first.loss <= second.loss), where=worse)
        return good


def inner(first: Point, second: Point, hesitant: Flags) -> tuple[Floats, Flags]:
    """Where to look between two ends, and whether that is near one of them.

    Near an end for the second time in a row, or at it: a tenth of the way from it instead.
    """
    t = interpolate(first, second)
    low, high = np.minimum(first.t, second.t), np.maximum(first.t, second.t)
    t = within(t, low, high)
    margin = 0.1 * (high - low)
    near = np.minimum(high - t, t - low) < margin
    pushed = near & (hesitant | (t >= high) | (t <= low))
    inside = np.where(np.abs(t - high) < np.abs(t - low), high - margin, low + margin)
    return np.where(pushed, inside, t), near & ~pushed


def interpolate(a: Point, b: Point) -> Floats:
    """Where the cubic through two points with their slopes is least, (R,); NaN where it has no minimum."""
    gap = b.t - a.t
    bend = a.slope + b.slope - 3.0 * (b.loss - a.loss) / gap
    root = np.copysign(np.sqrt(bend * bend - a.slope * b.slope), gap)
    t: Floats = b.t - gap * ((b.slope + root - bend) / (b.slope - a.slope + 2.0 * root))
    return t


def within(t: Floats, low: Floats, high: Floats) -> Floats:
    """t, or the bound it is beyond; the middle for NaN."""
    t = np.where(np.isnan(t), (low + high) / 2.0, t)
    return np.minimum(np.maximum(t, low), high)
