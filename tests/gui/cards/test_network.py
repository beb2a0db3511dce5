from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lrviz.experiment import Experiment, ExperimentError, edit, live
from lrviz.gui.cards.network import LayersField, NetworkCard, summary
from lrviz.gui.forms.rows import ChoiceRow, SliderRow

FIRST = "network.hidden.0"


def with_hidden(*hidden: dict[str, Any]) -> Experiment:
    return edit(Experiment(), "network.hidden", hidden)


def pick(row: ChoiceRow, text: str) -> None:
    row.choice.activated.emit(row.choice.findText(text))


def move(row: SliderRow, value: float) -> None:
    row.slider.moved.emit(value)


def with_layers(*layers: tuple[int, str]) -> Experiment:
    return with_hidden(*[{"units": units, "activation": kind} for units, kind in layers])


def layers(experiment: Experiment) -> list[tuple[int, str]]:
    return [(layer.units, layer.activation.name()) for layer in experiment.network.hidden]


class Owner:
    """Applies edits as the window does, and remembers them."""

    def __init__(self, card: NetworkCard) -> None:
        self.card, self.experiment = card, Experiment()
        self.edits: list[tuple[str, Any]] = []
        card.edited.connect(self.apply)
        card.show_experiment(self.experiment)

    def show(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.card.show_experiment(experiment)

    def apply(self, path: str, value: Any) -> None:
        self.edits.append((path, value))
        try:
            self.experiment = edit(self.experiment, path, value)
        except ExperimentError as error:
            self.card.show_error(error.problems[0].path, error.problems[0].sentence)
        self.card.show_experiment(self.experiment)


@pytest.fixture
def card(qtbot: QtBot) -> NetworkCard:
    card = NetworkCard()
    qtbot.addWidget(card)
    return card


@pytest.fixture
def owner(card: NetworkCard) -> Owner:
    return Owner(card)


def enter(qtbot: QtBot, card: NetworkCard, text: str) -> None:
    card.hidden.field.selectAll()
    qtbot.keyClicks(card.hidden.field, text)
    qtbot.keyClick(card.hidden.field, Qt.Key.Key_Return)


def clear(qtbot: QtBot, card: NetworkCard) -> None:
    card.hidden.field.selectAll()
    qtbot.keyClick(card.hidden.field, Qt.Key.Key_Delete)
    qtbot.keyClick(card.hidden.field, Qt.Key.Key_Return)


@pytest.mark.parametrize("text", ["12-12", "12, 12", "12 12", "12 – 12", "12–12", " 12 ;12 ", "12 − 12"])
def test_units_may_be_divided_in_many_ways(qtbot: QtBot, text: str) -> None:
    field = LayersField(whole=True)
    qtbot.addWidget(field)
    assert field.parse(text) == (12, 12)


def test_units_are_shown_with_dashes(card: NetworkCard, owner: Owner) -> None:
    owner.show(with_layers((12, "tanh"), (8, "tanh")))
    assert card.hidden.field.text() == "12 – 8"
    owner.show(with_layers())
    assert card.hidden.field.text() == ""
    assert card.hidden.field.placeholderText() == "none"


def test_what_is_shown_reads_back(card: NetworkCard) -> None:
    for units in [(), (1,), (12, 12), (3, 2, 1), (16,) * 16]:
        assert card.hidden.field.parse(card.hidden.field.written(units)) == units


def test_layers_that_stay_keep_their_activation_and_new_ones_take_the_last(
    qtbot: QtBot, card: NetworkCard, owner: Owner
) -> None:
    owner.show(with_layers((12, "relu"), (12, "leaky_relu")))
    owner.experiment = edit(owner.experiment, "network.hidden.1.activation.negative_slope", 0.2)
    owner.show(owner.experiment)
    enter(qtbot, card, "6, 5, 4")
    assert [path for path, _ in owner.edits] == ["network.hidden"]
    assert layers(owner.experiment) == [(6, "relu"), (5, "leaky_relu"), (4, "leaky_relu")]
    assert owner.experiment.network.hidden[2].activation.model_dump()["negative_slope"] == 0.2
    enter(qtbot, card, "9")
    assert layers(owner.experiment) == [(9, "relu")]


def test_no_units_make_a_linear_model(qtbot: QtBot, card: NetworkCard, owner: Owner) -> None:
    clear(qtbot, card)
    assert owner.edits == [("network.hidden", [])]
    assert owner.experiment.network.hidden == ()
    assert not card.activation.choice.isEnabled()
    enter(qtbot, card, "5")
    assert layers(owner.experiment) == [(5, "tanh")]
    assert card.activation.choice.isEnabled()


def test_buttons_remove_and_add_the_last_layer(qtbot: QtBot, card: NetworkCard, owner: Owner) -> None:
    owner.show(with_layers((12, "tanh"), (6, "relu")))
    card.hidden.more.click()
    assert layers(owner.experiment) == [(12, "tanh"), (6, "relu"), (6, "relu")]
    for _ in range(3):
        card.hidden.fewer.click()
    assert owner.experiment.network.hidden == ()
    assert not card.hidden.fewer.isEnabled()
    card.hidden.more.click()
    assert layers(owner.experiment) == [(8, "tanh")]


def test_no_layer_can_be_added_beyond_the_most(card: NetworkCard, owner: Owner) -> None:
    owner.show(with_layers(*[(4, "tanh")] * 16))
    assert not card.hidden.more.isEnabled()
    owner.show(with_layers(*[(4, "tanh")] * 15))
    assert card.hidden.more.isEnabled()


def test_buttons_go_on_from_what_is_typed_but_not_entered(
    qtbot: QtBot, card: NetworkCard, owner: Owner
) -> None:
    card.hidden.field.selectAll()
    qtbot.keyClicks(card.hidden.field, "7")
    card.hidden.more.click()
    assert layers(owner.experiment) == [(7, "tanh"), (7, "tanh")]
    assert card.hidden.field.text() == "7 – 7"


def test_buttons_refuse_to_go_on_from_nonsense(qtbot: QtBot, card: NetworkCard, owner: Owner) -> None:
    card.hidden.field.selectAll()
    qtbot.keyClicks(card.hidden.field, "many")
    card.hidden.more.click()
    assert owner.edits == []
    assert "not a number" in card.hidden.message.text()


@pytest.mark.parametrize(("text", "reason"), [("12 x", "not a number"), ("2.5", "not a whole number")])
def test_text_that_is_no_number_is_refused_under_its_row(
    qtbot: QtBot, card: NetworkCard, owner: Owner, text: str, reason: str
) -> None:
    enter(qtbot, card, text)
    assert owner.edits == []
    assert reason in card.hidden.message.text()


def test_units_the_experiment_refuses_are_said_under_their_row_and_stay_to_be_mended(
    qtbot: QtBot, card: NetworkCard, owner: Owner
) -> None:
    enter(qtbot, card, "0, 12")
    assert card.hidden.message.text() == "Units of hidden layer 1: 0 is too low; it must be at least 1."
    assert card.hidden.field.text() == "0 – 12"
    enter(qtbot, card, "1, 12")
    assert layers(owner.experiment) == [(1, "tanh"), (12, "tanh")]
    assert card.hidden.message.isHidden()


def test_one_activation_is_chosen_for_all_layers(card: NetworkCard, owner: Owner) -> None:
    owner.show(with_layers((12, "tanh"), (6, "relu")))
    choice = card.activation.choice
    assert choice.currentIndex() == -1
    assert choice.placeholderText() == "mixed"
    choice.activated.emit(choice.findText("ReLU"))
    assert [path for path, _ in owner.edits] == ["network.hidden"]
    assert layers(owner.experiment) == [(12, "relu"), (6, "relu")]
    assert choice.currentText() == "ReLU"


def test_layers_that_have_the_chosen_activation_keep_its_settings(card: NetworkCard, owner: Owner) -> None:
    experiment = with_layers((12, "tanh"), (6, "leaky_relu"))
    owner.show(edit(experiment, "network.hidden.1.activation.negative_slope", 0.3))
    choice = card.activation.choice
    choice.activated.emit(choice.findText("Leaky ReLU"))
    slopes = [layer.activation.model_dump()["negative_slope"] for layer in owner.experiment.network.hidden]
    assert slopes == [0.01, 0.3]


def test_a_setting_of_the_activation_is_edited_in_every_layer(card: NetworkCard, owner: Owner) -> None:
    card.show()
    owner.show(with_layers((12, "leaky_relu"), (6, "leaky_relu")))
    assert card.fields.row("network.hidden.0.activation.negative_slope").isVisible()
    card.fields.edited.emit("network.hidden.0.activation.negative_slope", 0.2)
    assert owner.edits == [
        ("network.hidden.0.activation.negative_slope", 0.2),
        ("network.hidden.1.activation.negative_slope", 0.2),
    ]
    assert card.show_error("network.hidden.1.activation.negative_slope", "Too steep.")
    row = card.fields.row("network.hidden.0.activation.negative_slope")
    assert row.message.text() == "Too steep."
    card.clear_errors()
    assert row.message.isHidden()


def test_the_initializer_is_chosen(card: NetworkCard, owner: Owner) -> None:
    row = card.network.row("network.initializer.kind")
    assert isinstance(row, ChoiceRow)
    row.choice.activated.emit(row.choice.findText("Xavier uniform"))
    assert owner.edits == [("network.initializer.kind", "xavier_uniform")]
    assert owner.experiment.network.initializer.name() == "xavier_uniform"
    assert card.show_error("network.initializer.kind", "Wrong.")
    assert row.message.text() == "Wrong."


def test_showing_an_experiment_emits_nothing(card: NetworkCard, owner: Owner) -> None:
    mixed = with_hidden({"norm": "batch_norm", "norm_place": "after"}, {"dropout": 0.5, "lr_scale": 2.0})
    for experiment in (with_layers(), with_layers((3, "elu")), with_layers((3, "elu"), (4, "relu")), mixed):
        owner.show(experiment)
    assert owner.edits == []


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("network", "none"),
        ("network.hidden", "hidden"),
        ("network.hidden.3.units", "hidden"),
        ("network.hidden.0.activation", "activation"),
        ("network.hidden.1.activation.negative_slope", "activation"),
        ("network.hidden.1.activation.kind", "activation"),
        ("network.hidden.1.norm", "norm"),
        ("network.hidden.1.norm.eps", "norm"),
        ("network.hidden.1.dropout", "dropout"),
        ("network.hidden.0.lr_scale", "lr_scale"),
        ("network.output_lr_scale", "output_lr_scale"),
    ],
)
def test_errors_are_shown_under_the_right_row(card: NetworkCard, owner: Owner, path: str, row: str) -> None:
    rows = {
        "hidden": card.hidden,
        "activation": card.activation,
        "norm": card.norm.chooser,
        "dropout": card.network.row(f"{FIRST}.dropout"),
        "lr_scale": card.network.row(f"{FIRST}.lr_scale"),
        "output_lr_scale": card.network.row("network.output_lr_scale"),
    }
    card.show()
    shown = card.show_error(path, "Wrong.")
    assert shown == (row != "none")
    assert [name for name, each in rows.items() if each.message.isVisible()] == ([row] if shown else [])
    card.clear_errors()
    assert not any(each.message.isVisible() for each in rows.values())


