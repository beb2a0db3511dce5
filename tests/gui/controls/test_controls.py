import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from lrviz.gui.controls import (
    Choice,
    ElidedLabel,
    Flags,
    NumberField,
    NumbersField,
    Paragraph,
    Slider,
    Switch,
)

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot, widget, width=212):
    qtbot.addWidget(widget)
    widget.resize(width, max(widget.sizeHint().height(), 20))
    widget.show()
    return widget


def heard(signal):
    values = []
    signal.connect(values.append)
    return values


def wheel(widget, turn):
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        widget.mapToGlobal(middle),
        QPoint(),
        QPoint(0, turn),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def focus(qtbot, widget):
    widget.window().activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus, timeout=1000)


class TestSlider:
    def test_setting_a_value_never_emits(self, qtbot):
        slider = shown(qtbot, Slider(0, 1))
        values = heard(slider.moved)
        slider.set_value(0.3)
        assert slider.value() == 0.3
        assert values == []

    def test_a_click_jumps_there_on_a_round_number(self, qtbot):
        slider = shown(qtbot, Slider(0, 1))
        values = heard(slider.moved)
        qtbot.mouseClick(slider, LEFT, pos=QPoint(106, 10))
        assert values == [0.5]

    def test_a_logarithmic_slider_has_the_geometric_mean_in_its_middle(self, qtbot):
        slider = shown(qtbot, Slider(1e-6, 10, "log"))
        assert slider.at(0.5) == pytest.approx(10**-2.5, rel=0.005)
        assert slider.fraction(10**-2.5) == pytest.approx(0.5)
        assert slider.at(0) == 1e-6
        assert slider.at(1) == 10

    def test_a_place_read_as_a_value_is_the_same_place(self, qtbot):
        slider = shown(qtbot, Slider(1e-6, 10, "log"))
        for place in (0.0, 0.1, 0.37, 0.8, 1.0):
            assert slider.fraction(slider.at(place)) == pytest.approx(place, abs=4e-4)

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(low=st.floats(-1e3, 1e3), span=st.floats(1e-3, 1e3), place=st.floats(-0.5, 1.5))
    def test_values_never_leave_the_range(self, qapp, low, span, place):
        slider = Slider(low, low + span)
        assert slider.low <= slider.at(place) <= slider.high

    def test_whole_sliders_give_whole_numbers(self, qtbot):
        slider = shown(qtbot, Slider(1, 1024, "log", whole=True))
        values = heard(slider.moved)
        slider.set_value(1)
        for _ in range(5):
            qtbot.keyClick(slider, Qt.Key.Key_Right)
        assert values == [2, 3, 4, 5, 6]

    def test_dragging_emits_at_most_once_per_turn_of_the_event_loop(self, qtbot):
        slider = shown(qtbot, Slider(0, 1))
        values = heard(slider.moved)
        qtbot.mousePress(slider, LEFT, pos=QPoint(6, 10))
        slider._drag(56)
        slider._drag(106)
        slider._drag(156)
        assert values == []
        QApplication.processEvents()
        assert values == [0.75]
        qtbot.mouseRelease(slider, LEFT, pos=QPoint(156, 10))
        assert values == [0.75]

    def test_letting_go_tells_the_last_place_at_once(self, qtbot):
        slider = shown(qtbot, Slider(0, 1))
        values = heard(slider.moved)
        qtbot.mousePress(slider, LEFT, pos=QPoint(6, 10))
        slider._drag(106)
        qtbot.mouseRelease(slider, LEFT, pos=QPoint(106, 10))
        assert values[-1] == 0.5

    def test_a_snapshot_does_not_pull_the_knob_from_under_the_pointer(self, qtbot):
        slider = shown(qtbot, Slider(0, 1))
        qtbot.mousePress(slider, LEFT, pos=QPoint(106, 10))
        slider.set_value(0.1)
        assert slider.value() == 0.5
        qtbot.mouseRelease(slider, LEFT, pos=QPoint(106, 10))
        slider.set_value(0.1)
        assert slider.value() == 0.1

    def test_keys_step_leap_and_go_to_the_ends(self, qtbot):
        slider = shown(qtbot, Slider(0, 1))
        values = heard(slider.moved)
        keys = Qt.Key
        for key in (keys.Key_Right, keys.Key_Up, keys.Key_PageUp, keys.Key_Left, keys.Key_End, keys.Key_Home):
            qtbot.keyClick(slider, key)
        assert values == [0.01, 0.02, 0.12, 0.11, 1.0, 0.0]

    def test_a_page_is_a_decade_on_a_logarithmic_scale(self, qtbot):
        slider = shown(qtbot, Slider(1e-6, 10, "log"))
        values = heard(slider.moved)
        slider.set_value(0.003)
        qtbot.keyClick(slider, Qt.Key.Key_PageUp)
        qtbot.keyClick(slider, Qt.Key.Key_PageDown)
        assert values == [0.03, 0.003]

    def test_the_wheel_is_heard_only_with_the_focus(self, qtbot):
        host = QWidget()
        shown(qtbot, host)
        other = NumberField(parent=host)
        slider = Slider(0, 1, parent=host)
        slider.resize(212, 20)
        for widget in (other, slider):
            widget.show()
        values = heard(slider.moved)
        focus(qtbot, other)
        assert not wheel(slider, 120)
        assert values == []
        focus(qtbot, slider)
        assert wheel(slider, 120)
        assert values == [0.01]

    def test_a_value_outside_is_kept_but_drawn_at_the_end(self, qtbot):
        slider = shown(qtbot, Slider(0, 0.1))
        slider.set_value(5.0)
        assert slider.value() == 5.0
        assert slider.fraction(5.0) == 1.0

    def test_an_empty_slider_can_be_painted(self, qtbot):
        slider = shown(qtbot, Slider(1, 10))
        slider.set_value(None)
        assert not slider.grab().isNull()
        assert slider.accessibleDescription() == ""

    @pytest.mark.parametrize(("low", "high", "scale"), [(1, 1, "linear"), (2, 1, "linear"), (0, 1, "log")])
    def test_ranges_that_cannot_be_drawn_are_refused(self, qtbot, low, high, scale):
        with pytest.raises(ValueError, match="low must be"):
            Slider(low, high, scale)


