import pytest
from PySide6.QtCore import Qt

from lrviz.experiment import Experiment, edit_all
from lrviz.gui import files
from lrviz.gui.shot import StillSession
from lrviz.gui.theme import DARK
from lrviz.gui.window import Window
from lrviz.session.core import Core
from lrviz.session.session import Session


@pytest.fixture(autouse=True)
def no_folder_yet(qapp):
    """Dialogs begin where they would in a fresh program."""
    files.use_folder("")


@pytest.fixture
def tiny():
    """Make a small experiment with these edits."""

    def tiny(**changed):
        paths = {
            "data.dataset.samples": 60,
            "network.hidden": [{"units": 4}],
            "training.batch_size": 16,
            "training.steps": 100_000,
            "training.monitor": "training loss",
            **{path.replace("__", "."): value for path, value in changed.items()},
        }
        return edit_all(Experiment(), paths.items())

    return tiny


@pytest.fixture
def open_window(qtbot, tiny):
    """Open a window that trains, on a small experiment unless another is given."""

    def open_window(experiment=None, size=(1600, 1000), theme=DARK):
        window = Window(Session(experiment or tiny()), theme)
        qtbot.addWidget(window)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        # A double click made by a test leaves the button pressed, also for the tests after it.
        qtbot.mouseRelease(window.toolbar, Qt.MouseButton.LeftButton)
        window.start()
        return window

    return open_window


@pytest.fixture
def still_window(qtbot, tiny):
    """Open a window on a session that stands still after some steps."""

    def still_window(experiment=None, steps=20, size=(1600, 1000), theme=DARK):
        core = Core(experiment or tiny())
        core.watch(["weight norm", "weight quantiles"])
        core.advance(steps)
        window = Window(StillSession(core), theme)
        qtbot.addWidget(window)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        return window

    return still_window


@pytest.fixture
def until(qtbot):
    """Wait until the snapshot that the window shows meets a condition; that snapshot."""

    def until(window, condition):
        qtbot.waitUntil(lambda: condition(window.snapshot), timeout=20_000)
        return window.snapshot

    return until
