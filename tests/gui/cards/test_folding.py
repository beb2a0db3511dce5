import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from lrviz.gui.cards.card import Card
from lrviz.gui.cards.folding import Folding

NAMES = ("Rate", "Words", "Data", "Training")


@pytest.fixture
def folding(qtbot):
    column = QWidget()
    qtbot.addWidget(column)
    layout = QVBoxLayout(column)
    cards = [Card(name, foldable=True) for name in NAMES]
    for card in cards:
        card.body.addWidget(QLabel("content"))
        layout.addWidget(card)
    column.show()
    yield Folding(cards, folded=("Training",))
    # Kept until here, as Qt deletes the cards with it.
    column.close()


def opened(folding):
    return [card.title.text() for card in folding.cards if not card.folded()]


def click(qtbot, folding, name):
    card = next(card for card in folding.cards if card.title.text() == name)
    qtbot.mouseClick(card.headline, Qt.MouseButton.LeftButton)


def test_where_there_is_room_cards_fold_as_the_person_likes(folding, qtbot):
    assert opened(folding) == ["Rate", "Words", "Data"]
    click(qtbot, folding, "Data")
    click(qtbot, folding, "Training")
    assert opened(folding) == ["Rate", "Words", "Training"]
    assert folding.titles() == ("Data",)
    folding.fold(("Rate", "Words"))
    assert opened(folding) == ["Data", "Training"]


def test_where_room_is_short_opening_a_card_folds_the_other(folding, qtbot):
    folding.set_tight(True)
    assert opened(folding) == ["Words"]
    for name in ("Data", "Training", "Rate"):
        click(qtbot, folding, name)
        assert opened(folding) == [name]


def test_where_room_is_short_one_card_is_always_open(folding, qtbot):
    folding.set_tight(True)
    click(qtbot, folding, "Data")
    click(qtbot, folding, "Data")
    assert opened(folding) == ["Rate"]
    click(qtbot, folding, "Rate")
    assert opened(folding) == ["Words"]
    click(qtbot, folding, "Words")
    assert opened(folding) == ["Rate"]


def test_with_room_again_everything_is_as_it_was(folding, qtbot):
    click(qtbot, folding, "Words")
    folding.set_tight(True)
    click(qtbot, folding, "Training")
    assert folding.titles() == ("Words", "Training")
    folding.set_tight(False)
    assert opened(folding) == ["Rate", "Data"]


def test_what_is_restored_where_room_is_short_shows_when_there_is_room(folding):
    folding.set_tight(True)
    folding.fold(("Rate", "Data"))
    assert opened(folding) == ["Words"]
    assert folding.titles() == ("Rate", "Data")
    folding.set_tight(False)
    assert opened(folding) == ["Words", "Training"]
