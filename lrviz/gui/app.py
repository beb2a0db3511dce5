"""Starts the window, and keeps what should come back at the next start."""

import signal
import sys
from base64 import b64decode, b64encode
from binascii import Error as Base64Error

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from lrviz.experiment import Experiment, ExperimentError, FileError, parse
from lrviz.experiment.presets import STARTUP, preset
from lrviz.gui import files, settings
from lrviz.gui import theme as themes
from lrviz.gui.settings import Settings
from lrviz.gui.window import Window
from lrviz.session.session import Session

FIRST_SIZE = QSize(1600, 1000)


def main(experiment: Experiment | None = None) -> int:
    """Open the window and stay until it is closed; the exit code.

    The first start trains the start-up preset at once; later ones bring the last experiment back,
    paused at step 0. `experiment` takes its place.
    """
    app = QApplication.instance() or QApplication(["lrviz"])
    assert isinstance(app, QApplication)
    app.setApplicationName("lrviz")
    app.setDesktopFileName("lrviz")
    saved, damage = settings.load()
    first, loss = first_experiment(experiment, saved)
    with Session(first) as session:
        window = begin(session, saved)
        if experiment is None and saved.experiment is None:
            session.play()
        for sentence in (damage, loss):
            if sentence:
                files.say(window, "Something of the last time could not be brought back.", sentence)
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, lambda *_: window.close())
        try:
            return app.exec()
        finally:
            keep(window, saved)


def begin(session: Session, saved: Settings) -> Window:
    """Show the window as it was left."""
    files.use_folder(saved.folder)
    window = Window(session, theme_of(saved))
    window.theme_choice = saved.theme
    QGuiApplication.styleHints().colorSchemeChanged.connect(window.follow_system)
    window.resize(FIRST_SIZE.boundedTo(window.screen().availableSize()))
    if saved.geometry:
        window.restoreGeometry(_bytes(saved.geometry))
    window.set_speed(saved.speed)
    window.show()
    if saved.geometry:
        # After the window has its size, which folds cards by itself.
        window.fold(saved.folded)
    window.start()
    return window


def keep(window: Window, saved: Settings) -> None:
    """Save how the window is left; where that fails, say so on the terminal."""
    try:
        settings.save(left(window, saved))
    except FileError as error:
        print(f"lrviz: the settings were not saved. {error}", file=sys.stderr)


def left(window: Window, saved: Settings) -> Settings:
    """The settings as the window is left."""
    changed = {
        "geometry": b64encode(window.saveGeometry().data()).decode("ascii"),
        "theme": window.theme_choice,
        "experiment": window.session.experiment.model_dump(mode="json"),
        "folded": window.folded(),
        "folder": files.folder(),
        "speed": window.speed,
    }
    return Settings.model_validate({**saved.model_dump(), **changed})


def first_experiment(experiment: Experiment | None, saved: Settings) -> tuple[Experiment, str | None]:
    """What to begin with, and a sentence for the person when the last experiment cannot come back."""
    if experiment is not None:
        return experiment, None
    if saved.experiment is None:
        return preset(STARTUP).experiment, None
    try:
        return parse(saved.experiment), None
    except ExperimentError as error:
        return preset(STARTUP).experiment, f"The last experiment: {error}"


def theme_of(saved: Settings) -> themes.Theme:
    """The theme chosen, or the system's."""
    return themes.system_theme() if saved.theme == "system" else themes.THEMES[saved.theme]


def _bytes(geometry: str) -> QByteArray:
    """Raises nothing: what is not base64 is no geometry, and the window keeps its size."""
    try:
        return QByteArray(b64decode(geometry))
    except (Base64Error, ValueError):
        return QByteArray()
