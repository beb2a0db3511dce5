"""Dialogs: files of experiments, messages, and the list of shortcuts."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QToolButton, QWidget

from lrviz.experiment import Experiment, ExperimentError, FileError, load, save
from lrviz.gui.actions import VERBS
from lrviz.gui.theme import icon

FILTER = "Experiments (*.json);;All files (*)"
FILE_NAME = "experiment.json"
GLYPHS = {
    "backButton": "fa6s.arrow-left",
    "forwardButton": "fa6s.arrow-right",
    "toParentButton": "fa6s.arrow-up",
    "newFolderButton": "fa6s.folder-plus",
    "listModeButton": "fa6s.table-cells-large",
    "detailModeButton": "fa6s.list",
}
"""Icons of the buttons in Qt's own dialog, by their names there."""
FOLDER = "folder"
"""The property of the application that holds the folder used last."""


def folder() -> str:
    """The folder used last, "" before the first."""
    app = QApplication.instance()
    return str(app.property(FOLDER) or "") if app is not None else ""


def use_folder(place: str) -> None:
    """Let dialogs begin in this folder from now on."""
    app = QApplication.instance()
    if app is not None:
        app.setProperty(FOLDER, place)


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
    dialog = QFileDialog(parent, "Open an experiment", _beginning(), FILTER)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _chosen(dialog)


def ask_save(
    parent: QWidget, title: str = "Save the experiment", name: str = FILE_NAME, kinds: str = FILTER
) -> Path | None:
    """The file the person chooses to write; the dialog asks before one is replaced.

    name: the one proposed; its ending is added to a name without one. kinds: as Qt's dialogs take them.
    """
    dialog = QFileDialog(parent, title, _beginning(), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    # The dialog must know the ending, or it would not see that it replaces a file.
    dialog.setDefaultSuffix(Path(name).suffix.removeprefix("."))
    dialog.selectFile(name)
    return _chosen(dialog)


def _beginning() -> str:
    """Where a dialog begins: in the folder used last while it exists, else at home."""
    kept = folder()
    return kept if kept and Path(kept).is_dir() else str(Path.home())


def _chosen(dialog: QFileDialog) -> Path | None:
    """Ask; its folder is where the next dialog begins."""
    for name, glyph in GLYPHS.items():
        # There only where the system has no dialog of its own; Qt's icons are as dark as a dark theme.
        button = dialog.findChild(QToolButton, name)
        if button is not None:
            button.setIcon(icon(glyph, "text"))
    chosen = bool(dialog.exec())
    names = dialog.selectedFiles()
    dialog.deleteLater()
    if not chosen or not names:
        return None
    path = Path(names[0])
    use_folder(str(path.parent))
    return path


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
