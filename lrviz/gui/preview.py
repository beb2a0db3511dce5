"""What is known ahead of the whole planned run: its epochs, and its learning rates for the preview."""

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.rates import planned_epochs
from lrviz.engine.schedules.base import Planned
from lrviz.experiment import Training
from lrviz.session.snapshot import Snapshot

Floats = NDArray[np.float64]
POINTS = 400


def preview(snapshot: Snapshot) -> tuple[Floats, Floats]:
    """Steps (N,) and rates (N,) from 0 to the planned end; empty where the rate is not known ahead."""
    experiment = snapshot.experiment
    schedule = experiment.schedule
    if not isinstance(schedule, Planned):
        return np.empty(0), np.empty(0)
    total = experiment.training.steps
    examples = len(snapshot.examples.train)
    batch = _batch(experiment.training, examples)
    steps = np.unique(np.linspace(0, total, min(POINTS, total + 1)).round())
    if schedule.unit == "step":
        return steps, experiment.lr * schedule.multiple(steps, float(total))
    done, position = snapshot.step, round(snapshot.epoch * examples)
    # What batches there were before is not known here: up to now, they are taken to be alike.
    seen = np.where(steps < done, steps * (position / max(done, 1)), position + (steps - done) * batch)
    length = planned_epochs(np.array(done), np.array(position), total, batch, examples)
    return steps, experiment.lr * schedule.multiple(np.floor(seen / examples), length)


def epochs(training: Training, examples: int) -> float:
    """How many passes over that many training examples the planned steps are."""
    return training.steps * _batch(training, examples) / examples


def _batch(training: Training, examples: int) -> int:
    return min(training.batch_size, examples)