def test_errors_of_a_setting_that_only_some_layers_have_are_shown_under_the_choice(
    card: NetworkCard, owner: Owner
) -> None:
    card.show()
    owner.show(with_layers((3, "leaky_relu"), (4, "leaky_relu")))
    owner.show(with_layers((3, "leaky_relu"), (4, "relu")))
    assert card.show_error(f"{FIRST}.activation.negative_slope", "Too steep.")
    assert card.activation.message.isVisible()


def test_what_the_new_layers_are_refused_for_is_said_where_they_were_asked_for(
    qtbot: QtBot, card: NetworkCard, owner: Owner
) -> None:
    pick(card.norm.chooser, "Batch norm")
    assert card.show_error("network.hidden", "Batches are too small.")
    assert card.norm.chooser.message.text() == "Batches are too small."
    assert card.hidden.message.isHidden()
    card.clear_errors()
    enter(qtbot, card, "5, 5")
    assert card.show_error("network.hidden", "Too many.")
    assert card.norm.chooser.message.isHidden()
    assert card.hidden.message.text() == "Too many."


def test_mup_with_weights_that_do_not_suit_it_is_refused_under_the_initializer(
    card: NetworkCard, owner: Owner
) -> None:
    owner.show(edit(Experiment(), "network.initializer.kind", "xavier_uniform"))
    pick(card.network.row("network.parametrization"), "μP")
    assert "1/√inputs" in card.network.row("network.initializer.kind").message.text()
    assert owner.experiment.network.parametrization == "standard"


