"""What to try next: a learning rate, or another setting of the schedule."""

import numpy as np

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

SLOWER_SCHEDULE = {
    "reduce_on_plateau": "Give it more patience, a factor nearer to 1 or a higher lowest rate.",
    "step": "Let it drop less often or by less.",
    "exponential": "Bring its factor γ nearer to 1.",
    "cosine": "Give it a greater length or let it end at a higher rate.",
}


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
    lr, best = snapshot.experiment.lr, rate_at(snapshot, best_step)
    if 0.0 < best < lr and best <= ABSURD:
        return f" Try a smaller α, such as {write(best, 2)}, which was in use at the best loss."
    return f" Try a smaller α, such as {write(tamer_rate(lr))}."


def tamer_rate(lr: float) -> float:
    """A tenth of α in one digit, or 0.1 where α is far beyond what any network bears."""
    return SENSIBLE if lr > ABSURD else rounded(lr / 10.0, 1)


def larger_rate(snapshot: Snapshot) -> str:
    """A sentence with three times α, or about the schedule when that is what keeps the rate low."""
    lr = snapshot.experiment.lr
    advice = SLOWER_SCHEDULE.get(snapshot.experiment.schedule.kind)
    if advice is not None and snapshot.lr < CUT_LITTLE * lr:
        return (
            f" The schedule has brought the rate down to {write(snapshot.lr, 2)} (α is {write(lr)}). {advice}"
        )
    return f" Try a larger α, such as {write(lr * 3.0, 1)}."


def slower_schedule(snapshot: Snapshot) -> str | None:
    """What to change about a schedule that has brought the rate to almost nothing; None when it has not."""
    advice = SLOWER_SCHEDULE.get(snapshot.experiment.schedule.kind)
    highest, view = snapshot.lr, snapshot.series.get(LEARNING_RATE)
    if view is not None and len(view.steps):
        highest = max(highest, float(np.max(view.high[-(1 + len(view.steps) // CUT_FOR) :, 0])))
    return advice if highest <= CUT * snapshot.experiment.lr else None
