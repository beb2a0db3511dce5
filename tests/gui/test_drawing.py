from types import SimpleNamespace

import pytest

from lrviz.experiment import Experiment
from lrviz.gui import drawing
from lrviz.gui.drawing import Drawing
from lrviz.session.snapshot import Status


class Sheet:
    """Counts how often it was drawn."""

    def __init__(self, interval=0.1):
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


def test_while_training_one_panel_is_drawn_a_frame_and_each_has_its_turn(clock):
    loss, first, second = Sheet(0.06), Sheet(0.1), Sheet(0.25)
    sheets = [loss, first, second]
    frames = Drawing()
    for step in range(80):
        before = sum(sheet.drawn for sheet in sheets)
        frames.draw(sheets, snapshot(step=step, status=Status.RUNNING))
        assert sum(sheet.drawn for sheet in sheets) - before <= 1
        clock.now += 1 / 40
    # In two seconds, with a grid of 25 ms: every 75 ms, every 100 ms and every 250 ms.
    assert 24 <= loss.drawn <= 28
    assert 16 <= first.drawn <= 21
    assert 7 <= second.drawn <= 9


def test_where_time_is_short_no_panel_starves(clock):
    sheets = [Sheet(0.06), *(Sheet(0.1) for _ in range(9))]
    frames = Drawing()
    for step in range(400):
        frames.draw(sheets, snapshot(step=step, status=Status.RUNNING))
        clock.now += 1 / 40
    assert all(sheet.drawn >= 30 for sheet in sheets)
    assert sheets[0].drawn > 1.3 * sheets[1].drawn


def test_when_training_pauses_all_panels_show_the_last_step_frame_by_frame(clock):
    sheets = [Sheet(), Sheet(), Sheet()]
    frames = Drawing()
    frames.draw(sheets, snapshot(step=1, status=Status.RUNNING))
    for frame in (1, 2, 3):
        frames.draw(sheets, snapshot(step=2))
        assert sum(sheet.drawn for sheet in sheets) == 1 + frame
    frames.draw(sheets, snapshot(step=2))
    assert sorted(sheet.drawn for sheet in sheets) == [1, 1, 2]


def test_for_a_picture_everything_is_drawn_at_once(clock):
    sheets = [Sheet(), Sheet(), Sheet()]
    Drawing().draw(sheets, snapshot(status=Status.RUNNING), everything=True)
    assert [sheet.drawn for sheet in sheets] == [1, 1, 1]
