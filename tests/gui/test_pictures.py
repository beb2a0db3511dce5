import os
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lrviz.experiment import FileError
from lrviz.gui import files
from lrviz.gui.pictures import file_name, grab, picture_menu, to_clipboard, to_file


@pytest.fixture
def widget(qtbot: QtBot) -> QWidget:
    """Left half red, right half as it comes; never shown."""
    whole = QWidget()
    whole.resize(40, 30)
    half = QWidget(whole)
    half.setGeometry(0, 0, 20, 30)
    half.setStyleSheet("background: #ff0000")
    qtbot.addWidget(whole)
    return whole


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | None) -> list[str]:
    proposed: list[str] = []

    def answer(parent: QWidget, title: str, name: str, kinds: str) -> Path | None:
        proposed.append(name)
        return path

    monkeypatch.setattr(files, "ask_save", answer)
    return proposed


@pytest.mark.parametrize("scale", [1.0, 2.0, 0.5])
def test_a_picture_has_scale_pixels_for_each_of_the_widget(widget: QWidget, scale: float) -> None:
    image = grab(widget, scale)
    assert (image.width(), image.height()) == (40 * scale, 30 * scale)
    assert image.pixelColor(round(5 * scale), round(15 * scale)) == QColor("#ff0000")
    assert image.pixelColor(round(18 * scale), round(28 * scale)) == QColor("#ff0000")
    assert image.pixelColor(round(30 * scale), round(15 * scale)) != QColor("#ff0000")


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan")])
def test_a_scale_that_is_not_above_zero_is_refused(widget: QWidget, scale: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        grab(widget, scale)


def test_a_picture_without_pixels_is_refused(widget: QWidget) -> None:
    widget.resize(0, 30)
    with pytest.raises(ValueError, match="is empty"):
        grab(widget)


def test_a_file_holds_the_picture(widget: QWidget, tmp_path: Path) -> None:
    image = grab(widget)
    to_file(image, tmp_path / "picture.png")
    again = QImage(str(tmp_path / "picture.png"))
    assert again.convertToFormat(QImage.Format.Format_RGB32) == image.convertToFormat(
        QImage.Format.Format_RGB32
    )
    assert os.listdir(tmp_path) == ["picture.png"]


def test_places_a_picture_cannot_go_are_said_in_a_sentence(widget: QWidget, tmp_path: Path) -> None:
    image = grab(widget)
    with pytest.raises(FileError, match=r"does not exist; choose one that does\."):
        to_file(image, tmp_path / "missing" / "picture.png")
    with pytest.raises(FileError, match=r"is a folder; give the name of a file in it\."):
        to_file(image, tmp_path)


def test_a_name_the_disk_refuses_is_said_in_a_sentence(widget: QWidget, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"x\.png cannot be written: file name too long\.$"):
        to_file(grab(widget), tmp_path / ("x" * 300 + ".png"))


def test_a_pipe_stays_a_pipe(widget: QWidget, tmp_path: Path) -> None:
    pipe = tmp_path / "picture.png"
    os.mkfifo(pipe)
    with pytest.raises(FileError, match=r"is not an ordinary file; choose another name\.$"):
        to_file(grab(widget), pipe)
    assert pipe.is_fifo()


def test_a_picture_replaces_an_older_one(widget: QWidget, tmp_path: Path) -> None:
    to_file(grab(widget), tmp_path / "picture.png")
    to_file(grab(widget, 3.0), tmp_path / "picture.png")
    assert QImage(str(tmp_path / "picture.png")).width() == 120


def test_a_picture_without_pixels_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be written"):
        to_file(QImage(), tmp_path / "picture.png")
    assert os.listdir(tmp_path) == []


def test_the_clipboard_holds_the_picture(widget: QWidget) -> None:
    to_clipboard(grab(widget, 2.0))
    assert QGuiApplication.clipboard().image().size().toTuple() == (80, 60)


def test_the_menu_saves_where_the_person_says(
    widget: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed = choose(monkeypatch, tmp_path / "mine.png")
    picture_menu(widget, widget, "What is happening").actions()[0].trigger()
    assert proposed == ["what-is-happening.png"]
    assert QImage(str(tmp_path / "mine.png")).size().toTuple() == (80, 60)


def test_the_menu_does_nothing_when_the_person_cancels(
    widget: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, None)
    picture_menu(widget, widget, "Loss").actions()[0].trigger()
    assert os.listdir(tmp_path) == []


def test_the_menu_shows_why_a_picture_was_not_saved(
    widget: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(files, "say", lambda parent, headline, sentence: said.append(sentence))
    choose(monkeypatch, tmp_path / "missing" / "loss.png")
    picture_menu(widget, widget, "Loss").actions()[0].trigger()
    assert said == [f"The folder {tmp_path / 'missing'} does not exist; choose one that does."]


def test_the_menu_copies(widget: QWidget) -> None:
    QGuiApplication.clipboard().clear()
    picture_menu(widget, widget, "Loss").actions()[1].trigger()
    assert not QGuiApplication.clipboard().image().isNull()


@pytest.mark.parametrize(
    ("title", "name"),
    [("Loss", "loss.png"), ("Final loss / rate", "final-loss-rate.png"), ("…", "picture.png")],
)
def test_file_names_are_made_of_the_title(title: str, name: str) -> None:
    assert file_name(title) == name
