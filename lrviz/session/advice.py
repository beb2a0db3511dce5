"""What to try next: a learning rate, or another setting of the schedule."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lrviz.engine.schedules import AnyPlanned, Expression, Product, Reactive, Sequence, Times, Warmup
from lrviz.engine.schedules.base import Unit
from lrviz.engine.schedules.formula import read
from lrviz.engine.schedules.sequence import after
from lrviz.experiment.numbers import rounded, write
from lrviz.session.history import LEARNING_RATE
from lrviz.session.snapshot import Snapshot

ABSURD = 10.0
SENSIBLE = 0.1
CUT = 1e-3
"""A schedule that brought the rate below this share of α has ended the training."""
CUT_LITTLE = 0.1
CUT_FOR = 20
"""It did so for at least one in so many steps; the last steps of a cosine are no reason to worry."""

SHARE = 0.5
"""A schedule that is now below this share of what it was before has fallen; else it has yet to rise."""
POINTS = 400
"""At so many of the steps so far it is asked what a schedule has done."""

FALLS_LESS = {
    "step": "Let it drop less often or by less.",
    "multi_step": "Let it drop later, less often or by less.",
    "exponential": "Bring its factor γ nearer to 1.",
    "cosine": "Give it a greater length or let it end at a higher rate.",
    "cosine_warm_restarts": "Let it end at a higher rate or bring its peak factor nearer to 1.",
    "one_cycle": "Give it a greater length or divide the rate it ends at by less.",
    "linear": "Give it a greater length or let it end at a higher rate.",
    "linear_to_zero": "Give it a greater length, or choose a schedule that does not end at 0.",
    "polynomial": "Give it a greater length or a lower power.",
    "inverse_time": "Give it a longer period or less decay.",
    "inverse_sqrt": "Give it a longer warm-up, after which it falls more slowly.",
    "noam": "Give it a longer warm-up, after which it falls more slowly.",
    "rex": "Give it a greater length, or choose a schedule that does not end at 0.",
    "flat_cosine": "Give it a greater length or flat share, or let it end at a higher rate.",
    "warmup_stable_decay": "Let it end at a higher rate, or plan more steps.",
    "points": "Raise the points it has reached.",
    "expression": "Let its formula fall less.",
    "reduce_on_plateau": "Give it more patience, a factor nearer to 1 or a higher lowest rate.",
    "greedy": "Give it more patience, a factor nearer to 1 or a higher lowest rate.",
}
"""What to change about a schedule that has brought the rate down. Of others, it never is below α."""

RISES_SOONER = {
    "one_cycle": "Divide the rate it starts at by less, or let it rise in a smaller share.",
    "linear": "Let it start at a higher rate, or give it a smaller length.",
    "inverse_sqrt": "Give it a shorter warm-up or let it start at a higher rate.",
    "noam": "Give it a shorter warm-up.",
    "warmup_stable_decay": "Give it a shorter warm-up.",
    "points": "Raise its first points.",
    "expression": "Let its formula begin higher.",
    "warmup": "Give it a shorter warm-up or let it start at a higher rate.",
}
"""What to change about a schedule that has not brought the rate up yet."""


@dataclass(frozen=True)
class Blame:
    """How a schedule keeps the rate low: it has brought it `down`, or not yet up; what to do about that."""

    down: bool
    advice: str


def rate_at(snapshot: Snapshot, step: int) -> float:
    """α in use at a step, from the changes made while it trained."""
    later = [change for change in snapshot.edits if change.path == "lr" and change.step >= step]
    return float(later[0].before) if later else snapshot.experiment.lr


def highest_since(snapshot: Snapshot, step: int) -> tuple[int, float] | None:
    """Step and value of the highest α that was set since a step, if it was above the one of that step."""
    later = [(change.step, float(change.value)) for change in snapshot.edits if change.path == "lr"]
    highest = max((pair for pair in later if pair[0] >= step), key=lambda pair: pair[1], default=None)
    return highest if highest is not None and highest[1] > rate_at(snapshot, step) else None


def smaller_rate(snapshot: Snapshot, best_step: int) -> str:
    """A sentence with the α in use at the best loss if it was smaller, else a tenth; 0.1 for an absurd α."""
    if formula := _without_lr(snapshot):
        return f" The formula {formula} does not contain lr, so α does nothing; let it give a smaller rate."
    lr, best = snapshot.experiment.lr, rate_at(snapshot, best_step)
    if 0.0 < best < lr and best <= ABSURD:
        return f" Try a smaller α, such as {write(best, 2)}, which was in use at the best loss."
    return f" Try a smaller α, such as {write(tamer_rate(lr))}."


def tamer_rate(lr: float) -> float:
    """A tenth of α in one digit, or 0.1 where α is far beyond what any network bears."""
    return SENSIBLE if lr > ABSURD else rounded(lr / 10.0, 1)


def larger_rate(snapshot: Snapshot) -> str:
    """A sentence with three times α, or about the schedule when that is what keeps the rate low."""
    lr, now = snapshot.experiment.lr, write(snapshot.lr, 2)
    if formula := _without_lr(snapshot):
        return f" The formula {formula} does not contain lr, so α does nothing; let it give a higher rate."
    blame = blame_of(snapshot) if snapshot.lr < CUT_LITTLE * lr else None
    if blame is None:
        return f" Try a larger α, such as {write(lr * 3.0, 1)}."
    if blame.down:
        return f" The schedule has brought the rate down to {now} (α is {write(lr)}). {blame.advice}"
    return f" The schedule has not brought the rate up yet: it is {now} (α is {write(lr)}). {blame.advice}"


def slower_schedule(snapshot: Snapshot) -> str | None:
    """What to change about a schedule that has brought the rate to almost nothing; None when it has not."""
    highest, view = snapshot.lr, snapshot.series.get(LEARNING_RATE)
    if view is not None and len(view.steps):
        highest = max(highest, float(np.max(view.high[-(1 + len(view.steps) // CUT_FOR) :, 0])))
    blame = blame_of(snapshot) if highest <= CUT * snapshot.experiment.lr else None
    return blame.advice if blame is not None and blame.down else None


def blame_of(snapshot: Snapshot) -> Blame | None:
    """How the schedule, or the lowest of those at work inside it, keeps the rate low; None where none can."""
    schedule = snapshot.experiment.schedule
    if isinstance(schedule, Reactive):
        return Blame(True, FALLS_LESS[schedule.kind])
    members = [
        (member, member.multiple_at(times))
        for member, times in _at_work(schedule, _so_far(snapshot, schedule.unit))
    ]
    lowest, multiples = min(members, key=lambda member: float(member[1][-1]))
    down = float(multiples[-1]) < SHARE * float(np.max(multiples))
    advice = (FALLS_LESS if down else RISES_SOONER).get(lowest.name())
    if advice is None:
        return None
    return Blame(down, advice if lowest is schedule else f"This is due to {lowest.title} inside it. {advice}")


def _so_far(snapshot: Snapshot, unit: Unit) -> Times:
    """Times from step 0 to now, (N,), in this unit; batches are taken to have been alike."""
    training, examples = snapshot.experiment.training, len(snapshot.examples.train)
    steps = np.linspace(0.0, snapshot.step, POINTS)
    passes = np.floor(np.linspace(0.0, snapshot.epoch, POINTS))
    lr, total = snapshot.experiment.lr, float(training.steps)
    if unit == "step":
        return Times(steps, total, lr, lambda: passes)
    planned = np.ceil(total * min(training.batch_size, examples) / examples)
    return Times(passes, float(planned), lr, lambda: passes)


def _at_work(schedule: AnyPlanned, times: Times) -> Iterator[tuple[AnyPlanned, Times]]:
    """The innermost schedules that make the rate at the last of the times, each with its own times."""
    if isinstance(schedule, Warmup):
        if times.t[-1] < schedule.total_iters:
            yield schedule, times
        yield from _at_work(schedule.schedule, after(times, schedule.total_iters))
    elif isinstance(schedule, Product):
        yield from _at_work(schedule.first, times)
        yield from _at_work(schedule.second, times)
    elif isinstance(schedule, Sequence):
        lengths = schedule.lengths(times.total)
        ends = np.cumsum(np.array(lengths[:-1], dtype=np.float64))
        stage = int(np.searchsorted(ends, times.t[-1], side="right"))
        begin = float(ends[stage - 1]) if stage else 0.0
        yield from _at_work(schedule.stages[stage].schedule, after(times, begin, lengths[stage]))
    else:
        yield schedule, times


def _without_lr(snapshot: Snapshot) -> str | None:
    """A formula at work that leaves α out, so that α has no effect; None where there is none."""
    schedule = snapshot.experiment.schedule
    if isinstance(schedule, Reactive):
        return None
    for member, _ in _at_work(schedule, _so_far(snapshot, schedule.unit)):
        if isinstance(member, Expression) and "lr" not in read(member.formula).names:
            return member.formula
    return None
