import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from lrviz.gui.cards.card import Card


@pytest.fixture
def card(qtbot):
    card = Card("Loss")
    qtbot.addWidget(card)
    card.body.addWidget(QLabel("content"))
    card.resize(240, 120)
    card.show()
    return card


@pytest.fixture
def folding(qtbot):
    card = Card("Optimizer", foldable=True)
    qtbot.addWidget(card)
    card.body.addWidget(QLabel("content"))
    card.resize(240, 120)
    card.show()
    return card


def test_a_long_context_is_shortened_and_still_read_out_in_full(card):
    text = "24 learning rates, one batch of runs, and a good deal more that is worth saying"
    card.set_context(text)
    assert card.context.text().endswith("…")
    assert card.context.full_text() == text
    assert card.context.toolTip() == text
    assert card.context.accessibleName() == text
    card.set_context("basin")
    assert card.context.text() == "basin"
    assert card.context.toolTip() == ""


def test_a_long_context_does_not_widen_the_card(card):
    before = card.minimumSizeHint().width()
    card.set_context("x" * 500)
    assert card.minimumSizeHint().width() == before


def test_the_camera_asks_for_a_picture(card, qtbot):
    with qtbot.waitSignal(card.pictureRequested, timeout=500):
        qtbot.mouseClick(card.camera, Qt.MouseButton.LeftButton)


def test_actions_can_be_added_to_the_menu(card):
    action = card.menu.addAction("Copy numbers")
    assert card.more.menu() is card.menu
    assert action in card.menu.actions()


def test_a_double_click_on_a_panel_title_asks_to_maximize_and_does_not_fold(card, qtbot):
    with qtbot.waitSignal(card.maximizeRequested, timeout=500):
        qtbot.mouseDClick(card.headline, Qt.MouseButton.LeftButton)
    assert not card.folded()
    assert not card.chevron.isVisible()


def test_a_click_on_the_title_folds_a_foldable_card_and_opens_it_again(folding, qtbot):
    full = folding.sizeHint().height()
    with qtbot.waitSignal(folding.foldChanged, timeout=500) as told:
        qtbot.mouseClick(folding.headline, Qt.MouseButton.LeftButton)
    assert told.args == [True]
    assert not folding.content.isVisible()
    assert folding.sizeHint().height() < full
    qtbot.mouseClick(folding.headline, Qt.MouseButton.LeftButton)
    assert folding.content.isVisible()


def test_a_foldable_card_never_asks_to_be_maximized(folding, qtbot):
    with qtbot.assertNotEmitted(folding.maximizeRequested):
        qtbot.mouseDClick(folding.headline, Qt.MouseButton.LeftButton)


def test_a_card_folds_by_the_keyboard(folding, qtbot):
    qtbot.keyClick(folding.headline, Qt.Key.Key_Space)
    assert folding.folded()
    assert folding.headline.accessibleDescription() == "folded"


def test_folding_from_outside_does_not_emit(folding, qtbot):
    with qtbot.assertNotEmitted(folding.foldChanged):
        folding.set_folded(True)
    assert folding.folded()


def test_a_summary_takes_the_place_of_the_context_while_the_card_is_folded(folding):
    folding.set_context("∇")
    folding.set_folded(True)
    assert folding.context.full_text() == "∇"
    folding.set_summary("SGD, momentum 0.9")
    assert folding.context.full_text() == "SGD, momentum 0.9"
    folding.set_context("∇∇")
    assert folding.context.full_text() == "SGD, momentum 0.9"
    folding.set_folded(False)
    assert folding.context.full_text() == "∇∇"


def test_where_room_is_short_folding_can_leave_what_matters_most(folding):
    shortened = []
    folding.shorten = shortened.append
    folding.set_context("now 0.05")
    folding.set_summary("0.1 · Cosine")
    folding.set_tight(True)
    folding.set_folded(True)
    assert (folding.folded(), folding.content.isVisible(), shortened[-1]) == (True, True, True)
    assert folding.context.full_text() == "now 0.05"
    folding.set_tight(False)
    assert (folding.folded(), folding.content.isVisible(), shortened[-1]) == (True, False, False)
    assert folding.context.full_text() == "0.1 · Cosine"
    folding.set_folded(False)
    assert (folding.content.isVisible(), shortened[-1]) == (True, False)


def test_everything_on_a_card_has_an_accessible_name(folding):
    for widget in (folding, folding.headline, folding.camera, folding.more):
        assert "Optimizer" in widget.accessibleName()
    assert folding.camera.toolTip()
    assert folding.more.toolTip()
