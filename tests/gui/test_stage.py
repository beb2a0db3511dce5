import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from lrviz.gui.cards.card import Card
from lrviz.gui.stage import RIGHT_WIDTH, WIDE, Stage

NAMES = ("loss", "lr", "network", "outcome", "weights", "norms")


@pytest.fixture
def stage(qtbot):
    cards = {name: Card(name.title()) for name in NAMES}
    for card in cards.values():
        card.body.addWidget(QLabel("content"))
    stage = Stage(cards)
    qtbot.addWidget(stage)
    stage.resize(WIDE, 800)
    stage.show()
    return stage


def seen(stage):
    return [name for name, card in stage.cards.items() if card.isVisible()]


def place(stage, name):
    card = stage.cards[name]
    return card.mapTo(stage, card.rect().topLeft())


def test_four_panels_stand_two_by_two_and_two_at_the_right(stage):
    assert seen(stage) == list(NAMES)
    loss, lr, network, outcome, weights, norms = (place(stage, name) for name in NAMES)
    assert loss.y() == lr.y() == weights.y() < network.y() == outcome.y()
    assert loss.x() == network.x() < lr.x() == outcome.x() < weights.x() == norms.x()
    assert weights.y() < norms.y()
    assert stage.right.width() == RIGHT_WIDTH


def test_where_there_is_less_room_the_right_column_becomes_tabs(stage, qtbot):
    with qtbot.waitSignal(stage.folded) as told:
        stage.resize(WIDE - 1, 800)
    assert told.args == [True]
    assert seen(stage) == ["loss", "lr", "network", "outcome"]
    tabs = stage.slots_["lr"].tabs
    assert tabs.isVisible()
    assert [tabs.tabText(index) for index in range(tabs.count())] == ["Lr", "Weights", "Norms"]
    with qtbot.waitSignal(stage.arranged):
        tabs.setCurrentIndex(2)
    assert seen(stage) == ["loss", "network", "outcome", "norms"]
    with qtbot.waitSignal(stage.folded) as told:
        stage.resize(WIDE, 800)
    assert told.args == [False]
    assert seen(stage) == list(NAMES)
    assert not tabs.isVisible()


def test_a_double_click_on_a_title_maximizes_and_again_restores(stage, qtbot):
    headline = stage.cards["network"].headline
    with qtbot.waitSignal(stage.arranged):
        qtbot.mouseDClick(headline, Qt.MouseButton.LeftButton)
    assert stage.maximized == "network"
    assert seen(stage) == ["network"]
    assert stage.cards["network"].width() > WIDE - 40
    qtbot.mouseDClick(headline, Qt.MouseButton.LeftButton)
    assert stage.maximized is None
    assert seen(stage) == list(NAMES)


def test_another_panel_can_be_maximized_in_its_place(stage):
    stage.maximize("loss")
    stage.maximize("norms")
    assert seen(stage) == ["norms"]
    stage.maximize(None)
    assert seen(stage) == list(NAMES)


def test_a_maximized_panel_stays_so_when_the_room_changes(stage):
    stage.maximize("weights")
    stage.resize(WIDE - 100, 700)
    assert seen(stage) == ["weights"]
    stage.maximize(None)
    assert seen(stage) == ["loss", "lr", "network", "outcome"]


def test_the_chosen_tab_is_still_on_top_after_a_panel_was_maximized(stage):
    stage.resize(WIDE - 100, 700)
    stage.slots_["lr"].tabs.setCurrentIndex(1)
    stage.maximize("loss")
    stage.maximize(None)
    assert seen(stage) == ["loss", "network", "outcome", "weights"]
    assert stage.slots_["lr"].tabs.currentIndex() == 1


def test_it_tells_once_that_other_panels_show(stage):
    told = []
    stage.arranged.connect(lambda: told.append(seen(stage)))
    stage.maximize("loss")
    stage.maximize("loss")
    assert told == [["loss"]]
