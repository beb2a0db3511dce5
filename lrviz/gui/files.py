"""Dialogs: files of experiments, and the list of shortcuts."""

from pathlib import Path

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from lrviz.experiment import Experiment, ExperimentError, FileError, load, save
from lrviz.gui.actions import VERBS

FILTER = "Experiments (*.json);;All files (*)"


def open_experiment(parent: QWidget) -> Experiment | None:
    """Ask for a file and read it; None when nothing was chosen or it could not be read (said in a message)."""
    name, _ = QFileDialog.getOpenFileName(parent, "Open an experiment", "", FILTER)
    return read(parent, Path(name)) if name else None


def read(parent: QWidget, path: Path) -> Experiment | None:
    """The experiment in a file; None when it could not be read, which a message says."""
    try:
        return load(path)
    except (FileError, ExperimentError) as error:
        say(parent, f"{path.name} was not opened.", str(error))
        return None


def save_experiment(parent: QWidget, experiment: Experiment) -> None:
    """Ask for a file and write the experiment to it."""
    name, _ = QFileDialog.getSaveFileName(parent, "Save the experiment", "experiment.json", FILTER)
    if not name:
        return
    path = Path(name)
    try:
        save(experiment, path if path.suffix else path.with_suffix(".json"))
    except FileError as error:
        say(parent, "The experiment was not saved.", str(error))


def say(parent: QWidget, headline: str, sentence: str) -> None:
    """A message that does not stop training."""
    box = QMessageBox(QMessageBox.Icon.Warning, "lrviz", headline, QMessageBox.StandardButton.Ok, parent)
    box.setInformativeText(sentence)
    box.setModal(False)
    box.open()


def show_shortcuts(parent: QWidget) -> None:
    """Every verb with its shortcut and what it does."""
    rows = "".join(
        f"<tr><td style='padding:4px 16px 4px 0'><b>{QKeySequence(entry.shortcut).toString()}</b></td>"
        f"<td style='padding:4px 16px 4px 0'>{entry.title}</td><td style='padding:4px 0'>{entry.help}</td></tr>"
        for entry in VERBS
        if entry.shortcut
    )
    more = "<p>Double-click a panel's title to maximize it; double-click a plot to show all of it again.</p>"
    box = QMessageBox(QMessageBox.Icon.NoIcon, "Shortcuts", f"<table>{rows}</table>{more}", parent=parent)
    box.setModal(False)
    box.open()
