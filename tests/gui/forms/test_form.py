from typing import Annotated, ClassVar, Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from lrviz.engine.optimizers.adam import Adam
from lrviz.engine.parts import Part, PartField, Spec, field, kinds
from lrviz.gui.controls import Choice, Flags, NumberField, Slider, Switch
from lrviz.gui.forms.form import Form
from lrviz.gui.forms.rows import Row, SliderRow, phrase, rows
from lrviz.gui.tooltips import wrapped


class Plain(Part):
    title: ClassVar[str] = "Plain descent"
    summary: ClassVar[str] = "Downhill."
    kind: Literal["plain"] = "plain"
    momentum: float = field(0.0, title="Momentum", slider=(0.0, 1.0), ge=0.0, lt=1.0, help="Too low: slow.")


class Settings(Spec):
    length: int | None = field(None, title="Length", unit="steps", empty="all", ge=1, help="How long.")
    unit: Literal["step", "last_min"] = field("step", title="Counts", help="What.")
    standardize: bool | None = field(None, title="Standardize", empty="automatic", help="Whether.")
    keep: bool = field(False, title="Keep best", help="Whether.")
    milestones: tuple[int, ...] = field((30, 60), title="Milestones", help="When.")
    probes: tuple[Literal["norm", "ratio"], ...] = field((), title="Recorded", help="What.")
    name: str = field("", title="Name", help="How it is called.")
    batch: int = field(32, title="Batch size", scale="log", slider=(1, 1024), ge=1, help="How many.")
    method: Annotated[Plain | Adam, *PartField, field(..., title="Method", help="The rule.")] = Plain()
    hidden: float = field(1.0, title="Rare", advanced=True, help="Rarely.")


PARTS = kinds(Plain | Adam)


@pytest.fixture
def form(qtbot):
    form = Form("optimizer", PARTS, label="Method", help="The rule.")
    qtbot.addWidget(form)
    form.resize(250, 400)
    form.show()
    form.show_spec(Adam())
    return form


@pytest.fixture
def settings_form(qtbot):
    form = Form("training", Settings)
    qtbot.addWidget(form)
    form.resize(250, 600)
    form.show()
    form.show_spec(Settings())
    return form


def edits(form):
    heard = []
    form.edited.connect(lambda path, value: heard.append((path, value)))
    return heard


def type_in(qtbot, entry, text):
    entry.selectAll()
    qtbot.keyClicks(entry, text)
    qtbot.keyClick(entry, Qt.Key.Key_Return)


def test_a_tuple_of_fixed_length_has_a_labelled_row_for_each_entry(form):
    assert form.row("optimizer.betas.0").title == "Momentum β₁"
    assert form.row("optimizer.betas.1").title == "Memory β₂"


def test_editing_an_entry_of_a_tuple_names_its_place(form, qtbot):
    heard = edits(form)
    type_in(qtbot, form.row("optimizer.betas.0").entry, "0.95")
    assert heard == [("optimizer.betas.0", 0.95)]


def test_moving_a_slider_edits_and_shows_the_number(form, qtbot):
    heard = edits(form)
    row = form.row("optimizer.weight_decay")
    qtbot.keyClick(row.slider, Qt.Key.Key_Right)
    assert heard == [("optimizer.weight_decay", 0.001)]
    assert row.entry.text() == "0.001"


def test_showing_a_spec_never_emits(form):
    heard = edits(form)
    form.show_spec(Adam(betas=(0.8, 0.99), weight_decay=0.05))
    form.show_spec(Plain(momentum=0.5))
    assert heard == []
    assert form.row("optimizer.momentum").entry.text() == "0.5"


def test_choosing_a_kind_edits_the_kind_and_changes_nothing_by_itself(form, qtbot):
    heard = edits(form)
    qtbot.keyClick(form.chooser.choice, Qt.Key.Key_Up)
    assert heard == [("optimizer.kind", "plain")]
    assert form.row("optimizer.betas.0")


def test_another_kind_shows_its_own_fields_alone(form, qapp):
    form.show_spec(Plain())
    qapp.processEvents()
    assert form.row("optimizer.momentum").isVisible()
    assert [row.path for row in form._rows.values()] == ["optimizer.momentum"]
    assert form.chooser.choice.currentText() == "Plain descent"