def test_a_norm_is_chosen_for_all_layers_in_one_edit_and_its_fields_keep_the_weights(
    card: NetworkCard, owner: Owner
) -> None:
    owner.show(with_layers((12, "tanh"), (6, "relu")))
    pick(card.norm.chooser, "Batch norm")
    assert [path for path, _ in owner.edits] == ["network.hidden"]
    assert layers(owner.experiment) == [(12, "tanh"), (6, "relu")]
    assert [layer.norm.name() for layer in owner.experiment.network.hidden] == ["batch_norm"] * 2
    move(card.norm.row(f"{FIRST}.norm.momentum"), 0.3)
    assert owner.edits[1:] == [(f"network.hidden.{index}.norm.momentum", 0.3) for index in (0, 1)]
    assert all(live(owner.experiment, path) for path, _ in owner.edits[1:])
    pick(card.norm.chooser, "None")
    assert [layer.norm.name() for layer in owner.experiment.network.hidden] == ["none"] * 2


def test_a_norm_that_a_layer_has_already_keeps_its_settings(card: NetworkCard, owner: Owner) -> None:
    owner.show(with_hidden({"norm": {"kind": "layer_norm", "eps": 0.01}}, {"norm": "batch_norm"}))
    assert card.norm.chooser.choice.placeholderText() == "mixed"
    pick(card.norm.chooser, "Layer norm")
    assert [layer.norm.model_dump()["eps"] for layer in owner.experiment.network.hidden] == [0.01, 1e-5]
    assert card.norm.row(f"{FIRST}.norm.eps").entry.placeholderText().strip() == "mixed"


