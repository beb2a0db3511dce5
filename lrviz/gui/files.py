"""Dialogs: files of experiments, messages, and the list of shortcuts."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from lrviz.experiment import Experiment, ExperimentError, FileError, load, save
from lrviz.gui.actions import VERBS

FILTER = "Experiments (*.json);;All files (*)"
FILE_NAME = "experiment.json"


def open_experiment(parent: QWidget) -> Experiment | None:
    """Ask for a file and read it; None when none was chosen, or it cannot be read, which a message says."""
    path = ask_open(parent)
    return read(parent, path) if path is not None else None


def read(parent: QWidget, path: Path) -> Experiment | None:
    """The experiment in a file; None when it cannot be read, which a message says."""
    try:
        return load(path)
    except (FileError, ExperimentError) as error:
        say(parent, f"{path.name} was not opened.", str(error))
        return None


def save_experiment(parent: QWidget, experiment: Experiment) -> None:
    """Ask for a file and write the experiment to it; a message says what went wrong."""
    path = ask_save(parent)
    if path is None:
        return
    try:
        save(experiment, path)
    except FileError as error:
        say(parent, "The experiment was not saved.", str(error))


def ask_open(parent: QWidget) -> Path | None:
    """The file the person chooses to open."""
    name, _ = QFileDialog.getOpenFileName(parent, "Open an experiment", "", FILTER)
    return Path(name) if name else None


def ask_save(parent: QWidget) -> Path | None:
    """The file the person chooses to write; the dialog asks before one is replaced."""
    dialog = QFileDialog(parent, "Save the experiment", "", FILTER)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    # The dialog must know the ending, or it would not see that it replaces a file.
    dialog.setDefaultSuffix("json")
    dialog.selectFile(FILE_NAME)
    chosen = bool(dialog.exec())
    names = dialog.selectedFiles()
    dialog.deleteLater()
    return Path(names[0]) if chosen and names else None


def say(parent: QWidget, headline: str, sentence: str) -> QMessageBox:
    """Show a message and go on."""
    box = QMessageBox(QMessageBox.Icon.Warning, "lrviz", headline, QMessageBox.StandardButton.Ok, parent)
    # Names of files are in it, which must not be read as markup.
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(sentence)
    _show(box)
    return box


def show_shortcuts(parent: QWidget) -> QMessageBox:
    """Show every verb with its shortcut and what it does, and go on."""
    rows = "".join(
        f"<tr><td style='padding:4px 16px 4px 0'><b>{QKeySequence(entry.shortcut).toString()}</b></td>"
        f"<td style='padding:4px 16px 4px 0'>{entry.title}</td>"
        f"<td style='padding:4px 0'>{entry.help}</td></tr>"
        for entry in VERBS
        if entry.shortcut
    )
    more = "<p>Double-click a panel's title to maximize it; double-click a plot to show all of it again.</p>"
    box = QMessageBox(QMessageBox.Icon.NoIcon, "Shortcuts", f"<table>{rows}</table>{more}", parent=parent)
    _show(box)
    return box


def _show(box: QMessageBox) -> None:
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setModal(False)
    box.show()