def test_a_refused_kind_falls_back_when_the_experiment_is_shown_again(form, qtbot):
    qtbot.keyClick(form.chooser.choice, Qt.Key.Key_Up)
    form.show_spec(Adam())
    assert form.chooser.choice.currentText() == "Adam"


def test_advanced_fields_wait_behind_more(form, qtbot):
    row = form.row("optimizer.eps")
    assert not row.isVisible()
    qtbot.mouseClick(form._more, Qt.MouseButton.LeftButton)
    assert row.isVisible()
    assert form._more.text() == "Less"


def test_there_is_no_more_without_advanced_fields(form):
    form.show_spec(Plain())
    assert not form._more.isVisible()


def test_text_being_typed_survives_a_snapshot(form, qtbot):
    entry = form.row("optimizer.betas.0").entry
    entry.selectAll()
    qtbot.keyClicks(entry, "0.7")
    form.show_spec(Adam(betas=(0.5, 0.999)))
    assert entry.text() == "0.7"


def test_an_error_shows_under_its_row_and_is_taken_back(form):
    assert form.show_error("optimizer.betas.0", "It must be less than 1.")
    row = form.row("optimizer.betas.0")
    assert row.message.isVisible()
    assert row.message.text() == "It must be less than 1."
    assert row.entry.wrong
    form.clear_errors()
    assert not row.message.isVisible()
    assert not row.entry.wrong


def test_a_refused_number_stays_until_it_is_given_up(form, qtbot):
    row = form.row("optimizer.betas.0")
    type_in(qtbot, row.entry, "5")
    form.show_error("optimizer.betas.0", "It must be less than 1.")
    form.show_spec(Adam())
    assert row.entry.text() == "5"
    qtbot.keyClick(row.entry, Qt.Key.Key_Escape)
    assert row.entry.text() == "0.9"
    assert not row.message.isVisible()


def test_moving_the_slider_takes_back_a_refused_number(form, qtbot):
    row = form.row("optimizer.weight_decay")
    type_in(qtbot, row.entry, "500")
    form.show_error("optimizer.weight_decay", "It may be at most 10.")
    qtbot.keyClick(row.slider, Qt.Key.Key_Right)
    assert row.entry.text() == "0.001"
    assert not row.message.isVisible()


def test_an_error_of_a_whole_field_or_part_finds_the_nearest_row(form):
    assert form.show_error("optimizer.betas", "wrong")
    assert form.row("optimizer.betas.0").message.isVisible()
    assert form.show_error("optimizer", "wrong too")
    assert form.chooser.message.isVisible()
    assert not form.show_error("schedule.T_max", "elsewhere")


def test_an_error_in_an_advanced_field_opens_more(form):
    form.show_error("optimizer.eps", "wrong")
    assert form.row("optimizer.eps").isVisible()


def test_text_that_is_no_number_is_explained_under_its_row(form, qtbot):
    row = form.row("optimizer.betas.0")
    heard = edits(form)
    type_in(qtbot, row.entry, "x")
    assert "not a number" in row.message.text()
    assert heard == []
    type_in(qtbot, row.entry, "0.8")
    assert not row.message.isVisible()


def test_every_control_is_named_and_explained(form, settings_form):
    for owner in (form, settings_form):
        controls = [
            w for kind in (Slider, NumberField, Choice, Switch, Flags) for w in owner.findChildren(kind)
        ]
        assert len(controls) > 3
        for control in controls:
            assert control.accessibleName()
            assert control.toolTip()


def test_labels_carry_the_help_too(form):
    row = form.row("optimizer.weight_decay")
    assert row.label.toolTip() == wrapped(Adam.model_fields["weight_decay"].description)
    assert isinstance(row.label, QLabel)


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("length", "500", 500),
        ("length", " ", None),
        ("milestones", "5 10", (5, 10)),
        ("name", "spiral", "spiral"),
    ],
)
def test_fields_to_type_in(settings_form, qtbot, name, typed, value):
    settings_form.show_spec(Settings(length=7))
    heard = edits(settings_form)
    type_in(qtbot, settings_form.row(f"training.{name}").entry, typed)
    assert heard == [(f"training.{name}", value)]


