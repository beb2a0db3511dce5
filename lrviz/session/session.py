"""A session: the verbs of `Core`, with one background thread that trains."""

import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, ClassVar, Self

from lrviz.experiment.models import Experiment
from lrviz.session.core import Core, known_probes
from lrviz.session.history import Table, table
from lrviz.session.pace import Pace
from lrviz.session.snapshot import Failure, Snapshot, Status


@dataclass(frozen=True)
class _Command:
    """A verb that waits for the next step boundary."""

    do: Callable[..., None]
    arguments: tuple[Any, ...] = ()


class Session:
    """Trains in the background; every verb returns at once, and none waits for the training.

    Verbs are taken at the next step boundary, also while paused, in the order they were called.
    `play`, `pause` and `step` say whether it trains; `apply`, `reset` and `watch` do not change that.
    An error on the training side becomes the status *failed*; `apply` and `reset` recover from it.
    After `close` the verbs do nothing, and `snapshot` gives the last picture.

    experiment: what was applied last; snapshots follow it at the next step boundary.
    """

    def __init__(self, experiment: Experiment) -> None:
        """Builds the first run in the caller's thread. Raises what building the experiment raises."""
        self.experiment = experiment
        self._condition = threading.Condition()
        # Under the condition: what both threads touch.
        self._commands: list[_Command] = []
        self._holds = 0
        self._closing = False
        self._settled = True
        self._asked = 0
        self._answered = 0
        self._pace = Pace()
        # The training thread's own.
        self._core = Core(experiment)
        self._playing = False
        self._owed = 0
        self._failure: Failure | None = None
        self._published = self._core.snapshot()

        _SwitchInterval.shorten()
        # A daemon, so that a session nobody closed does not keep the interpreter from ending.
        self._thread = threading.Thread(target=self._work, name="lrviz training", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The verbs

    def play(self) -> None:
        """Train until told otherwise, past the planned end when that is already reached."""
        self._command(self._play)

    def pause(self) -> None:
        """Stop training; steps still owed by `step` are dropped."""
        self._command(self._rest)

    def step(self, n: int = 1) -> None:
        """Do n steps, then pause. Raises ValueError for n below 1."""
        if n < 1:
            raise ValueError(f"n is {n}; at least 1 step can be done.")
        self._command(self._step, n)

    def reset(self) -> None:
        """Back to step 0 with the same weights; it goes on training if it was playing."""
        self._command(self._reset)

    def apply(self, experiment: Experiment) -> None:
        """Go on with this experiment; of several in a row that still wait, only the newest counts."""
        self.experiment = experiment
        self._command(self._apply, experiment)

    def watch(self, probes: Iterable[str]) -> None:
        """Measure these probes from now on. Raises ValueError for a name that is not a probe's."""
        self._command(self._watch, known_probes(probes))

    def limit(self, speed: float | None) -> None:
        """At most `speed` steps/s; None: as fast as it goes. Raises ValueError unless speed > 0."""
        if speed is not None and not speed > 0.0:
            raise ValueError(f"speed is {speed}; it must be more than 0 steps/s, or None for no limit.")
        with self._condition:
            self._pace.limit(speed)
            self._condition.notify_all()

    def snapshot(self, wait: float = 0.005) -> Snapshot:
        """A picture as of the next step boundary, or the newest there is after `wait` seconds.

        It has what the verbs so far have changed, also while the thread is held.
        """
        with self._condition:
            if not self._settled:
                self._asked += 1
                ticket = self._asked
                self._condition.notify_all()
                self._condition.wait_for(lambda: self._settled or self._answered >= ticket, timeout=wait)
            return self._published

    def history(self) -> Table:
        """All that this attempt recorded, as of the next step boundary."""
        return table(self.snapshot().series)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the training thread waiting at the end of its chunk, e.g. while a window draws.

        It still answers who asks for a snapshot.
        """
        with self._condition:
            self._holds += 1
        try:
            yield
        finally:
            with self._condition:
                self._holds -= 1
                self._condition.notify_all()

    def close(self) -> None:
        """End the thread and wait for that; verbs still waiting are dropped."""
        with self._condition:
            if not self._closing:
                self._closing = True
                _SwitchInterval.restore()
            self._condition.notify_all()
        self._thread.join()

    def _command(self, do: Callable[..., None], *arguments: Any) -> None:
        with self._condition:
            if self._closing:
                return
            if self._commands and do == self._commands[-1].do and do in (self._apply, self._watch):
                self._commands.pop()
            self._commands.append(_Command(do, arguments))
            self._settled = False
            self._condition.notify_all()

    # The training thread

    def _work(self) -> None:
        try:
            while self._due():
                self._turn()
        finally:
            self._rest()
            self._publish()
            with self._condition:
                self._settled = True
                self._condition.notify_all()

    def _due(self) -> bool:
        """Wait until there is something to do; False when the session closes."""
        with self._condition:
            while not self._closing:
                delay: float | None = None
                asked = self._asked > self._answered
                if asked or not self._holds:
                    if self._commands:
                        return True
                    if self._active:
                        delay = self._pace.delay()
                        if delay <= 0.0 or asked:
                            return True
                    elif not self._settled:
                        self._settled = True
                        self._condition.notify_all()
                self._condition.wait(timeout=delay)
            return False

    def _turn(self) -> None:
        """Obey one verb, or train for one chunk; publish when that is all, or somebody asks."""
        with self._condition:
            idle = self._idle if self._holds else self._train
            command = self._commands.pop(0) if self._commands else _Command(idle)
            if command.do == self._apply:
                # Building may take a while, and the window goes on asking.
                self._published = replace(self._published, loading=command.arguments[0])
        try:
            command.do(*command.arguments)
        except Exception as error:  # noqa: BLE001 - whatever it is, the window shows it and goes on
            self._fail(error)
        with self._condition:
            due = not self._commands and (not self._active or self._asked > self._answered)
        if due:
            self._publish()

    def _fail(self, error: Exception) -> None:
        self._failure = Failure(_sentence(error), "".join(traceback.format_exception(error)))
        self._rest()

    @property
    def _active(self) -> bool:
        return self._playing or self._owed > 0

    def _idle(self) -> None:
        """Nothing but a snapshot is wanted."""

    def _train(self) -> None:
        with self._condition:
            steps = self._pace.chunk()
        if not self._playing:
            steps = min(steps, self._owed)
        if steps == 0:
            return
        began = perf_counter()
        done = self._core.advance(steps)
        with self._condition:
            self._pace.done(done, perf_counter() - began)
        self._owed = max(0, self._owed - done)
        if done < steps or not self._active:
            self._rest()

    def _publish(self) -> None:
        with self._condition:
            ticket = self._asked
            speed = self._pace.speed
        snapshot = self._picture(speed)
        with self._condition:
            self._published = snapshot
            self._answered = ticket
            self._condition.notify_all()

    def _picture(self, speed: float) -> Snapshot:
        try:
            snapshot = self._core.snapshot(speed, running=self._active)
        except Exception as error:  # noqa: BLE001 - as above; the last picture is shown with it
            if self._failure is None:
                self._fail(error)
            snapshot = replace(self._published, loading=None)
        if self._failure is None:
            return snapshot
        return replace(snapshot, status=Status.FAILED, speed=0.0, failure=self._failure)

    # What the verbs do there

    def _play(self) -> None:
        if self._failure is None:
            self._core.go_on()
            self._playing, self._owed = True, 0

    def _step(self, n: int) -> None:
        if self._failure is None:
            self._core.go_on()
            self._playing, self._owed = False, self._owed + n

    def _rest(self) -> None:
        self._playing, self._owed = False, 0
        with self._condition:
            self._pace.rest()

    def _reset(self) -> None:
        self._core.reset()
        self._recovered()

    def _apply(self, experiment: Experiment) -> None:
        generation = self._core.generation
        if self._failure is None:
            self._core.apply(experiment)
        else:
            self._core.restart(experiment)
        if self._core.generation != generation:
            self._recovered()

    def _watch(self, probes: tuple[str, ...]) -> None:
        self._core.watch(probes)

    def _recovered(self) -> None:
        """A new attempt began: steps owed by the old one are void."""
        self._failure = None
        self._owed = 0


def _sentence(error: Exception) -> str:
    """What went wrong; errors raised with a sentence for people are quoted as they are."""
    text = str(error).strip()
    if isinstance(error, ValueError) and text.endswith("."):
        return text
    if isinstance(error, MemoryError):
        return "There is not enough memory for this experiment; try a smaller network or batch."
    return f"Training stopped with an error: {type(error).__name__}{f': {text}' if text else ''}."


class _SwitchInterval:
    """The interpreter's switch interval, short while any session lives."""

    SHORT: ClassVar[float] = 1e-4
    _lock: ClassVar[threading.Lock] = threading.Lock()
    _sessions: ClassVar[int] = 0
    _before: ClassVar[float] = 0.0

    @classmethod
    def shorten(cls) -> None:
        """A session begins."""
        with cls._lock:
            if cls._sessions == 0:
                cls._before = sys.getswitchinterval()
                sys.setswitchinterval(cls.SHORT)
            cls._sessions += 1

    @classmethod
    def restore(cls) -> None:
        """A session ends."""
        with cls._lock:
            cls._sessions -= 1
            if cls._sessions == 0:
                sys.setswitchinterval(cls._before)
