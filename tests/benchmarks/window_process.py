"""Measures the window in a process of its own, as Qt has one platform per process; prints JSON.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/window_process.py SECONDS [--profile]

`test_window.py` runs it and prints its figures; `--profile` instead prints what the time of frames went
into. It pauses and plays the session directly, but gives all inputs as Qt events.
"""

import cProfile
import json
import pstats
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from time import perf_counter, sleep, thread_time
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lrviz.experiment import Experiment, edit
from lrviz.experiment.presets import STARTUP, preset
from lrviz.gui import theme as themes
from lrviz.gui.window import Window
from lrviz.session.core import Core
from lrviz.session.session import Session
from lrviz.session.snapshot import Status

LONG = 10**9
STRETCH = 1024
TURNS = 10
PATIENCE = 2.0
DRAGGED = (0.01, 0.05)


class MeasuredSession(Session):
    """Notes when the training thread has taken a verb."""

    def __init__(self, experiment: Experiment) -> None:
        self.obeyed: list[float] = []
        self.watched: tuple[str, ...] = ()
        super().__init__(experiment)

    def watch(self, probes: Iterable[str]) -> None:
        self.watched = tuple(probes)
        super().watch(self.watched)

    def _play(self) -> None:
        super()._play()
        self.obeyed.append(perf_counter())

    def _rest(self) -> None:
        super()._rest()
        self.obeyed.append(perf_counter())

    def _apply(self, experiment: Experiment) -> None:
        super()._apply(experiment)
        self.obeyed.append(perf_counter())


