import threading

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from lrviz.experiment import FileError
from lrviz.gui.shot import CARDS, PANELS, StillSession, shot
from lrviz.gui.theme import DARK, THEMES
from lrviz.gui.window import Window
from lrviz.session.core import Core
from lrviz.session.session import Session

SIZES = {"window": (1280, 720)}


@pytest.mark.parametrize("theme", list(THEMES))
@pytest.mark.parametrize("panel", PANELS)
def test_the_same_picture_has_the_same_bytes_and_nothing_is_left(tiny, tmp_path, monkeypatch, panel, theme):
    timers = []
    start = QTimer.start
    monkeypatch.setattr(QTimer, "start", lambda timer, *a: (timers.append(timer), start(timer, *a))[1])
    threads, windows = set(threading.enumerate()), set(QApplication.topLevelWidgets())
    first, second = tmp_path / "1.png", tmp_path / "2.png"
    size = SIZES.get(panel, (480, 320))
    for path in (first, second):
        shot(tiny(), 60, panel, size, theme, path)
        assert set(threading.enumerate()) == threads
        assert set(QApplication.topLevelWidgets()) == windows
        QApplication.processEvents()
    assert first.read_bytes() == second.read_bytes()
    picture = QImage(str(first))
    assert (picture.width(), picture.height()) == size
    colors = {picture.pixelColor(x, y).name() for x in range(0, size[0], 3) for y in range(0, size[1], 3)}
    assert THEMES[theme].card in colors
    assert len(colors) > 8


def test_no_timer_ticks_while_a_picture_is_taken(tiny, tmp_path, monkeypatch):
    ticks = []
    monkeypatch.setattr(Window, "start", lambda window: ticks.append(window))
    shot(tiny(), 5, "loss", (320, 240), "dark", tmp_path / "x.png")
    assert ticks == []


def test_the_names_are_those_of_the_cards_in_the_window(still_window):
    assert set(CARDS) == set(still_window().cards)


def test_the_picture_shows_the_step_asked_for(tiny, tmp_path, monkeypatch):
    seen = []
    close = Window.close
    monkeypatch.setattr(
        Window, "close", lambda window: (seen.append(window.toolbar.progress.text()), close(window))[1]
    )
    shot(tiny(), 137, "window", (1280, 720), "dark", tmp_path / "x.png")
    assert "Step <b>137</b>" in seen[0]


def test_probes_are_in_the_picture_from_the_first_step(tiny, tmp_path, monkeypatch):
    seen = []
    close = Window.close
    monkeypatch.setattr(Window, "close", lambda window: (seen.append(window.snapshot), close(window))[1])
    shot(tiny(), 40, "norms", (400, 300), "dark", tmp_path / "x.png")
    assert seen[0].series["weight norm"].steps[0] == 0
    assert seen[0].series["weight norm"].steps[-1] == 40


@pytest.mark.parametrize(
    ("changed", "error", "sentence"),
    [
        ({"panel": "losss"}, ValueError, "There is no panel 'losss'; choose one of window, loss"),
        ({"theme": "pink"}, ValueError, "There is no theme 'pink'; choose one of dark, light."),
        ({"size": (0, 300)}, ValueError, "The size is 0x300; this picture needs at least"),
        ({"panel": "window", "size": (400, 300)}, ValueError, "needs at least 1000x640 pixels"),
        ({"out": "."}, FileError, "is a folder; give the name of a file in it."),
        ({"out": "missing/x.png"}, FileError, "does not exist"),
        ({"out": "x.jpg"}, FileError, "x.jpg does not end in .png"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(tiny, tmp_path, changed, error, sentence):
    asked = {"panel": "loss", "size": (400, 300), "theme": "dark", "out": "x.png", **changed}
    asked["out"] = tmp_path / asked["out"]
    windows = set(QApplication.topLevelWidgets())
    with pytest.raises(error) as raised:
        shot(tiny(), 3, **asked)
    assert sentence in str(raised.value)
    assert set(QApplication.topLevelWidgets()) == windows
    assert list(tmp_path.iterdir()) == []


def test_a_still_session_does_nothing_that_it_is_told(tiny):
    still = StillSession(Core(tiny()))
    before = still.snapshot()
    for name in ("play", "pause", "reset", "step", "close"):
        assert callable(getattr(Session, name))
        getattr(still, name)()
    still.limit(3.0)
    still.watch(["weight norm"])
    still.apply(tiny(lr=0.5))
    with still.hold():
        after = still.snapshot()
    assert (after.step, after.experiment, after.generation) == (before.step, before.experiment, 0)


def test_a_window_on_a_still_session_takes_every_verb(still_window, monkeypatch):
    window = still_window(theme=DARK)
    for name in ("run", "step", "reset", "theme", "restore"):
        window.verbs[name].trigger()
    window.edited("lr", 0.3)
    window.refresh()
    assert window.snapshot.step == 20
