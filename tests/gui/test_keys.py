import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from lrviz.session.snapshot import Status

KEYS = Qt.Key


def settle(qtbot, window):
    """Let everything that was asked for be done and shown."""
    qtbot.wait(80)
    window.refresh()
    return window.snapshot


def reach(window, control):
    """Give a control the focus as Tab does."""
    control.setFocus(Qt.FocusReason.TabFocusReason)
    assert QApplication.focusWidget() is control


def click(qtbot, window, control):
    """Give a control the focus as a click does."""
    with qtbot.waitSignal(QApplication.instance().focusChanged):
        qtbot.mouseClick(control, Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is control


def test_space_runs_and_pauses(open_window, until, qtbot):
    window = open_window()
    qtbot.keyClick(window, KEYS.Key_Space)
    until(window, lambda s: s.status is Status.RUNNING)
    qtbot.keyClick(window, KEYS.Key_Space)
    until(window, lambda s: s.status is Status.PAUSED)


def test_arrows_move_a_slider_that_has_the_focus_and_do_no_step(open_window, until, qtbot):
    window = open_window()
    slider = window.side.lr.slider
    click(qtbot, window, slider)
    before = slider.value()
    qtbot.keyClick(slider, KEYS.Key_Right)
    assert slider.value() > before
    until(window, lambda s: s.experiment.lr == slider.value())
    assert settle(qtbot, window).step == 0
    qtbot.keyClick(slider, KEYS.Key_Left)
    assert slider.value() == pytest.approx(before, rel=0.01)


def test_space_runs_while_a_slider_has_the_focus(open_window, until, qtbot):
    window = open_window()
    reach(window, window.side.lr.slider)
    qtbot.keyClick(window.side.lr.slider, KEYS.Key_Space)
    until(window, lambda s: s.status is Status.RUNNING)


def test_space_in_a_number_enters_what_was_typed_and_runs_with_it(open_window, until, qtbot):
    window = open_window()
    number = window.side.lr.number
    reach(window, number)
    number.selectAll()
    qtbot.keyClicks(number, "3e-4")
    qtbot.keyClick(number, KEYS.Key_Space)
    shown = until(window, lambda s: s.status is Status.RUNNING)
    assert shown.experiment.lr == 3e-4
    assert number.text() == "3e-4"


def test_reset_in_a_number_types_nothing(open_window, until, qtbot):
    window = open_window()
    number = window.side.lr.number
    reach(window, number)
    qtbot.keyClick(number, KEYS.Key_R)
    until(window, lambda s: s.generation == 1)
    assert number.text() == "0.1"


def test_arrows_in_a_number_move_its_cursor_and_do_no_step(open_window, qtbot):
    window = open_window()
    number = window.side.lr.number
    reach(window, number)
    number.setCursorPosition(0)
    qtbot.keyClick(number, KEYS.Key_Right)
    assert number.cursorPosition() == 1
    assert settle(qtbot, window).step == 0


def test_space_between_numbers_is_typed(open_window, until, qtbot):
    window = open_window()
    field = window.side.network.hidden.field
    reach(window, field)
    field.selectAll()
    qtbot.keyClicks(field, "5 3")
    qtbot.keyClick(field, KEYS.Key_Return)
    until(window, lambda s: [layer.units for layer in s.experiment.network.hidden] == [5, 3])
    assert settle(qtbot, window).status is Status.PAUSED


def test_a_button_of_the_bar_enters_what_was_typed(open_window, until, qtbot):
    window = open_window()
    number = window.side.lr.number
    reach(window, number)
    number.selectAll()
    qtbot.keyClicks(number, "0.02")
    qtbot.mouseClick(window.toolbar.buttons["step"], Qt.MouseButton.LeftButton)
    shown = until(window, lambda s: s.step == 1)
    assert shown.experiment.lr == 0.02


def test_escape_restores_a_number_first_and_then_the_panels(open_window, qtbot):
    window = open_window()
    window.stage.maximize("loss")
    number = window.side.lr.number
    reach(window, number)
    number.selectAll()
    qtbot.keyClicks(number, "7")
    qtbot.keyClick(number, KEYS.Key_Escape)
    assert number.text() == "0.1"
    assert window.stage.maximized == "loss"
    qtbot.keyClick(number, KEYS.Key_Escape)
    assert window.stage.maximized is None
    assert window.session.experiment.lr == 0.1


def test_space_works_a_button_that_was_reached_by_keyboard(open_window, until, qtbot):
    window = open_window()
    button = window.side.data.buttons["moons"]
    reach(window, button)
    qtbot.keyClick(button, KEYS.Key_Space)
    until(window, lambda s: s.experiment.data.dataset.name() == "moons")
    assert settle(qtbot, window).status is Status.PAUSED


def test_space_runs_after_a_button_was_clicked(open_window, until, qtbot):
    window = open_window()
    button = window.side.data.buttons["moons"]
    click(qtbot, window, button)
    until(window, lambda s: s.experiment.data.dataset.name() == "moons")
    qtbot.keyClick(button, KEYS.Key_Space)
    until(window, lambda s: s.status is Status.RUNNING)


def test_letters_choose_in_a_list_that_was_reached_by_keyboard(open_window, until, qtbot):
    window = open_window()
    choice = window.side.network.activation.choice
    reach(window, choice)
    qtbot.keyClick(choice, KEYS.Key_R)
    assert choice.currentText().lower().startswith("r")
    assert settle(qtbot, window).generation <= 1
    assert choice.hasFocus()


def test_space_folds_a_card_whose_headline_was_reached_by_keyboard(open_window, qtbot):
    window = open_window()
    headline = window.side.optimizer.headline
    reach(window, headline)
    qtbot.keyClick(headline, KEYS.Key_Space)
    assert window.side.optimizer.folded()
    assert settle(qtbot, window).status is Status.PAUSED


def test_arrows_turn_tabs_that_were_reached_by_keyboard(open_window, qtbot):
    window = open_window(size=(1280, 720))
    tabs = window.stage.slots_["lr"].tabs
    reach(window, tabs)
    qtbot.keyClick(tabs, KEYS.Key_Right)
    assert tabs.currentIndex() == 1
    assert settle(qtbot, window).step == 0


def test_a_held_key_repeats_steps_but_not_run(open_window):
    window = open_window()
    repeating = [name for name, action in window.verbs.items() if action.autoRepeat()]
    assert repeating == ["step"]


def test_shortcuts_with_modifiers_are_never_taken_by_controls(open_window):
    window = open_window()
    reach(window, window.side.lr.slider)
    event = QKeyEvent(
        QKeyEvent.Type.ShortcutOverride, KEYS.Key_Right, Qt.KeyboardModifier.ControlModifier, ""
    )
    assert not window._keys.claims(window.side.lr.slider, event)
