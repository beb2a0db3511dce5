"""Where the panels stand: two by two with a column at the right, or folded where there is less room."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from lrviz.gui.cards.card import Card

GAP = 10
WIDE = 1120
"""The stage's width from which the right column stands beside the panels."""
RIGHT_WIDTH = 280


class Slot(QWidget):
    """A place for one card, or for several as tabs."""

    changed = Signal()
    """The person chose another tab."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: tuple[Card, ...] = ()
        self._chosen: Card | None = None
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName("Panels in this place")
        self.tabs.setToolTip("Which panel shows here; a wider window shows all of them")
        self.pages = QStackedWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.tabs)
        layout.addWidget(self.pages, 1)
        self.tabs.currentChanged.connect(self._turn)

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Show these cards, on top the one chosen last or else the first; they leave wherever they were."""
        chosen = self._chosen
        top = chosen if chosen is not None and chosen in cards else cards[0]
        self._cards = tuple(cards)
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for card in cards:
            self.pages.addWidget(card)
            self.tabs.addTab(card.title.text())
        self.tabs.setCurrentIndex(self._cards.index(top))
        self.tabs.blockSignals(False)
        self.tabs.setVisible(len(cards) > 1)
        self.pages.setCurrentWidget(top)

    def _turn(self, index: int) -> None:
        self._chosen = self._cards[index]
        self.pages.setCurrentWidget(self._chosen)
        self.changed.emit()


class Stage(QWidget):
    """Arranges the cards of the panels; one of them may be maximized."""

    arranged = Signal()
    """Other cards are visible now."""
    folded = Signal(bool)
    """The right column was folded away (true) or stands again."""

    def __init__(self, cards: Mapping[str, Card], parent: QWidget | None = None) -> None:
        """cards: "loss", "lr", "network", "outcome", "weights" and "norms"."""
        super().__init__(parent)
        self.cards = dict(cards)
        self.maximized: str | None = None
        self.wide = True
        self.slots_ = {name: Slot() for name in self.cards}
        self._alone = Slot()
        self.right = QWidget()
        self.right_column = QVBoxLayout(self.right)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._spread())
        self._pages.addWidget(self._alone)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.addWidget(self._pages)
        for name, card in self.cards.items():
            card.maximizeRequested.connect(lambda name=name: self.toggle(name))
        for slot in self.slots_.values():
            slot.changed.connect(self.arranged)
        self.arrange()

    def _spread(self) -> QWidget:
        spread = QWidget()
        grid = QGridLayout()
        grid.setSpacing(GAP)
        for place, name in enumerate(("loss", "lr", "network", "outcome")):
            grid.addWidget(self.slots_[name], *divmod(place, 2))
        grid.setColumnStretch(0, 58)
        grid.setColumnStretch(1, 42)
        grid.setRowStretch(0, 1)
        grid.setRowStretch(1, 1)
        self.right.setFixedWidth(RIGHT_WIDTH)
        self.right_column.setContentsMargins(0, 0, 0, 0)
        self.right_column.setSpacing(GAP)
        self.right_column.addWidget(self.slots_["weights"], 1)
        self.right_column.addWidget(self.slots_["norms"], 1)
        row = QHBoxLayout(spread)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addLayout(grid, 1)
        row.addWidget(self.right)
        return spread

    def toggle(self, name: str) -> None:
        """Maximize this card, or put it back."""
        self.maximize(None if self.maximized == name else name)

    def maximize(self, name: str | None) -> None:
        """Show this card alone; None: all of them."""
        if name != self.maximized:
            self.maximized = name
            self.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's hook: fold or unfold the right column."""
        super().resizeEvent(event)
        if (self.width() >= WIDE) != self.wide:
            self.wide = not self.wide
            self.arrange()
            self.folded.emit(not self.wide)

    def arrange(self) -> None:
        """Put every card in its place for the present width."""
        self.right.setVisible(self.wide)
        together = [] if self.wide else ["weights", "norms"]
        for name, slot in self.slots_.items():
            if name not in together:
                members = [name, *together] if name == "lr" else [name]
                slot.set_cards([self.cards[member] for member in members])
        if self.maximized is not None:
            self._alone.set_cards([self.cards[self.maximized]])
        self._pages.setCurrentIndex(0 if self.maximized is None else 1)
        self.arranged.emit()
