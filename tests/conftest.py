"""What holds for every test: no screen, no settings of its own, nothing left running behind."""

import gc
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Tests run beside each other, and the threads of reference libraries would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

STARTED: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
"""Where each timer, thread and top-level widget was started."""


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of a person are neither read nor written."""
    folder = tmp_path / "config"
    monkeypatch.setenv("LRVIZ_CONFIG_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def nothing_left_behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that leaves a thread, an active timer or a top-level widget, and name it."""
    threads = set(threading.enumerate())
    _remember_callers(monkeypatch, threading.Thread, "start")
    widgets: set[Any] = set()
    if "PySide6.QtWidgets" in sys.modules:
        _remember_qt(monkeypatch)
        widgets = set(_top_level())
    yield
    left = [
        *_threads_left(threads),
        *(_qthreads_left() if "PySide6.QtCore" in sys.modules else ()),
        *(_timers_left() if "PySide6.QtCore" in sys.modules else ()),
        *(_widgets_left(widgets) if "PySide6.QtWidgets" in sys.modules else ()),
    ]
    if left:
        pytest.fail("The test left behind:\n  " + "\n  ".join(left), pytrace=False)


def _remember_callers(monkeypatch: pytest.MonkeyPatch, owner: type, method: str) -> None:
    original = getattr(owner, method)

    def remembering(self: Any, *args: Any, **kwargs: Any) -> Any:
        STARTED[self] = _caller()
        return original(self, *args, **kwargs)

    monkeypatch.setattr(owner, method, remembering)


def _remember_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtCore import QThread, QTimer
    from PySide6.QtWidgets import QWidget

    _remember_callers(monkeypatch, QTimer, "start")
    _remember_callers(monkeypatch, QThread, "start")
    _remember_callers(monkeypatch, QWidget, "show")


def _caller() -> str:
    """The innermost line in this project (not this file) of the present call."""
    root = Path(__file__).parents[1]
    for frame in reversed(traceback.extract_stack()):
        path = Path(frame.filename)
        if path.is_relative_to(root) and path != Path(__file__):
            return f"{path.relative_to(root)}:{frame.lineno}: {frame.line}"
    return "outside the project"


def _origin(thing: Any) -> str:
    return f"started at {STARTED[thing]}" if thing in STARTED else "started at an unknown place"


def _threads_left(before: set[threading.Thread]) -> list[str]:
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(timeout=0.2)
    # Threads that Python did not start are not ours to end.
    return [
        f"thread {thread.name} ({_origin(thread)})"
        for thread in left
        if thread.is_alive() and not isinstance(thread, threading._DummyThread)
    ]


def _qthreads_left() -> list[str]:
    from PySide6.QtCore import QThread
    from shiboken6 import isValid

    known = [thing for thing in list(STARTED) if isinstance(thing, QThread) and isValid(thing)]
    return [f"{thread!r} ({_origin(thread)})" for thread in known if thread.isRunning()]


def _timers_left() -> list[str]:
    from PySide6.QtCore import QTimer
    from shiboken6 import isValid

    known = [thing for thing in list(STARTED) if isinstance(thing, QTimer) and isValid(thing)]
    left = []
    for timer in known:
        if timer.isActive():
            left.append(f"active timer of {timer.parent()!r} ({_origin(timer)})")
            timer.stop()
    return left


def _top_level() -> list[Any]:
    """Windows without a parent that Python made; Qt's own, such as tooltips, are Qt's to delete."""
    from PySide6.QtWidgets import QApplication
    from shiboken6 import Shiboken

    if QApplication.instance() is None:
        return []
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.parent() is None and Shiboken.createdByPython(widget)
    ]


def _widgets_left(before: set[Any]) -> list[str]:
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is None:
        return []
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if set(_top_level()) - before:
        gc.collect()
    left = []
    for widget in _top_level():
        if widget not in before:
            left.append(f"top-level {type(widget).__name__} “{widget.windowTitle()}” ({_origin(widget)})")
            widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return left
