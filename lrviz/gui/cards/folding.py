"""Which cards show their headline only."""

from collections.abc import Collection, Sequence

from lrviz.gui.cards.card import Card


class Folding:
    """Cards fold as the person likes; where room is short, exactly one of them is open at a time.

    cards: the first opens in place of one that the person folds, and the second in place of the first.
    folded: titles of those that begin folded.
    """

    def __init__(self, cards: Sequence[Card], folded: Collection[str] = ()) -> None:
        self.cards = tuple(cards)
        self.tight = False
        self._with_room: tuple[str, ...] = ()
        self.fold(folded)
        for card in self.cards:
            card.foldChanged.connect(lambda folded, card=card: self._changed(card, folded))

    def titles(self) -> tuple[str, ...]:
        """The titles of the cards that are folded where there is room."""
        if self.tight:
            return self._with_room
        return tuple(card.title.text() for card in self.cards if card.folded())

    def fold(self, titles: Collection[str]) -> None:
        """Where there is room fold the cards of these titles, and open the others."""
        self._with_room = tuple(titles)
        if not self.tight:
            for card in self.cards:
                card.set_folded(card.title.text() in titles)

    def set_tight(self, tight: bool) -> None:
        """Room is short from now on, or there is room again: then everything is as it was before."""
        if tight == self.tight:
            return
        self._with_room = self.titles()
        self.tight = tight
        for card in self.cards:
            card.set_tight(tight)
        if tight:
            self.open(self.cards[1])
        else:
            self.fold(self._with_room)

    def open(self, opened: Card) -> None:
        """Open this card, and where room is short fold the others."""
        for card in self.cards if self.tight else (opened,):
            card.set_folded(card is not opened)

    def _changed(self, card: Card, folded: bool) -> None:
        if self.tight:
            first, second = self.cards[:2]
            self.open(card if not folded else second if card is first else first)