class TestNumberField:
    def typed(self, qtbot, field, text):
        field.selectAll()
        qtbot.keyClicks(field, text)
        if not text:
            qtbot.keyClick(field, Qt.Key.Key_Backspace)

    def test_enter_tells_the_number(self, qtbot):
        field = shown(qtbot, NumberField())
        values = heard(field.entered)
        self.typed(qtbot, field, "3e-4")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert values == [3e-4]
        assert field.text() == "3e-4"

    def test_leaving_the_field_tells_the_number_once(self, qtbot):
        field = shown(qtbot, NumberField())
        values = heard(field.entered)
        focus(qtbot, field)
        self.typed(qtbot, field, "0,5")
        field.clearFocus()
        assert values == [0.5]
        assert field.text() == "0.5"

    def test_enter_without_a_change_tells_nothing(self, qtbot):
        field = shown(qtbot, NumberField())
        field.set_value(0.25)
        values = heard(field.entered)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert values == []

    def test_setting_a_value_never_emits(self, qtbot):
        field = shown(qtbot, NumberField())
        values = heard(field.entered)
        field.set_value(0.003)
        assert field.text() == "0.003"
        assert values == []

    def test_what_is_being_typed_is_not_overwritten(self, qtbot):
        field = shown(qtbot, NumberField())
        field.set_value(1.0)
        self.typed(qtbot, field, "0.2")
        field.set_value(2.0)
        assert field.text() == "0.2"

    def test_bad_text_stays_marked_until_escape_restores(self, qtbot):
        field = shown(qtbot, NumberField())
        field.set_value(0.5)
        reasons, values = heard(field.refused), heard(field.entered)
        self.typed(qtbot, field, "1/3")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert field.text() == "1/3"
        assert field.property("wrong") is True
        assert "not a number" in reasons[0]
        assert values == []
        field.set_value(0.75)
        assert field.text() == "1/3"
        with qtbot.waitSignal(field.restored, timeout=500):
            qtbot.keyClick(field, Qt.Key.Key_Escape)
        assert field.text() == "0.75"
        assert field.property("wrong") is False

    def test_mended_text_is_taken(self, qtbot):
        field = shown(qtbot, NumberField())
        values = heard(field.entered)
        for text in ("x", "7"):
            self.typed(qtbot, field, text)
            qtbot.keyClick(field, Qt.Key.Key_Return)
        assert values == [7]
        assert not field.wrong

    def test_a_number_refused_from_outside_stays_to_be_mended(self, qtbot):
        field = shown(qtbot, NumberField())
        field.set_value(0.9)
        self.typed(qtbot, field, "5")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        field.set_wrong(True)
        field.set_value(0.9)
        assert field.text() == "5"
        field.set_wrong(False)
        assert field.text() == "0.9"

    def test_empty_means_none_where_it_is_allowed(self, qtbot):
        field = shown(qtbot, NumberField(whole=True, optional=True, empty="all"))
        field.set_value(100)
        values = heard(field.entered)
        self.typed(qtbot, field, "")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert values == [None]
        assert field.placeholderText() == "all"

    def test_empty_is_refused_where_it_is_not_allowed(self, qtbot):
        field = shown(qtbot, NumberField())
        field.set_value(1.0)
        reasons = heard(field.refused)
        self.typed(qtbot, field, "")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert "missing" in reasons[0]

    def test_the_first_click_selects_all_so_that_typing_replaces(self, qtbot):
        host = QWidget()
        shown(qtbot, host)
        other, field = NumberField(parent=host), NumberField(parent=host)
        field.set_value(0.414)
        for widget in (other, field):
            widget.show()
        focus(qtbot, other)
        qtbot.mouseClick(field, LEFT)
        assert field.selectedText() == "0.414"

    def test_whole_fields_give_int(self, qtbot):
        field = shown(qtbot, NumberField(whole=True))
        values = heard(field.entered)
        self.typed(qtbot, field, "1e3")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert values == [1000]
        assert type(values[0]) is int

    @pytest.mark.parametrize(
        ("options", "start", "up", "down"),
        [
            ({}, 0.5, 0.51, 0.49),
            ({"scale": "log"}, 3e-4, 3.1e-4, 2.9e-4),
            ({"whole": True, "step": 1.0}, 5, 6, 4),
            ({"step": 0.01, "limits": (0.0, 1.0)}, 1.0, None, 0.99),
            ({"whole": True, "scale": "log", "limits": (1, None)}, 1, 2, None),
        ],
    )
    def test_up_and_down_step_within_the_limits(self, qtbot, options, start, up, down):
        for key, expected in ((Qt.Key.Key_Up, up), (Qt.Key.Key_Down, down)):
            field = shown(qtbot, NumberField(**options))
            field.set_value(start)
            values = heard(field.entered)
            qtbot.keyClick(field, key)
            assert values == ([] if expected is None else [expected])

    def test_the_unit_shows_where_there_is_room(self, qtbot):
        field = shown(qtbot, NumberField(unit="steps"))
        field.set_value(10)
        assert field.shows_unit
        field.resize(40, 28)
        assert not field.shows_unit


