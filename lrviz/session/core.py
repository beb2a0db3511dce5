"""A session without a thread: one run, its edits and what it recorded."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from lrviz.engine.block import Block
from lrviz.engine.probes import PROBES
from lrviz.engine.records import Records
from lrviz.engine.state import State
from lrviz.engine.trainer import Trainer
from lrviz.experiment.build import build
from lrviz.experiment.edits import changes, edit_all, live
from lrviz.experiment.models import Experiment
from lrviz.session.history import LEARNING_RATE, TRAINING_LOSS, Recorder, Table, table
from lrviz.session.series import SeriesView
from lrviz.session.snapshot import Edit, Snapshot, Status

STRETCH = 4096
"""Most steps the trainer is asked for at once; it bounds the memory of their records."""
EVALUATED = ("test loss", "test score", "validation loss", "validation score")
Listener = Callable[[str, NDArray[np.integer[Any]], NDArray[np.floating[Any]]], None]
"""Is told what was recorded: the name, ascending steps (n,) and values (n, C)."""
UNMARKED = ("name", "note", "training.probes")
"""What may change without changing what training does; such edits leave no mark."""


@dataclass(frozen=True)
class _Before:
    """A run as it was before the first edit at `step`."""

    step: int
    experiment: Experiment
    block: Block
    state: State


class Core:
    """Trains an experiment, takes edits, and makes snapshots, all in the caller's thread.

    An attempt begins at step 0 with the experiment `start`; together with `edits` it gives every
    bit of what happened since (see `replay`). Each further attempt raises `generation`, and the one
    before stays as the `ghost` where its losses can be compared.
    """

    focus = 0
    """The row of the trainer's runs that is recorded and shown."""
    experiment: Experiment
    start: Experiment
    edits: tuple[Edit, ...]
    trainer: Trainer
    _revives: bool

    def __init__(self, experiment: Experiment, listener: Listener | None = None) -> None:
        """`listener` hears every sample before it is recorded. Raises what building the experiment raises."""
        self._listener = listener
        self.generation = 0
        self.ghost: dict[str, SeriesView] = {}
        self._watched: tuple[str, ...] = ()
        self._begin(experiment, self._trainer(experiment))

    # The verbs

    def advance(self, steps: int) -> int:
        """Do at most `steps` updates; how many were done. It ends at the planned step; see `go_on`."""
        done = 0
        while (length := self._allowed(steps - done)) > 0:
            if self._revives:
                self._revives = False
                self.trainer.go_on()
            records = self.trainer.advance(length)
            self._record(records)
            done += len(records.steps)
        return done

    def go_on(self) -> None:
        """Allow steps past the planned end or early stopping, once that is reached."""
        if self.step >= self.experiment.training.steps:
            self._beyond = True
        self._revives = bool(self.trainer.stopped_early[self.focus])

    def apply(self, experiment: Experiment) -> None:
        """Go on with this experiment: from here where all changes are live, else from step 0.

        Edits at one step count as one: they leave one mark for each path that differs in the end,
        and what happens next depends on nothing but their result. At step 0 they change the start.
        Raises what building the experiment raises; the run is then as it was.
        """
        changed = [path for path, _, _ in changes(self.experiment, experiment)]
        if not all(live(experiment, path) for path in changed):
            self.restart(experiment)
            return
        if any(_marks(path) for path in changed):
            self._rebind(experiment)
        if experiment.training.steps != self.experiment.training.steps:
            self._beyond = False
        self.experiment = experiment
        if self.step == 0:
            self.start = experiment
        self._listen()

    def reset(self) -> None:
        """Back to step 0 with the same weights and the present experiment."""
        self.restart(self.experiment)

    def restart(self, experiment: Experiment) -> None:
        """Begin a new attempt at step 0. Raises what building raises; the old attempt then stays."""
        trainer = self._trainer(experiment)
        if not _comparable(self.experiment, self.trainer.block, experiment, trainer.block):
            self.ghost = {}
        elif self._recorder.samples(TRAINING_LOSS) >= 2:
            self.ghost = self._recorder.views()
        self.generation += 1
        self._begin(experiment, trainer)

    def watch(self, probes: Iterable[str]) -> None:
        """Measure these probes from now on, besides those the experiment names.

        Raises ValueError for a name that is not a probe's.
        """
        self._watched = known_probes(probes)
        self._listen()

    # What is to be seen

    @property
    def step(self) -> int:
        """Updates done."""
        return int(self.trainer.state.step[self.focus])

    def status(self, running: bool = False) -> Status:
        """What the run is doing; `running`: whether somebody is advancing it."""
        if self.trainer.diverged_at[self.focus]:
            return Status.DIVERGED
        if self.trainer.stopped_early[self.focus] and not self._revives:
            return Status.STOPPED_EARLY
        if self.step >= self.experiment.training.steps and not self._beyond:
            return Status.FINISHED
        return Status.RUNNING if running else Status.PAUSED

    def snapshot(self, speed: float = 0.0, running: bool = False) -> Snapshot:
        """Everything at this step; it shares nothing with the trainer."""
        trainer, row = self.trainer, self.focus
        status = self.status(running)
        ended = status not in (Status.RUNNING, Status.PAUSED)
        best = float(trainer.state.best[row])
        diverged_at = int(trainer.diverged_at[row])
        return Snapshot(
            generation=self.generation,
            step=self.step,
            epoch=float(trainer.state.position[row]) / len(trainer.block.examples.train),
            speed=0.0 if ended else speed,
            status=status,
            experiment=self.experiment,
            lr=float(trainer.rates()[row]),
            series=self._recorder.views(),
            ghost=self.ghost,
            edits=self.edits,
            examples=trainer.block.examples,
            model=trainer.model(row, best=ended and self.experiment.training.keep_best),
            loss=trainer.block.loss,
            best=(int(trainer.state.best_step[row]), best) if np.isfinite(best) else None,
            diverged_at=diverged_at or None,
            failure=None,
            planned=self.experiment.training.steps,
        )

    def history(self) -> Table:
        """All that this attempt recorded."""
        return table(self._recorder.views())

    # How it is done

    def _begin(self, experiment: Experiment, trainer: Trainer) -> None:
        self.experiment = experiment
        self.start = experiment
        self.edits = ()
        self.trainer = trainer
        self._recorder = Recorder()
        self._beyond = False
        # Done with the next step only, so that edits at this step are made to the same run in a replay.
        self._revives = False
        self._before: _Before | None = None
        self._measure((*EVALUATED, *trainer.probes))

    def _trainer(self, experiment: Experiment) -> Trainer:
        return Trainer(build([experiment]), self._probes(experiment))

    def _probes(self, experiment: Experiment) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*experiment.training.probes, *self._watched)))

    def _listen(self) -> None:
        """Tell the trainer its probes, and give new ones a first sample."""
        probes = self._probes(self.experiment)
        new = set(probes).difference(self.trainer.probes)
        self.trainer.probes = probes
        if new:
            self._measure(new)

    def _allowed(self, wanted: int) -> int:
        if self.trainer.ended[self.focus] and not self._revives:
            return 0
        planned_left = self.experiment.training.steps - self.step
        return min(wanted, STRETCH) if self._beyond else min(wanted, STRETCH, planned_left)

    def _rebind(self, experiment: Experiment) -> None:
        """Give the trainer the experiment's numbers, as if there had been no other edit at this step."""
        trainer, step = self.trainer, self.step
        block = build([experiment], trainer.block.examples)
        if step == 0:
            self.trainer = Trainer(block, trainer.probes)
            return
        if self._before is None or self._before.step != step:
            self._before = _Before(step, self.experiment, trainer.block, trainer.state.copy())
        else:
            trainer.rebind(self._before.block)
            trainer.state = self._before.state.copy()
        trainer.rebind(block)
        earlier = tuple(edit for edit in self.edits if edit.step < step)
        self.edits = (*earlier, *_edits(step, self._before.experiment, experiment))

    def _record(self, records: Records) -> None:
        row = slice(self.focus, self.focus + 1)
        if len(records.steps):
            self._append(TRAINING_LOSS, records.steps, records.loss[:, row])
            self._append(LEARNING_RATE, records.steps, records.lr[:, row])
        for name, (steps, values) in records.measured.items():
            # What was measured in a step that was taken back is no measurement.
            kept = steps <= self.step
            if kept.any():
                self._append(name, steps[kept], values[kept, self.focus])

    def _append(self, name: str, steps: NDArray[np.integer[Any]], values: NDArray[np.floating[Any]]) -> None:
        if self._listener is not None:
            self._listener(name, steps, values)
        self._recorder.append(name, steps, values)

    def _measure(self, names: Collection[str]) -> None:
        """Record these of the quantities that are measured, at this step, unless that was done."""
        step = self.step
        for name, values in self.trainer.measure_now().items():
            if name in names and self._recorder.last_step(name) < step:
                self._append(name, np.array([step]), values[self.focus : self.focus + 1])


