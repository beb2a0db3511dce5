from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from lrviz.engine.schedules.cosine import Cosine
from lrviz.gui.cards.learning_rate import LearningRateCard
from lrviz.gui.cards.schedule_preview import SchedulePreview, thinned
from lrviz.gui.theme import current


@pytest.fixture
def card(qtbot):
    card = LearningRateCard({"cosine": Cosine})
    qtbot.addWidget(card)
    card.resize(270, card.sizeHint().height())
    card.show()
    card.show_spec(0.414, Cosine())
    return card


def edits(card):
    heard = []
    card.edited.connect(lambda path, value: heard.append((path, value)))
    return heard


def test_the_number_and_the_slider_show_alpha_without_emitting(card):
    heard = edits(card)
    card.show_spec(3e-5, Cosine())
    assert card.number.text() == "3e-5"
    assert card.slider.value() == 3e-5
    assert heard == []


def test_typing_a_rate_edits_it(card, qtbot):
    heard = edits(card)
    card.number.selectAll()
    qtbot.keyClicks(card.number, "3e-4")
    qtbot.keyClick(card.number, Qt.Key.Key_Return)
    assert heard == [("lr", 3e-4)]


def test_dragging_emits_once_per_turn_of_the_event_loop_and_moves_the_number_at_once_after(card, qtbot):
    heard = edits(card)
    qtbot.mousePress(card.slider, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    for x in range(30, 130, 10):
        card.slider._drag(x)
    assert heard == []
    QApplication.processEvents()
    assert len(heard) == 1
    path, value = heard[0]
    assert path == "lr"
    assert value == card.slider.value()
    assert card.number.text() == f"{value:.3g}".replace("e-0", "e-")
    qtbot.mouseRelease(card.slider, Qt.MouseButton.LeftButton, pos=QPoint(120, 10))


def test_schedule_edits_pass_through(card, qtbot):
    heard = edits(card)
    qtbot.keyClick(card.form.row("schedule.eta_min").slider, Qt.Key.Key_Right)
    assert heard == [("schedule.eta_min", 0.01)]


def test_errors_show_where_they_belong(card):
    assert card.show_error("lr", "lr is -1; it must be at least 0.")
    assert card.message.isVisible()
    assert card.number.wrong
    assert card.show_error("schedule.T_max", "too short")
    assert not card.show_error("optimizer.eps", "elsewhere")
    card.clear_errors()
    assert not card.message.isVisible()
    assert not card.number.wrong


def test_text_that_is_no_number_is_explained(card, qtbot):
    card.number.selectAll()
    qtbot.keyClicks(card.number, "fast")
    qtbot.keyClick(card.number, Qt.Key.Key_Return)
    assert "not a number" in card.message.text()
    qtbot.keyClick(card.number, Qt.Key.Key_Escape)
    assert card.number.text() == "0.414"
    assert not card.message.isVisible()


def test_the_rate_now_shows_only_where_the_schedule_moved_it(card):
    card.set_now(0.0123456)
    assert card.context.full_text() == "now 0.0123"
    card.set_now(0.414)
    assert card.context.full_text() == "α"
    card.set_now(None)
    assert card.context.full_text() == "α"


def test_the_hint_shows_beside_the_number(card):
    card.set_hint("instability from <b>0.57</b>")
    assert card.hint.isVisible()
    assert card.hint.text() == "instability from <b>0.57</b>"


def test_the_number_has_room_for_its_text(card):
    card.show_spec(1.23456e-5, Cosine())
    wide = card.number.fontMetrics().horizontalAdvance("1.23456e-5")
    assert card.number.width() >= wide
    assert card.minimumSizeHint().width() <= 270


def has(image, color, tolerance=24):
    """Whether some pixel is about this colour."""
    wanted = QColor(color)
    for x in range(image.width()):
        for y in range(image.height()):
            pixel = image.pixelColor(x, y)
            if all(
                abs(a - b) <= tolerance for a, b in zip(pixel.getRgb()[:3], wanted.getRgb()[:3], strict=True)
            ):
                return True
    return False


def test_the_preview_draws_the_curve_in_amber(qtbot):
    preview = SchedulePreview()
    qtbot.addWidget(preview)
    preview.resize(246, 96)
    assert not has(preview.grab().toImage(), current().amber)
    preview.set_curve(np.arange(100.0), np.linspace(1, 0, 100), 50.0, 99.0)
    assert has(preview.grab().toImage(), current().amber)


def test_the_preview_can_draw_a_constant_a_zero_and_a_diverged_schedule(qtbot):
    preview = SchedulePreview()
    qtbot.addWidget(preview)
    preview.resize(246, 96)
    steps = np.arange(10.0)
    for rates in (np.full(10, 1e-5), np.zeros(10), np.full(10, np.nan)):
        preview.set_curve(steps, rates, 3.0, 9.0)
        assert not preview.grab().isNull()


def test_hovering_over_the_preview_reads_out_the_rate(qtbot):
    preview = SchedulePreview()
    qtbot.addWidget(preview)
    preview.resize(246, 96)
    preview.show()
    preview.set_curve(np.arange(100.0), np.linspace(1, 0, 100), 50.0, 99.0)
    before = preview.grab().toImage()
    qtbot.mouseMove(preview, QPoint(120, 40))
    qtbot.waitUntil(lambda: preview._pointer is not None, timeout=1000)
    assert preview.grab().toImage() != before


def test_the_preview_marks_where_the_plan_ends_once_the_steps_go_past_it(qtbot):
    preview = SchedulePreview()
    qtbot.addWidget(preview)
    preview.resize(246, 96)
    steps, rates = np.arange(201.0), np.linspace(1, 0, 201)
    pictures = []
    for planned in (200.0, 100.0, 50.0, 1.0):
        preview.set_curve(steps, rates, 150.0, planned)
        pictures.append(preview.grab().toImage())
    assert all(a != b for a, b in pairwise(pictures))
    # From the middle on all is paler, and before it nothing but the word has changed.
    whole, half = pictures[:2]
    low = whole.height() - 50
    assert whole.copy(0, low, whole.width() // 2, 16) == half.copy(0, low, whole.width() // 2, 16)
    assert whole.copy(180, low, 40, 16) != half.copy(180, low, 40, 16)


def test_arrays_that_do_not_fit_are_refused(qtbot):
    preview = SchedulePreview()
    qtbot.addWidget(preview)
    with pytest.raises(ValueError, match=r"steps \(3,\) and rates \(2,\)"):
        preview.set_curve(np.zeros(3), np.zeros(2), 0.0, 2.0)


def test_thinning_keeps_spikes():
    steps = np.arange(10_000.0)
    rates = np.zeros(10_000)
    rates[4321] = 7.0
    few_steps, few_rates = thinned(steps, rates, 100)
    assert few_steps.size <= 200
    assert few_rates.max() == 7.0
    assert few_steps[few_rates.argmax()] == 4321
    assert (np.diff(few_steps) > 0).all()
