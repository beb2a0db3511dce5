"""What the window sees: one immutable picture of the session at one step."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lrviz.engine.examples import Examples
from lrviz.engine.losses.base import Loss
from lrviz.engine.network import Model
from lrviz.experiment import Experiment
from lrviz.session.series import SeriesView


class Status(StrEnum):
    """What the run is doing."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED_EARLY = "stopped early"
    DIVERGED = "diverged"
    FAILED = "failed"


@dataclass(frozen=True)
class Edit:
    """A change of the experiment while it trained: `path` went from `before` to `value` at `step`."""

    step: int
    path: str
    value: Any
    before: Any


@dataclass(frozen=True)
class Failure:
    """An error on the training side, as a sentence and with its details."""

    message: str
    details: str


@dataclass(frozen=True)
class Snapshot:
    """Everything the window shows, at one step; it never refers to the trainer.

    generation: raised by every rebuild; results of another generation are stale.
    step, epoch: updates done, and passes over the training data. speed: steps per second, 0 while paused.
    lr: the rate of the next step, schedule included; experiment.lr is the reference α.
    series: by name, see `lrviz.session.history`. ghost: the series of the previous attempt.
    best: (step, value) of the lowest monitored loss so far, None before the first check.
    diverged_at: the first step that was not finite. model: the parameters shown (the best kept ones
    when the run ended and `keep_best` is on). loss: the resolved loss.
    loading: the experiment that is being built to take the place of this one, None: none is.
    """

    generation: int
    step: int
    epoch: float
    speed: float
    status: Status
    experiment: Experiment
    lr: float
    series: Mapping[str, SeriesView]
    ghost: Mapping[str, SeriesView]
    edits: tuple[Edit, ...]
    examples: Examples
    model: Model
    loss: Loss
    best: tuple[int, float] | None
    diverged_at: int | None
    failure: Failure | None
    planned: int
    loading: Experiment | None = None
