from itertools import pairwise
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from lrviz.gui.actions import VERBS
from lrviz.gui.theme import DARK, LIGHT
from lrviz.gui.toolbar import FASTEST, SLOWEST, Toolbar
from lrviz.session.snapshot import Status


@pytest.fixture
def bar(qtbot):
    actions = {}
    for entry in VERBS:
        actions[entry.name] = QAction(entry.title)
        actions[entry.name].setToolTip(entry.help)
        actions[entry.name].setShortcut(entry.shortcut)
    bar = Toolbar(actions, menu := QMenu())
    menu.setParent(bar)
    bar.actions_ = actions
    qtbot.addWidget(bar)
    bar.set_theme(DARK)
    bar.resize(1200, 48)
    bar.show()
    return bar


def snapshot(**fields):
    values = {"step": 1234, "planned": 6000, "epoch": 40.0, "speed": 0.0, "status": Status.PAUSED}
    return SimpleNamespace(**{**values, **fields})


def test_buttons_do_their_actions_and_tell_their_shortcuts(bar, qtbot):
    for name, button in bar.buttons.items():
        with qtbot.waitSignal(bar.actions_[name].triggered):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert bar.buttons["reset"].toolTip().endswith("(R)")
    assert bar.buttons["run"].toolTip().endswith("(Space)")


def test_run_becomes_pause_while_training(bar):
    bar.show_snapshot(snapshot(status=Status.RUNNING, speed=250.0), DARK)
    assert bar.buttons["run"].text() == "Pause"
    for status in Status:
        if status is not Status.RUNNING:
            bar.show_snapshot(snapshot(status=status), DARK)
            assert bar.buttons["run"].text() == "Run"


def test_step_epoch_and_speed_or_status_are_shown(bar):
    bar.show_snapshot(snapshot(status=Status.RUNNING, speed=25_431.7), DARK)
    assert bar.progress.text().split("&nbsp;&nbsp;&nbsp;") == [
        "Step <b>1,234</b> of 6,000",
        "Epoch <b>40</b>",
        "<b>25,432</b> steps/s",
    ]
    bar.show_snapshot(snapshot(status=Status.STOPPED_EARLY), DARK)
    assert bar.progress.text().endswith("<b>stopped early</b>")


def test_the_slider_chooses_the_most_steps_per_second_and_its_end_none(bar, qtbot):
    bar.speed.setFocus()
    bar.show_speed(1000.0)
    assert bar.limit.text() == "1,000"
    with qtbot.waitSignal(bar.speedChosen) as told:
        qtbot.keyClick(bar.speed, Qt.Key.Key_Home)
    assert told.args == [SLOWEST]
    assert bar.limit.text() == "1"
    with qtbot.waitSignal(bar.speedChosen) as told:
        qtbot.keyClick(bar.speed, Qt.Key.Key_End)
    assert told.args == [None]
    assert bar.limit.text() == "max"
    assert bar.speed.value() == FASTEST


@pytest.mark.parametrize("speed", [1.0, 950.0, 44_000.0])
def test_the_limit_has_room(bar, speed):
    bar.show_speed(speed)
    assert bar.limit.fontMetrics().horizontalAdvance(bar.limit.text()) <= bar.limit.width()


def test_showing_a_speed_tells_nothing(bar, qtbot):
    with qtbot.assertNotEmitted(bar.speedChosen):
        bar.show_speed(20.0)
        bar.show_speed(None)


def test_the_mark_takes_the_amber_of_the_theme(bar):
    assert DARK.amber in bar.mark.text()
    bar.set_theme(LIGHT)
    assert LIGHT.amber in bar.mark.text()


@pytest.mark.parametrize("width", [1000, 1180, 1280, 1400, 1600])
def test_everything_has_room_while_a_long_run_goes_fast(bar, qtbot, width):
    long = snapshot(step=100_000, planned=100_000, epoch=2345.0, speed=152_345.0, status=Status.RUNNING)
    bar.resize(width, 48)
    bar.show_snapshot(long, DARK)
    qtbot.wait(1)
    parts = (*bar.buttons.values(), bar.presets, bar.speed, bar.limit, bar.progress)
    for part in parts:
        assert bar.rect().contains(part.geometry())
        assert part.width() >= part.minimumSizeHint().width()
    for part, next_part in pairwise(sorted(parts, key=lambda part: part.x())):
        assert part.geometry().right() < next_part.x()
    assert ("Epoch" in bar.progress.text()) == (width >= 1180)


def test_buttons_without_words_keep_their_names(bar):
    bar.resize(1000, 48)
    assert bar.buttons["save"].text() == bar.presets.text() == ""
    assert bar.buttons["save"].accessibleName() == "Save"
    assert bar.buttons["step"].text() == "Step"
    bar.resize(1600, 48)
    assert bar.buttons["save"].text() == "Save"
    assert bar.presets.text() == bar.presets.accessibleName() == "Presets"