def known_probes(names: Iterable[str]) -> tuple[str, ...]:
    """The names as a tuple. Raises ValueError for one that is not a probe's."""
    names = tuple(names)
    for name in names:
        if name not in PROBES:
            raise ValueError(f"There is no probe {name!r}; the probes are {', '.join(PROBES)}.")
    return names


def replay(experiment: Experiment, edits: Sequence[Edit], steps: int) -> Core:
    """What happened, once more: `steps` updates of the experiment with its edits, bit for bit.

    Raises ExperimentError when the edits do not belong to the experiment.
    """
    core = Core(experiment)
    for step, group in groupby(edits, key=lambda edit: edit.step):
        _reach(core, step)
        core.apply(edit_all(core.experiment, [(edit.path, _plain(edit.value)) for edit in group]))
    _reach(core, steps)
    return core


def _reach(core: Core, step: int) -> None:
    while core.step < step:
        core.go_on()
        if not core.advance(step - core.step):
            return


def _marks(path: str) -> bool:
    return not any(path == quiet or path.startswith(f"{quiet}.") for quiet in UNMARKED)


def _edits(step: int, before: Experiment, after: Experiment) -> list[Edit]:
    return [Edit(step, path, new, old) for path, old, new in changes(before, after) if _marks(path)]


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


def _comparable(before: Experiment, old: Block, after: Experiment, new: Block) -> bool:
    """Whether losses of the two can share an axis, and may: the same examples and loss.

    A network changed by hand invites the comparison; one that came with another experiment does not.
    """
    plain = [each.data.model_copy(update={"standardize": each.data.standardizes}) for each in (before, after)]
    same_network = before.network == after.network or before.name == after.name
    return plain[0] == plain[1] and old.loss == new.loss and same_network