def test_several_numbers_are_typed_with_commas_or_spaces(qtbot):
    field = shown(qtbot, NumbersField(whole=True))
    field.set_value((30, 60))
    assert field.text() == "30, 60"
    values = heard(field.entered)
    field.selectAll()
    qtbot.keyClicks(field, "10,20 30")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert values == [(10, 20, 30)]


class TestChoice:
    def options(self):
        return [("Step", "step", ""), ("None", None, ""), ("On", True, "")]

    def test_setting_a_value_never_emits_and_picking_does(self, qtbot):
        choice = shown(qtbot, Choice(self.options()))
        values = heard(choice.chosen)
        choice.set_value(True)
        assert choice.currentText() == "On"
        assert values == []
        qtbot.keyClick(choice, Qt.Key.Key_Up)
        assert values == [None]
        assert choice.value() is None

    def test_scrolling_past_changes_nothing(self, qtbot):
        choice = shown(qtbot, Choice(self.options()))
        choice.clearFocus()
        values = heard(choice.chosen)
        assert not wheel(choice, -120)
        assert values == []

    def test_an_unknown_value_is_refused(self, qtbot):
        choice = shown(qtbot, Choice(self.options()))
        with pytest.raises(ValueError, match="other"):
            choice.set_value("other")


def test_a_switch_tells_only_what_the_person_did(qtbot):
    switch = shown(qtbot, Switch(), width=36)
    values = heard(switch.turned)
    switch.set_value(True)
    assert values == []
    qtbot.mouseClick(switch, LEFT)
    assert values == [False]


def test_flags_are_told_in_their_declared_order(qtbot):
    flags = shown(qtbot, Flags([("A", "a", ""), ("B", "b", ""), ("C", "c", "")]))
    values = heard(flags.chosen)
    flags.set_value(("c",))
    assert flags.text() == "C"
    assert values == []
    flags.menu_of_options.actions()[0].trigger()
    assert values == [("a", "c")]
    assert flags.text() == "2 chosen"


def test_an_elided_label_keeps_its_full_text(qtbot):
    label = shown(qtbot, ElidedLabel("a rather long piece of text"), width=60)
    assert label.text().endswith("…")
    assert label.full_text() == "a rather long piece of text"


def test_a_paragraph_is_as_tall_as_its_width_asks_for(qtbot):
    paragraph = Paragraph()
    paragraph.setText("word " * 30)
    shown(qtbot, paragraph, width=400)
    wide = paragraph.sizeHint().height()
    paragraph.resize(100, wide)
    assert paragraph.sizeHint().height() > 2 * wide
