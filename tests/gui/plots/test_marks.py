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
