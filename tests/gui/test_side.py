from PySide6.QtWidgets import QLabel

from lrviz.experiment import edit
from lrviz.gui.cards.card import Card
from lrviz.gui.forms.rows import Row
from lrviz.gui.side import Side
from lrviz.session.core import Core


def side_of(qtbot, experiment):
    side = Side()
    qtbot.addWidget(side)
    side.show_snapshot(Core(experiment).snapshot())
    side.resize(308, 900)
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


def test_folding_leaves_the_learning_rate_open(qtbot, tiny):
    side = side_of(qtbot, tiny())
    assert [card.title.text() for card in side.cards if card.folded()] == ["Training"]
    side.fold(True)
    assert [card.title.text() for card in side.cards if not card.folded()] == ["Learning rate"]
    side.fold(False)
    assert [card.title.text() for card in side.cards if card.folded()] == ["Training"]


def test_words_come_below_the_learning_rate(qtbot, tiny):
    side = side_of(qtbot, tiny())
    card = Card("Words")
    card.body.addWidget(QLabel("content"))
    side.set_words(card)
    qtbot.waitUntil(card.isVisible)
    assert side.lr.y() < card.y() < side.optimizer.y()