@pytest.mark.parametrize("name", ["dropout", "lr_scale"])
def test_a_live_number_is_edited_in_every_layer_and_keeps_the_weights(
    card: NetworkCard, owner: Owner, name: str
) -> None:
    move(card.network.row(f"{FIRST}.{name}"), 0.25)
    assert owner.edits == [(f"network.hidden.{index}.{name}", 0.25) for index in (0, 1)]
    assert all(live(owner.experiment, path) for path, _ in owner.edits)
    assert card.network.row(f"{FIRST}.{name}").entry.text() == "0.25"


def test_the_place_of_the_norm_is_one_edit_of_all_layers(card: NetworkCard, owner: Owner) -> None:
    row = card.network.row(f"{FIRST}.norm_place")
    assert row.isHidden()
    owner.show(with_hidden({"norm": "layer_norm"}, {"units": 5, "norm": "layer_norm"}))
    assert not row.isHidden()
    pick(row, "After activation")
    assert [path for path, _ in owner.edits] == ["network.hidden"]
    assert [(layer.units, layer.norm_place) for layer in owner.experiment.network.hidden] == [
        (12, "after"),
        (5, "after"),
    ]


def test_numbers_in_which_layers_differ_are_mixed_until_one_is_set(card: NetworkCard, owner: Owner) -> None:
    row = card.network.row(f"{FIRST}.dropout")
    owner.show(with_hidden({"dropout": 0.1}, {"dropout": 0.3}))
    assert (row.entry.text(), row.entry.placeholderText().strip()) == ("", "mixed")
    assert row.slider.value() is None
    assert owner.edits == []
    # The first layer stays as it is, and the row changes all the same.
    owner.show(with_hidden({"dropout": 0.1}, {"dropout": 0.1}))
    assert (row.entry.text(), row.slider.value()) == ("0.1", 0.1)
    owner.show(with_hidden({"dropout": 0.1}, {"dropout": 0.3}))
    move(row, 0.5)
    assert [layer.dropout for layer in owner.experiment.network.hidden] == [0.5, 0.5]
    assert row.entry.text() == "0.5"