def test_an_optional_number_shows_what_empty_means(settings_form):
    assert settings_form.row("training.length").entry.placeholderText() == "all"


def test_literals_are_choices_with_readable_words(settings_form, qtbot):
    choice = settings_form.row("training.unit").choice
    assert [choice.itemText(i) for i in range(choice.count())] == ["Step", "Last min"]
    heard = edits(settings_form)
    qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert heard == [("training.unit", "last_min")]


def test_an_optional_switch_has_three_states(settings_form, qtbot):
    choice = settings_form.row("training.standardize").choice
    assert [choice.itemText(i) for i in range(choice.count())] == ["Automatic", "On", "Off"]
    settings_form.show_spec(Settings(standardize=False))
    assert choice.currentText() == "Off"


def test_a_switch_edits(settings_form, qtbot):
    heard = edits(settings_form)
    qtbot.mouseClick(settings_form.row("training.keep").switch, Qt.MouseButton.LeftButton)
    assert heard == [("training.keep", True)]


def test_flags_edit_the_whole_tuple(settings_form):
    heard = edits(settings_form)
    settings_form.row("training.probes").flags.menu_of_options.actions()[1].trigger()
    assert heard == [("training.probes", ("ratio",))]


def test_whole_sliders_edit_with_int(settings_form, qtbot):
    heard = edits(settings_form)
    qtbot.keyClick(settings_form.row("training.batch").slider, Qt.Key.Key_Right)
    assert heard == [("training.batch", 36)]
    assert type(heard[0][1]) is int


def test_a_part_within_a_spec_has_its_own_choice_and_fields(settings_form, qtbot):
    heard = edits(settings_form)
    qtbot.keyClick(settings_form.row("training.method.momentum").slider, Qt.Key.Key_Right)
    qtbot.keyClick(settings_form.row("training.method.kind").choice, Qt.Key.Key_Down)
    assert heard == [("training.method.momentum", 0.01), ("training.method.kind", "adam")]
    settings_form.show_spec(Settings(method=Adam()))
    assert settings_form.row("training.method.betas.1")
    assert settings_form.show_error("training.method.betas.1", "wrong")


def test_only_the_fields_asked_for_are_shown_in_that_order(qtbot):
    form = Form("", Settings, fields=("batch", "length"))
    qtbot.addWidget(form)
    form.show_spec(Settings(batch=64))
    assert list(form._rows) == ["batch", "length"]
    assert isinstance(form.row("batch"), SliderRow)
    assert form.row("batch").entry.text() == "64"


def test_a_part_that_may_be_missing_can_be_chosen_away(qtbot):
    form = Form("clip", PARTS, empty="none")
    qtbot.addWidget(form)
    form.show_spec(Adam())
    heard = edits(form)
    qtbot.keyClick(form.chooser.choice, Qt.Key.Key_Home)
    assert heard == [("clip", None)]
    form.show_spec(None)
    assert form.chooser.choice.currentText() == "None"
    assert not form._rows


def test_a_field_no_row_can_show_is_refused():
    class Odd(Spec):
        table: dict[str, int] = field({}, title="Table", help="h")

    with pytest.raises(TypeError, match=r"odd\.table"):
        rows("odd.table", Odd.model_fields["table"])


def test_names_become_words():
    assert phrase("last_min") == "Last min"
    assert phrase("float32") == "float32"
    assert phrase("automatic") == "Automatic"


def test_a_brief_form_shows_the_choice_of_the_kind_alone(qtbot):
    form = Form("part", PARTS)
    qtbot.addWidget(form)
    own = QLabel("own")
    form.insert_below_choice(own)
    form.show_spec(Adam())
    form.show()
    full = form.sizeHint().height()
    form.set_brief(True)
    assert form.chooser.isVisible()
    assert not own.isVisible()
    assert [row for row in form.findChildren(Row) if row is not form.chooser and row.isVisible()] == []
    form.show_spec(Adam())
    assert form.sizeHint().height() < full
    form.set_brief(False)
    assert own.isVisible()
    assert form.sizeHint().height() == full
