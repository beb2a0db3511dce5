import pytest
from PySide6.QtCore import Qt

from lrviz.engine.modifiers import AnyModifier, ClipNorm, Lookahead
from lrviz.engine.parts import kinds
from lrviz.gui.forms.part_list import PartList


@pytest.fixture
def parts(qtbot):
    parts = PartList("modifiers", kinds(AnyModifier), add="Add a modifier", help="Around the step.")
    qtbot.addWidget(parts)
    parts.show()
    parts.told = []
    parts.edited.connect(lambda path, value: parts.told.append((path, value)))
    return parts


def kinds_of(told):
    path, value = told
    assert path == "modifiers"
    return [part["kind"] for part in value]


def test_each_part_shows_its_title_and_values(parts):
    parts.show_parts([ClipNorm(max_norm=3.0), Lookahead()])
    assert [entry.title.text() for entry in parts.entries] == ["Clip by norm", "Lookahead"]
    assert parts.entries[0].form.row("modifiers.0.max_norm").entry.text() == "3"
    assert parts.told == []


def test_the_menu_adds_a_part_behind_the_others(parts):
    parts.show_parts([ClipNorm()])
    next(action for action in parts.choices.actions() if action.text() == "SAM").trigger()
    assert kinds_of(parts.told[-1]) == ["clip_norm", "sam"]
    assert [entry.title.text() for entry in parts.entries] == ["Clip by norm"]


def test_buttons_move_a_part_outwards_and_remove_it(parts, qtbot):
    parts.show_parts([ClipNorm(), Lookahead()])
    assert not parts.entries[0].earlier.isEnabled()
    qtbot.mouseClick(parts.entries[1].earlier, Qt.MouseButton.LeftButton)
    assert kinds_of(parts.told[-1]) == ["lookahead", "clip_norm"]
    qtbot.mouseClick(parts.entries[0].remove, Qt.MouseButton.LeftButton)
    assert kinds_of(parts.told[-1]) == ["lookahead"]


def test_a_field_is_edited_by_its_own_path(parts, qtbot):
    parts.show_parts([ClipNorm(), Lookahead()])
    field = parts.entries[1].form.row("modifiers.1.la_steps").entry
    field.selectAll()
    qtbot.keyClicks(field, "8")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert parts.told == [("modifiers.1.la_steps", 8)]


def test_what_is_wrong_is_said_under_its_row_or_above_the_list(parts):
    parts.show_parts([ClipNorm()])
    assert parts.show_error("modifiers.0.max_norm", "Too low.")
    assert not parts.message.isVisible()
    assert parts.show_error("modifiers", "Too many.")
    assert parts.message.isVisible()
    assert not parts.show_error("optimizer", "Something else.")
    parts.clear_errors()
    assert not parts.message.isVisible()
