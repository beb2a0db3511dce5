import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from lrviz.experiment import Experiment, FileError, dumps, load, save
from lrviz.gui import files
from lrviz.gui.actions import VERBS
from lrviz.gui.pictures import picture_menu


@pytest.fixture
def opening(monkeypatch):
    """Choose this file in the next dialog that opens one."""

    def opening(path):
        monkeypatch.setattr(files, "ask_open", lambda _: path)

    return opening


@pytest.fixture
def saving(monkeypatch):
    """Choose this file in the next dialog that saves one."""

    def saving(path):
        monkeypatch.setattr(files, "ask_save", lambda _: path)

    return saving


def message(window):
    (box,) = (box for box in window.findChildren(QMessageBox) if box.isVisible())
    text = box.informativeText()
    box.close()
    return text


def changed(text, **fields):
    return json.dumps({**json.loads(text), **fields})


SENSELESS = {
    "{": "experiment.json is not JSON",
    "": "experiment.json is empty.",
    "[]": "holds a list",
    dumps(Experiment()).replace('"lr"', '"lrr"'): "lrr",
    changed(dumps(Experiment()), lr="fast"): '"fast"',
    changed(dumps(Experiment()), version=2): "has version 2; this lrviz reads version 1.",
}
"""Contents of files, and what is said of each."""


def test_a_file_that_makes_no_sense_is_a_message_and_changes_nothing(
    open_window, until, opening, qtbot, tmp_path
):
    window = open_window()
    window.session.step(5)
    until(window, lambda s: s.step == 5)
    before = window.session.experiment
    path = tmp_path / "experiment.json"
    opening(path)
    for content, said in SENSELESS.items():
        path.write_text(content, encoding="utf-8")
        window.verbs["open"].trigger()
        text = message(window)
        assert said in text
        assert text.endswith(".")
        assert "Traceback" not in text
    assert window.session.experiment is before
    qtbot.wait(60)
    assert (window.snapshot.step, window.snapshot.generation) == (5, 0)


def test_what_was_saved_is_opened_again(open_window, tiny, until, opening, saving, tmp_path):
    window = open_window(tiny(lr=0.0123, optimizer__kind="adam"))
    wanted = window.session.experiment
    path = tmp_path / "mine.json"
    saving(path)
    window.verbs["save"].trigger()
    assert load(path) == wanted
    window.load(Experiment())
    until(window, lambda s: s.experiment == Experiment())
    opening(path)
    window.verbs["open"].trigger()
    shown = until(window, lambda s: s.experiment == wanted)
    assert shown.step == 0


def test_a_file_that_cannot_be_written_is_a_message(still_window, saving, tmp_path):
    window = still_window()
    saving(tmp_path / "missing" / "mine.json")
    window.verbs["save"].trigger()
    assert "cannot be written" in message(window)
    saving(tmp_path)
    window.verbs["save"].trigger()
    assert "is a folder" in message(window)


def test_a_dialog_that_was_given_up_changes_nothing(open_window, opening, saving, tmp_path):
    window = open_window()
    before = window.session.experiment
    opening(None)
    window.verbs["open"].trigger()
    saving(None)
    window.verbs["save"].trigger()
    assert window.session.experiment is before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("chosen", [True, False])
def test_the_dialog_knows_the_ending_so_that_it_asks_before_replacing(
    still_window, monkeypatch, tmp_path, chosen
):
    window = still_window()
    seen = []

    def exec_(dialog):
        seen.append(dialog.defaultSuffix())
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.selectFile(str(tmp_path / "mine"))
        return int(chosen)

    monkeypatch.setattr(QFileDialog, "exec", exec_)
    path = files.ask_save(window)
    assert seen == ["json"]
    assert path == (tmp_path / "mine.json" if chosen else None)


@pytest.fixture
def answer(monkeypatch):
    """Answer the next dialogs with this file of the folder they begin in; the folders they began in."""

    def answer(name):
        def exec_(dialog):
            began.append(Path(dialog.directory().absolutePath()))
            dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
            dialog.selectFile(str(name))
            return 1

        monkeypatch.setattr(QFileDialog, "exec", exec_)
        return began

    began = []
    yield answer
    files.use_folder("")


def test_every_dialog_begins_in_the_folder_used_last(still_window, answer, tmp_path):
    window = still_window()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    save(Experiment(), tmp_path / "b" / "old.json")
    files.use_folder(str(tmp_path))
    began = answer(tmp_path / "a" / "mine")
    window.verbs["save"].trigger()
    answer(tmp_path / "b" / "old.json")
    window.verbs["open"].trigger()
    answer(tmp_path / "loss.png")
    picture_menu(window, window, "Loss").actions()[0].trigger()
    answer(tmp_path / "a" / "loss.csv")
    window.cards["loss"].shown.plot.save_csv()
    assert began == [tmp_path, tmp_path / "a", tmp_path / "b", tmp_path]
    assert files.folder() == str(tmp_path / "a")
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == [
        "loss.csv",
        "loss.png",
        "mine.json",
        "old.json",
    ]


@pytest.mark.parametrize("kept", ["", "/no/such/folder"])
def test_without_a_folder_used_last_a_dialog_begins_at_home(
    still_window, answer, monkeypatch, tmp_path, kept
):
    monkeypatch.setenv("HOME", str(tmp_path))
    files.use_folder(kept)
    began = answer(tmp_path / "mine.json")
    still_window().verbs["save"].trigger()
    assert began == [tmp_path]


def test_a_dialog_that_was_given_up_leaves_the_folder(still_window, answer, monkeypatch, tmp_path):
    answer(tmp_path / "mine.json")
    monkeypatch.setattr(QFileDialog, "exec", lambda dialog: 0)
    assert files.ask_save(still_window()) is None
    assert files.folder() == ""


def test_the_systems_own_dialogs_are_used_where_there_are_any(still_window, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(QFileDialog, "exec", lambda dialog: asked.append(dialog.options()) or 0)
    window = still_window()
    files.ask_save(window)
    files.ask_open(window)
    assert not QApplication.testAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    assert not any(options & QFileDialog.Option.DontUseNativeDialog for options in asked)


def test_names_of_files_in_messages_are_not_read_as_markup(still_window):
    window = still_window()
    box = files.say(window, "<b>x</b>.json was not opened.", "It is empty.")
    assert not box.isModal()
    assert box.text() == "<b>x</b>.json was not opened."
    assert box.textFormat().name == "PlainText"
    box.close()


def test_every_shortcut_is_listed(still_window):
    window = still_window()
    window.verbs["shortcuts"].trigger()
    box = window.findChild(QMessageBox)
    for entry in VERBS:
        assert entry.title in box.text()
        assert entry.help in box.text()
    assert not box.isModal()
    box.close()


def test_reading_raises_nothing_for_a_missing_file(still_window, tmp_path):
    window = still_window()
    assert files.read(window, tmp_path / "none.json") is None
    assert "cannot be read" in message(window)
    with pytest.raises(FileError):
        save(Experiment(), tmp_path)
