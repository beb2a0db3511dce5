"""What is known ahead of the whole planned run: its epochs, and its learning rates for the preview."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.rates import planned_epochs
from lrviz.engine.schedules.base import Planned, Times
from lrviz.experiment import Training
from lrviz.session.snapshot import Snapshot

Floats = NDArray[np.float64]
POINTS = 400


@dataclass(frozen=True, eq=False)
class Preview:
    """The learning rate ahead of time.

    steps, rates (N,): α from step 0 to `end`; N = 0 where it is not known ahead. planned: the planned
    end. end: the same, or beyond it once the run has passed it.
    """

    steps: Floats
    rates: Floats
    planned: int
    end: int


def preview(snapshot: Snapshot) -> Preview:
    """What the schedule does from step 0 to the planned end, or twice (four times, ...) as far past it."""
    experiment = snapshot.experiment
    schedule = experiment.schedule
    total = experiment.training.steps
    end = total
    while end < snapshot.step:
        end *= 2
    if not isinstance(schedule, Planned):
        return Preview(np.empty(0), np.empty(0), total, end)
    examples = len(snapshot.examples.train)
    batch = _batch(experiment.training, examples)
    steps = np.unique(np.linspace(0, end, min(POINTS, end + 1)).round())
    done, position = snapshot.step, round(snapshot.epoch * examples)
    # What batches there were before is not known here: up to now, they are taken to be alike.
    seen = np.where(steps < done, steps * (position / max(done, 1)), position + (steps - done) * batch)
    passes = np.floor(seen / examples)
    if schedule.unit == "step":
        times = Times(steps, float(total), experiment.lr, lambda: passes)
    else:
        length = planned_epochs(np.array(done), np.array(position), total, batch, examples)
        times = Times(passes, length, experiment.lr, lambda: passes)
    return Preview(steps, experiment.lr * schedule.multiple_at(times), total, end)


def epochs(training: Training, examples: int) -> float:
    """How many passes over that many training examples the planned steps are."""
    return training.steps * _batch(training, examples) / examples


def _batch(training: Training, examples: int) -> int:
    return min(training.batch_size, examples)