class MeasuredWindow(Window):
    """Notes when frames begin, when what they caused is painted, and every paint."""

    painted = Signal()

    def __init__(self, session: Session) -> None:
        self.frames: list[tuple[float, float]] = []
        self.busy: list[float] = []
        self.paints: list[tuple[float, float]] = []
        self._began: float | None = None
        self._busy_began = 0.0
        self.profile: cProfile.Profile | None = None
        super().__init__(session, themes.DARK)
        # Connected after the window's own slot: by now the training thread may go on.
        self._painted.timeout.connect(self._frame_done)

    def refresh(self, everything: bool = False) -> None:
        if self._began is None:
            self._began, self._busy_began = perf_counter(), thread_time()
            if self.profile is not None:
                self.profile.enable()
        super().refresh(everything)

    def _frame_done(self) -> None:
        if self._began is not None:
            if self.profile is not None:
                self.profile.disable()
            self.frames.append((self._began, perf_counter()))
            self.busy.append(thread_time() - self._busy_began)
            self._began = None

    def event(self, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.UpdateRequest:
            return super().event(event)
        began = perf_counter()
        done = super().event(event)
        self.paints.append((began, perf_counter()))
        self.painted.emit()
        return done


@dataclass
class Input:
    """Something a person does. send: does it. shown: whether the window says so. after: makes ready again.

    wait: the shortest and longest pause before it, in seconds.
    """

    send: Callable[[], None]
    shown: Callable[[], bool]
    after: Callable[[], None]
    wait: tuple[float, float]


@dataclass
class Reactions:
    """Seconds from posting an input to the paint that shows it, and until the training thread took it."""

    painted: list[float] = field(default_factory=list)
    obeyed: list[float] = field(default_factory=list)
    lost: int = 0


class Hand(QObject):
    """Gives inputs at moments that do not depend on frames: a thread posts them, Qt's loop delivers them."""

    posted = Signal(float)

    def __init__(self, window: MeasuredWindow, session: MeasuredSession, kind: Input) -> None:
        super().__init__()
        self.window, self.session, self.kind = window, session, kind
        self.reactions = Reactions()
        self._waiting_since: float | None = None
        self._answered = Event()
        self._random = random.Random(0)
        self.posted.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        window.painted.connect(self._look)

    def use(self, seconds: float) -> Reactions:
        thread = Thread(target=self._post, args=(perf_counter() + seconds,), name="inputs")
        thread.start()
        while thread.is_alive():
            spin(0.1)
        thread.join()
        return self.reactions

    def _post(self, until: float) -> None:
        while perf_counter() < until:
            sleep(self._random.uniform(*self.kind.wait))
            self._answered.clear()
            self.posted.emit(perf_counter())
            if not self._answered.wait(PATIENCE):
                self.reactions.lost += 1

    def _deliver(self, posted: float) -> None:
        self._waiting_since = posted
        self.session.obeyed.clear()
        self.kind.send()

    def _look(self) -> None:
        if self._waiting_since is None or not self.kind.shown():
            return
        posted, self._waiting_since = self._waiting_since, None
        self.reactions.painted.append(perf_counter() - posted)
        # The training thread may be at it still; what it did is known before the next input.
        QTimer.singleShot(12, lambda: self._close(posted))

    def _close(self, posted: float) -> None:
        if self.session.obeyed:
            self.reactions.obeyed.append(self.session.obeyed[0] - posted)
        self.kind.after()
        self._answered.set()


def spin(seconds: float) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


# What a person does


def dragging(window: Window) -> Input:
    """Moves of α's slider with the button held."""
    slider, chance = window.side.lr.slider, random.Random(1)
    send_mouse(window, QEvent.Type.MouseButtonPress, slider.x_of(DRAGGED[0]))
    places = (slider.x_of(DRAGGED[0]), slider.x_of(DRAGGED[1]))

    def send() -> None:
        before = slider.value()
        while slider.value() == before:
            send_mouse(window, QEvent.Type.MouseMove, chance.uniform(*places))

    return Input(send, lambda: True, lambda: None, (0.015, 0.05))


def send_mouse(window: Window, kind: QEvent.Type, x: float) -> None:
    slider = window.side.lr.slider
    place = QPointF(x, slider.height() / 2)
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, place, slider.mapToGlobal(place), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(slider, event)


def typing(window: Window) -> Input:
    """Digits into α's field, and the backspace key."""
    number = window.side.lr.number
    number.setFocus()
    texts = [number.text()]

    def send() -> None:
        texts[0] = number.text()
        long = len(number.text()) > 6
        QTest.keyClick(number, Qt.Key.Key_Backspace) if long else QTest.keyClicks(number, "1")

    return Input(send, lambda: number.text() != texts[0], lambda: None, (0.03, 0.09))


def toggling(window: Window, session: Session, running: bool) -> Input:
    """The key for Pause while training, for Run while paused."""
    window.centralWidget().setFocus()
    verb = window.verbs["run"]
    texts = [verb.text()]

    def send() -> None:
        texts[0] = verb.text()
        QTest.keyClick(window, Qt.Key.Key_Space)

    return Input(
        send, lambda: verb.text() != texts[0], session.play if running else session.pause, (0.1, 0.16)
    )


# The phases


class Stage:
    """The window, its session, and the same experiment without them."""

    def __init__(self) -> None:
        app = QApplication.instance() or QApplication(["lrviz"])
        assert isinstance(app, QApplication)
        self.app = app
        experiment = edit(preset(STARTUP).experiment, "training.steps", LONG)
        self.core = Core(experiment)
        self.session = MeasuredSession(experiment)
        self.window = MeasuredWindow(self.session)
        self.window.resize(1600, 1000)
        self.window.set_speed(None)
        self.window.show()
        self.window.activateWindow()
        self.window.start()
        self.play(True)
        spin(2.0)
        self.core.watch(self.session.watched)

    def play(self, running: bool) -> None:
        (self.session.play if running else self.session.pause)()
        spin(0.3)
        status = self.session.snapshot().status
        if (status is Status.RUNNING) != running:
            raise RuntimeError(f"The run is {status.value}; nothing can be measured.")

    def headless(self, seconds: float) -> float:
        """Steps/s of the experiment alone, in this thread, while the session is paused."""
        began = perf_counter()
        steps = 0
        while perf_counter() < began + seconds:
            steps += self.core.advance(STRETCH)
        return steps / (perf_counter() - began)

    def watched(self, running: bool, seconds: float) -> dict[str, Any]:
        """Nobody touches it."""
        self.play(running)
        with Frames(self.window) as frames:
            spin(seconds)
        return frames.figures()

    def compared(self, seconds: float) -> dict[str, Any]:
        """Watched while training, in turns with the experiment alone."""
        speeds: list[float] = []
        alone: list[float] = []
        frames = Frames(self.window)
        for _ in range(TURNS):
            self.play(False)
            alone.append(self.headless(min(1.0, seconds / TURNS)))
            self.play(True)
            with frames:
                first, began = self.session.snapshot().step, perf_counter()
                spin(seconds / TURNS)
                last, ended = self.session.snapshot().step, perf_counter()
            speeds.append((last - first) / (ended - began))
        kept = median([mine / other for mine, other in zip(speeds, alone, strict=True)])
        return frames.figures() | {"speed": median(speeds), "alone": median(alone), "kept": kept}

    def used(self, running: bool, seconds: float, kind: Callable[[], Input]) -> dict[str, Any]:
        """Inputs of one kind all the time."""
        self.play(running)
        with Frames(self.window) as frames:
            reactions = Hand(self.window, self.session, kind()).use(seconds)
        return frames.figures() | {
            "painted": spread(reactions.painted),
            "obeyed": spread(reactions.obeyed),
            "lost": reactions.lost,
        }

    def close(self) -> None:
        self.window.close()


class Frames:
    """Collects the window's frames of one stretch of time, or of several."""

    def __init__(self, window: MeasuredWindow) -> None:
        self.window = window
        self.work: list[float] = []
        self.busy: list[float] = []
        self.late: list[float] = []
        self.seconds = 0.0

    def __enter__(self) -> "Frames":
        self.window.frames.clear()
        self.window.busy.clear()
        self.window.paints.clear()
        self._began = perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += perf_counter() - self._began
        frames = list(self.window.frames)
        self.work += [end - began for began, end in frames]
        self.busy += self.window.busy
        ends = np.array([began for began, _ in frames]), np.array([end for _, end in frames])
        for began, end in self.window.paints:
            index = int(np.searchsorted(ends[0], began)) - 1
            if index >= 0 and began > ends[1][index]:
                self.late.append(end - began)

    def figures(self) -> dict[str, Any]:
        return {
            "frames": len(self.work) / self.seconds,
            "work": spread(self.work),
            "busy": spread(self.busy),
            "paints outside frames": len(self.late) / max(len(self.work), 1),
        }


def median(values: Sequence[float]) -> float:
    return float(np.median(values))


def spread(seconds: Sequence[float]) -> dict[str, float] | None:
    """Milliseconds; None without any."""
    if not seconds:
        return None
    p50, p99, most = 1000 * np.percentile(seconds, [50, 99, 100])
    return {"p50": float(p50), "p99": float(p99), "max": float(most), "count": len(seconds)}


def measure(seconds: float) -> dict[str, Any]:
    """All phases; those that leave edits behind come last."""
    stage = Stage()
    window, session = stage.window, stage.session
    phases: dict[str, Any] = {}
    phases["idle, watched"] = stage.watched(False, seconds)
    phases["training, watched"] = stage.compared(seconds)
    for running, name in ((False, "idle"), (True, "training")):
        phases[f"{name}, typing"] = stage.used(running, seconds / 2, lambda: typing(window))
        QTest.keyClick(window.side.lr.number, Qt.Key.Key_Escape)
        key = "Pause key" if running else "Run key"
        phases[f"{name}, {key}"] = stage.used(
            running, seconds, lambda running=running: toggling(window, session, running)
        )
    for running, name in ((False, "idle"), (True, "training")):
        phases[f"{name}, dragging α"] = stage.used(running, seconds, lambda: dragging(window))
        send_mouse(window, QEvent.Type.MouseButtonRelease, window.side.lr.slider.x_of(DRAGGED[0]))
    stage.play(True)
    panels = [card.isVisible() for card in window.cards.values()]
    if not all(panels):
        raise RuntimeError("A panel is not visible, so the figures would not be those of all panels.")
    stage.close()
    return {"platform": stage.app.platformName(), "steps": session.snapshot().step, "phases": phases}


def profile(seconds: float) -> None:
    """Print where the time of frames goes while training."""
    stage = Stage()
    stage.play(True)
    stage.window.profile = cProfile.Profile()
    stage.window.frames.clear()
    spin(seconds)
    stage.close()
    print(f"{len(stage.window.frames)} frames")
    pstats.Stats(stage.window.profile).sort_stats("cumulative").print_stats("lrviz", 60)


if __name__ == "__main__":
    if "--profile" in sys.argv:
        profile(float(sys.argv[1]))
    else:
        print(json.dumps(measure(float(sys.argv[1]))))
