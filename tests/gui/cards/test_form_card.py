"""The cards made of forms: training and optimizer."""

import pytest
from pytestqt.qtbot import QtBot

from lrviz.experiment import Experiment, edit, parse
from lrviz.gui.cards.form_card import FormCard
from lrviz.gui.cards.optimizer import OptimizerCard
from lrviz.gui.cards.training import TrainingCard
from lrviz.gui.forms.rows import ChoiceRow, EntryRow, Row


def row(card: FormCard, path: str) -> Row:
    form = next(form for form in card.forms if path.startswith(form.path))
    return form.row(path)


@pytest.fixture
def training(qtbot: QtBot) -> TrainingCard:
    card = TrainingCard()
    qtbot.addWidget(card)
    card.show_experiment(Experiment())
    return card


@pytest.fixture
def optimizer(qtbot: QtBot) -> OptimizerCard:
    card = OptimizerCard()
    qtbot.addWidget(card)
    card.show_experiment(Experiment())
    return card


def test_showing_an_experiment_emits_nothing_and_fills_the_rows(training: TrainingCard) -> None:
    said: list[tuple[str, object]] = []
    training.edited.connect(lambda path, value: said.append((path, value)))
    training.show_experiment(edit(Experiment(), "training.batch_size", 7))
    batch = row(training, "training.batch_size")
    assert isinstance(batch, EntryRow)
    assert batch.entry.text() == "7"
    assert said == []


def test_the_training_card_edits_the_loss_and_the_steps(training: TrainingCard, qtbot: QtBot) -> None:
    loss = row(training, "loss.kind")
    assert isinstance(loss, ChoiceRow)
    with qtbot.waitSignal(training.edited) as told:
        loss.choice.activated.emit(loss.choice.findText("Mean squared error"))
    assert told.args == ["loss.kind", "mse"]
    steps = row(training, "training.steps")
    assert isinstance(steps, EntryRow)
    with qtbot.waitSignal(training.edited) as told:
        steps.entry.entered.emit(500)
    assert told.args == ["training.steps", 500]


@pytest.mark.parametrize(
    "name", [name for name in Experiment().training.model_dump() if name not in ("batch_size", "steps")]
)
def test_every_other_setting_of_training_is_behind_more(training: TrainingCard, name: str) -> None:
    training.show()
    assert row(training, "training.batch_size").isVisible()
    assert not row(training, f"training.{name}").isVisible()
    training.forms[1].show_more(True)
    assert row(training, f"training.{name}").isVisible()


@pytest.mark.parametrize(
    ("epochs", "text"),
    [(685.7, "686 epochs"), (12345.0, "12,345 epochs"), (1.0, "1 epoch"), (0.25, "0.25 epochs")],
)
def test_the_training_card_says_how_many_epochs_are_planned(
    training: TrainingCard, epochs: float, text: str
) -> None:
    training.set_epochs(epochs)
    assert training.context.full_text() == text


def test_another_method_brings_its_own_fields(optimizer: OptimizerCard, qtbot: QtBot) -> None:
    method = row(optimizer, "optimizer.kind")
    assert isinstance(method, ChoiceRow)
    with qtbot.waitSignal(optimizer.edited) as told:
        method.choice.activated.emit(method.choice.findText("Adam"))
    assert told.args == ["optimizer.kind", "adam"]
    optimizer.show_experiment(edit(Experiment(), *told.args))
    assert row(optimizer, "optimizer.betas.0")


@pytest.mark.parametrize(
    ("edits", "text"),
    [
        ({"kind": "sgd"}, "SGD"),
        ({"kind": "sgd", "momentum": 0.9, "weight_decay": 0.1}, "SGD, momentum 0.9"),
        ({"kind": "sgd", "weight_decay": 0.1}, "SGD, weight decay 0.1"),
        ({"kind": "adam"}, "Adam, momentum β₁ 0.9"),
        ({"kind": "rmsprop"}, "RMSprop, memory ρ 0.99"),
        ({"kind": "adagrad"}, "Adagrad"),
    ],
)
def test_an_optimizer_in_short_is_its_name_and_its_first_number_that_is_on(
    optimizer: OptimizerCard, edits: dict[str, object], text: str
) -> None:
    optimizer.show_experiment(parse({"optimizer": edits}))
    optimizer.set_folded(True)
    assert optimizer.context.full_text() == text


def test_errors_are_shown_by_the_card_they_belong_to_alone(
    training: TrainingCard, optimizer: OptimizerCard
) -> None:
    assert training.show_error("training.steps", "Wrong.")
    assert row(training, "training.steps").message.text() == "Wrong."
    assert not optimizer.show_error("training.steps", "Wrong.")
    assert not training.show_error("data.seed", "Wrong.")
    assert training.show_error("loss", "Unfit.")
    assert row(training, "loss.kind").message.text() == "Unfit."
    training.clear_errors()
    assert row(training, "training.steps").message.isHidden()
    assert row(training, "loss.kind").message.isHidden()


def test_every_field_has_a_row(training: TrainingCard, optimizer: OptimizerCard) -> None:
    plain = parse({}).training.model_dump()
    assert all(row(training, f"training.{name}").path == f"training.{name}" for name in plain)
