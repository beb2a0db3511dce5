import pytest
from PySide6.QtWidgets import QMenu

from lrviz.gui.cards.panel import PanelCard
from lrviz.gui.panels import Panel
from lrviz.gui.theme import DARK


class First(Panel):
    title = "First"

    def fill_menu(self, menu: QMenu) -> None:
        menu.addAction("Of the first")


class Second(Panel):
    title = "Second"


class Third(Panel):
    title = "Third"


@pytest.fixture
def card(qtbot):
    card = PanelCard([First(DARK), Second(DARK)])
    qtbot.addWidget(card)
    card.show()
    return card


def test_the_first_panel_shows_and_gives_the_title(card):
    assert card.title.text() == "First"
    assert card.panels[First].isVisible()
    assert not card.panels[Second].isVisible()


def test_another_panel_brings_its_title_and_names(card):
    card.show_panel(Second)
    assert card.title.text() == card.accessibleName() == "Second"
    assert card.camera.accessibleName() == "Take a picture of Second"
    assert [panel.isVisible() for panel in card.panels.values()] == [False, True]


def test_each_panel_keeps_its_context(card):
    card.panels[First].contextChanged.emit("one")
    card.panels[Second].contextChanged.emit("two")
    assert card.context.full_text() == "one"
    card.show_panel(Second)
    assert card.context.full_text() == "two"
    card.show_panel(First)
    assert card.context.full_text() == "one"


def test_the_menu_maximizes_and_has_what_panels_add(card, qtbot):
    entries = {entry.text(): entry for entry in card.menu.actions()}
    assert list(entries) == ["Maximize or restore", "Of the first"]
    with qtbot.waitSignal(card.maximizeRequested):
        entries["Maximize or restore"].trigger()


def test_a_panel_that_is_not_here_cannot_be_shown(card):
    with pytest.raises(KeyError):
        card.show_panel(Third)