def test_a_dropout_of_all_units_is_refused_under_its_row(
    qtbot: QtBot, card: NetworkCard, owner: Owner
) -> None:
    row = card.network.row(f"{FIRST}.dropout")
    row.entry.selectAll()
    qtbot.keyClicks(row.entry, "1")
    qtbot.keyClick(row.entry, Qt.Key.Key_Return)
    assert "must be below 1" in row.message.text()
    assert [layer.dropout for layer in owner.experiment.network.hidden] == [0.0, 0.0]


def test_without_hidden_layers_their_rows_say_none_and_the_networks_own_still_work(
    card: NetworkCard, owner: Owner
) -> None:
    owner.show(with_layers())
    dropout = card.network.row(f"{FIRST}.dropout")
    assert not dropout.isEnabled()
    assert not card.norm.chooser.isEnabled()
    assert dropout.entry.placeholderText().strip() == card.norm.chooser.choice.placeholderText() == "none"
    move(card.network.row("network.output_lr_scale"), 0.5)
    assert owner.edits == [("network.output_lr_scale", 0.5)]
    owner.show(with_layers((3, "tanh")))
    assert dropout.isEnabled()
    assert dropout.entry.text() == "0"


def test_the_base_width_shows_where_it_does_something(card: NetworkCard, owner: Owner) -> None:
    row = card.network.row("network.base_width")
    assert row.isHidden()
    pick(card.network.row("network.parametrization"), "μP")
    assert owner.experiment.network.parametrization == "mup"
    assert not row.isHidden()


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        ([], "linear model"),
        ([{}, {}], "12-12 tanh"),
        ([{}, {"activation": "relu"}], "12-12 mixed"),
        ([{"norm": "batch_norm"}] * 2, "12-12 tanh, batch norm"),
        ([{"dropout": 0.2}] * 2, "12-12 tanh, dropout 0.2"),
        ([{"norm": "layer_norm", "dropout": 0.2}], "12 tanh, layer norm, dropout 0.2"),
        ([{"norm": "layer_norm"}, {"dropout": 0.2}], "12-12 tanh, mixed norms, mixed dropout"),
    ],
)
def test_the_summary_names_norm_and_dropout_where_they_are_used(
    hidden: list[dict[str, Any]], words: str
) -> None:
    assert summary(with_hidden(*hidden).network.hidden) == words


def test_the_context_says_how_deep_and_how_large(card: NetworkCard) -> None:
    card.set_size(3, 217)
    assert card.context.full_text() == "depth 3 · 217 params"
    card.set_size(17, 1_234_567)
    assert card.context.full_text() == "depth 17 · 1,234,567 params"


def test_a_network_without_hidden_layers_is_called_a_linear_model(card: NetworkCard) -> None:
    card.set_size(1, 3)
    assert card.context.full_text() == "linear model · 3 params"
