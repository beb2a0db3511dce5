from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from lrviz.engine.activations import AnyActivation
from lrviz.engine.datasets import AnyDataset
from lrviz.engine.initializers import AnyInitializer
from lrviz.engine.losses import AnyLoss
from lrviz.engine.optimizers import AnyOptimizer
from lrviz.engine.parts import kinds
from lrviz.engine.schedules import AnySchedule
from lrviz.experiment import edit
from lrviz.gui.cards import loading
from lrviz.gui.cards.card import Card
from lrviz.gui.forms.form import Form
from lrviz.gui.forms.rows import Row
from lrviz.gui.side import Side
from lrviz.gui.theme import DARK, apply
from lrviz.session.core import Core


def side_of(qtbot, experiment):
    # What fits depends on the font.
    apply(QApplication.instance(), DARK)
    side = Side()
    qtbot.addWidget(side)
    side.show_snapshot(Core(experiment).snapshot())
    side.resize(side.width(), 900)
    side.show()
    return side


def test_every_card_shows_the_experiment_of_the_snapshot(qtbot, tiny):
    side = side_of(qtbot, tiny(lr=0.25, optimizer__kind="adam"))
    assert side.lr.number.value() == 0.25
    assert side.optimizer.forms[0].chooser.choice.value() == "adam"
    assert side.network.hidden.field.text() == "4"
    assert side.network.context.full_text() == "depth 2 · 17 params"
    assert side.data.buttons["spiral"].isChecked()
    assert side.data.context.full_text() == "42 train · 18 test"
    assert side.training.forms[1].row("training.batch_size").entry.value() == 16
    assert side.training.context.full_text() == "38,095 epochs"


def test_what_the_person_changes_is_passed_on(qtbot, tiny):
    side = side_of(qtbot, tiny())
    for card, path in ((side.lr, "lr"), (side.optimizer, "optimizer.momentum"), (side.data, "data.seed")):
        with qtbot.waitSignal(side.edited) as told:
            card.edited.emit(path, 0.5)
        assert told.args == [path, 0.5]


def test_the_rate_in_use_and_the_place_in_the_schedule_follow_the_run(qtbot, tiny):
    core = Core(tiny(training__steps=100))
    side = side_of(qtbot, core.experiment)
    core.advance(50)
    side.show_progress(core.snapshot())
    assert side.lr.context.full_text() == "now 0.05"
    assert side.lr.preview._now == 50


def test_past_the_plan_the_schedule_is_shown_further(qtbot, tiny):
    core = Core(tiny(training__steps=100))
    side = side_of(qtbot, core.experiment)
    for step, end in ((100, 100), (101, 200), (150, 200), (201, 400)):
        core.go_on()
        core.advance(step - core.step)
        side.show_progress(core.snapshot())
        shown = side.lr.preview
        assert (shown._steps[-1], shown._planned, shown._now) == (end, 100, step)


def test_every_row_can_show_what_is_wrong_with_it(qtbot, tiny):
    kinds = [
        ("optimizer.kind", "adamw"),
        ("schedule.kind", "reduce_on_plateau"),
        ("data.dataset.kind", "sine"),
    ]
    for path, kind in kinds:
        side = side_of(qtbot, edit(tiny(), path, kind))
        paths = {row.path for row in side.findChildren(Row)}
        assert len(paths) > 20
        for row in paths:
            assert side.show_error(row, "It cannot be so."), row
        side.clear_errors()
        assert [row.path for row in side.findChildren(Row) if row.message.text()] == []


def test_a_path_without_a_row_is_reported(qtbot, tiny):
    side = side_of(qtbot, tiny())
    assert not side.show_error("nonsense", "No such field.")


def test_a_folded_card_says_what_is_chosen(qtbot, tiny):
    side = side_of(qtbot, tiny(network__hidden=[{"units": 12}, {"units": 8}], optimizer__momentum=0.9))
    for card in side.cards:
        card.set_folded(True)
    assert {card.title.text(): card.context.full_text() for card in side.cards} == {
        "Learning rate": "0.1 · Cosine",
        "Optimizer": "SGD, momentum 0.9",
        "Network": "12-8 tanh",
        "Data": "Spiral · 60 examples",
        "Training": "batch 16 · 100,000 steps",
    }
    qtbot.waitUntil(lambda: all(card.context.text() == card.context.full_text() for card in side.cards))


KINDS = [
    (path, kind)
    for path, union in (
        ("optimizer", AnyOptimizer),
        ("schedule", AnySchedule),
        ("data.dataset", AnyDataset),
        ("network.initializer", AnyInitializer),
        ("network.hidden.0.activation", AnyActivation),
        ("loss", AnyLoss),
    )
    for kind in kinds(union)
]


@pytest.mark.parametrize(("path", "kind"), KINDS, ids=lambda value: value)
def test_no_label_of_any_form_is_shortened(qtbot, tiny, path, kind):
    experiment = tiny()
    if path == "loss" and "binary" not in kinds(AnyLoss)[kind].tasks:
        experiment = edit(experiment, "data.dataset.kind", "sine")
    side = side_of(qtbot, edit(experiment, f"{path}.kind", kind))
    for form in side.findChildren(Form):
        form.show_more(True)
    for card in side.cards:
        card.set_folded(False)
    qtbot.waitUntil(lambda: side.widget().height() > 900)
    labels = [row.label for row in side.findChildren(Row) if row.isVisible()]
    assert len(labels) > 25
    assert [label.full_text() for label in labels if label.text() != label.full_text()] == []


def test_a_card_that_is_opened_scrolls_into_view(qtbot, tiny):
    side = side_of(qtbot, tiny())
    side.resize(side.width(), 500)
    side.training.set_folded(True)
    side.training.headline.clicked.emit()
    edge = lambda: side.training.mapTo(side.viewport(), side.training.rect().bottomLeft()).y()  # noqa: E731
    qtbot.waitUntil(lambda: edge() < side.viewport().height())


def test_what_is_being_read_is_said_on_the_card_of_the_data(qtbot, tiny, monkeypatch):
    snapshot = Core(tiny()).snapshot()
    side = side_of(qtbot, snapshot.experiment)
    monkeypatch.setattr(loading, "MOMENT", 0.0)
    side.show_progress(replace(snapshot, loading=edit(snapshot.experiment, "data.dataset.kind", "digits")))
    assert (side.data.name.text(), side.data.task.text()) == ("Loading Digits…", "")
    side.show_progress(snapshot)
    assert (side.data.name.text(), side.data.task.text()) == ("Spiral", "two classes")


def test_words_come_below_the_learning_rate(qtbot, tiny):
    side = side_of(qtbot, tiny())
    card = Card("Words")
    card.body.addWidget(QLabel("content"))
    side.set_words(card)
    qtbot.waitUntil(card.isVisible)
    assert side.lr.y() < card.y() < side.optimizer.y()
