import pytest

from lrviz.engine.schedules.cosine import Cosine
from lrviz.gui.plots.marks import described, marks
from lrviz.session.snapshot import Edit


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (Edit(5, "lr", 0.3, 0.1), "α 0.1 → 0.3"),
        (Edit(5, "lr", 3e-5, 0.01), "α 0.01 → 3e-5"),
        (Edit(5, "optimizer.weight_decay", 1e-4, 0.0), "weight decay 0 → 1e-4"),
        (Edit(5, "optimizer.betas.1", 0.95, 0.999), "betas 2 0.999 → 0.95"),
        (Edit(5, "optimizer.nesterov", True, False), "nesterov off → on"),
        (Edit(5, "schedule.kind", "cosine", "constant"), "schedule constant → cosine"),
        (Edit(5, "stop.step", 100, None), "step none → 100"),
    ],
)
def test_an_edit_is_told_in_a_few_words(edit, text):
    assert described(edit) == text


def test_a_part_is_called_by_its_title():
    assert described(Edit(5, "schedule", Cosine(), "none")) == f"schedule none → {Cosine.title}"


def test_only_edits_of_alpha_and_its_schedule_are_marked_as_the_learning_rate():
    edits = [
        Edit(1, path, 1, 2) for path in ("lr", "schedule.warmup", "schedule", "optimizer.lr_decay", "data")
    ]
    assert [mark.kind for mark in marks(edits)] == ["rate", "rate", "rate", "edit", "edit"]


def test_divergence_is_the_last_mark():
    found = marks([Edit(1, "lr", 1, 2)], diverged_at=1234)
    assert (found[-1].step, found[-1].text, found[-1].kind) == (1234, "diverged at step 1,234", "diverged")


def test_the_edits_of_a_drag_are_one_mark_at_its_end():
    drag = [Edit(100 + 3 * i, "lr", 0.1 + 0.1 * (i + 1), 0.1 + 0.1 * i) for i in range(4)]
    later = Edit(500, "lr", 0.01, 0.5)
    (first, second) = marks([*drag, later], together=10)
    assert (first.step, first.text) == (109, "α 0.1 → 0.5")
    assert (second.step, second.text) == (500, "α 0.5 → 0.01")


def test_edits_of_different_paths_stay_apart():
    edits = [Edit(100, "lr", 0.2, 0.1), Edit(101, "optimizer.momentum", 0.5, 0.9), Edit(102, "lr", 0.3, 0.2)]
    assert len(marks(edits, together=10)) == 3
