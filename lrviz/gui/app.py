"""Starts the window, and keeps what should come back at the next start."""

import sys
from base64 import b64decode, b64encode

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QApplication

from lrviz.experiment import Experiment, ExperimentError, parse
from lrviz.experiment.files import FileError
from lrviz.experiment.presets import STARTUP, preset
from lrviz.gui import files, settings
from lrviz.gui import theme as themes
from lrviz.gui.settings import Settings
from lrviz.gui.window import Window
from lrviz.session.session import Session


def main(experiment: Experiment | None = None) -> int:
    """Open the window and stay until it is closed; the exit code.

    The first start trains the start-up preset at once; later ones bring the last experiment back,
    paused at step 0. `experiment` takes its place.
    """
    app = QApplication.instance() or QApplication(["lrviz"])
    assert isinstance(app, QApplication)
    app.setApplicationName("lrviz")
    app.setDesktopFileName("lrviz")
    saved, message = settings.load()
    first, trouble = _first_experiment(experiment, saved)
    session = Session(first)
    window = Window(session, _theme(saved))
    window.resize(1600, 1000)
    if saved.geometry:
        window.restoreGeometry(QByteArray(b64decode(saved.geometry)))
    window.set_speed(saved.speed)
    window.show()
    window.start()
    if experiment is None and not saved.experiment:
        session.play()
    for sentence in (message, trouble):
        if sentence:
            files.say(window, "Something of the last time could not be brought back.", sentence)
    try:
        return app.exec()
    finally:
        session.close()
        _remember(window, session, saved)


def _first_experiment(experiment: Experiment | None, saved: Settings) -> tuple[Experiment, str | None]:
    if experiment is not None:
        return experiment, None
    if saved.experiment:
        try:
            return parse(saved.experiment), None
        except ExperimentError as error:
            return preset(STARTUP).experiment, f"The last experiment: {error}"
    return preset(STARTUP).experiment, None


def _theme(saved: Settings) -> themes.Theme:
    return themes.THEMES.get(saved.theme) or themes.system_theme()


def _remember(window: Window, session: Session, saved: Settings) -> None:
    geometry = b64encode(window.saveGeometry().data()).decode("ascii")
    theme = window.theme.name if window.theme is not themes.system_theme() else "system"
    changed = saved.model_copy(
        update={
            "geometry": geometry,
            "theme": theme,
            "experiment": session.experiment.model_dump(mode="json"),
            "speed": window.speed,
        }
    )
    try:
        settings.save(changed)
    except FileError as error:
        print(f"lrviz: the settings were not saved. {error}", file=sys.stderr)
