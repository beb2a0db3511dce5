from types import SimpleNamespace

import pytest

from lrviz.experiment import Experiment
from lrviz.gui import drawing
from lrviz.gui.drawing import Drawing
from lrviz.session.snapshot import Status


class Sheet:
    """Counts how often it was drawn."""

    def __init__(self, interval=0.0):
        self.interval = interval
        self.drawn = 0

    def draw(self, snapshot):
        self.drawn += 1


def snapshot(**fields):
    values = {
        "generation": 0,
        "step": 0,
        "status": Status.PAUSED,
        "edits": (),
        "experiment": Experiment(),
    }
    return SimpleNamespace(**{**values, **fields})


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(drawing, "monotonic", lambda: clock.now)
    return clock


def test_what_is_shown_already_is_not_drawn_again():
    sheet, frames = Sheet(), Drawing()
    for _ in range(3):
        frames.draw([sheet], snapshot())
    assert sheet.drawn == 1


@pytest.mark.parametrize(
    "change",
    [
        {"step": 1},
        {"generation": 1},
        {"status": Status.FINISHED},
        {"edits": ("one",)},
        {"experiment": Experiment(lr=0.5)},
    ],
)
def test_what_changed_is_drawn(change):
    sheet, frames = Sheet(), Drawing()
    frames.draw([sheet], snapshot())
    frames.draw([sheet], snapshot(**change))
    assert sheet.drawn == 2


def test_in_other_colours_everything_is_drawn_again():
    sheet, frames = Sheet(), Drawing()
    frames.draw([sheet], snapshot())
    frames.forget()
    frames.draw([sheet], snapshot())
    assert sheet.drawn == 2


def test_while_training_one_costly_picture_is_drawn_a_frame_and_each_has_its_turn(clock):
    quick, first, second = Sheet(), Sheet(0.1), Sheet(0.1)
    frames = Drawing()
    for step in range(30):
        before = first.drawn + second.drawn
        frames.draw([quick, first, second], snapshot(step=step, status=Status.RUNNING))
        assert first.drawn + second.drawn - before <= 1
        clock.now += 1 / 30
    assert quick.drawn == 30
    assert 7 <= first.drawn <= 10
    assert 7 <= second.drawn <= 10


def test_when_training_pauses_costly_pictures_show_the_last_step(clock):
    first, second = Sheet(0.1), Sheet(0.1)
    frames = Drawing()
    frames.draw([first, second], snapshot(step=1, status=Status.RUNNING))
    frames.draw([first, second], snapshot(step=2))
    assert (first.drawn, second.drawn) == (2, 1)
