"""The frame around everything: a card with a headline."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lrviz.gui.controls import ElidedLabel
from lrviz.gui.theme import icon


class Headline(QWidget):
    """A card's first line. A click (or Space) asks to fold, a double click to maximize."""

    clicked = Signal()
    doubleClicked = Signal()  # noqa: N815 - Qt's spelling of signals

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(32)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Qt's hook: taken, so that the release arrives here."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Qt's hook."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Qt's hook."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.doubleClicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Qt's hook."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class Chevron(QWidget):
    """Shows whether a card is open; lights up while its headline has the focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.folded = False
        self.setFixedSize(16, 16)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Qt's hook."""
        name = "mdi6.chevron-right" if self.folded else "mdi6.chevron-down"
        painter = QPainter(self)
        headline = self.parentWidget()
        lit = headline is not None and headline.hasFocus()
        icon(name, "blue" if lit else "muted").paint(painter, self.rect())
        painter.end()


class Card(QFrame):
    """Title left, one line of context right, then a camera and a menu; content goes into `body`.

    Foldable cards (of the side columns) fold to their headline; the others (panels) ask to be
    maximized by a double click on their title.

    shorten: where room is short, folding calls it with True to hide what can be spared of the content;
    None: folding hides all of it.
    """

    pictureRequested = Signal()  # noqa: N815
    maximizeRequested = Signal()  # noqa: N815
    foldChanged = Signal(bool)  # noqa: N815
    """The person folded (true) or opened it."""

    def __init__(self, title: str, *, foldable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.foldable = foldable
        self.shorten: Callable[[bool], None] | None = None
        self._tight = False
        self._line, self._summary = "", ""
        self.setAccessibleName(title)
        self.title = QLabel(title)
        self.title.setProperty("look", "title")
        self.context = ElidedLabel()
        self.context.setProperty("look", "muted")
        self.context.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.context.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.menu = QMenu(self)
        self.camera = self._button("fa6s.camera", f"Take a picture of {title}")
        self.camera.setToolTip("Save or copy a picture of this card")
        self.camera.clicked.connect(self.pictureRequested)
        self.more = self._button("fa6s.ellipsis", f"Menu of {title}")
        self.more.setToolTip("What else can be done with this card")
        self.more.setMenu(self.menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.chevron = Chevron(self)
        self.headline = self._headline()
        self.content = QWidget(self)
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(12, 0, 12, 12)
        self.body.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.headline)
        layout.addWidget(self.content, 1)

    def set_title(self, title: str) -> None:
        """Show this title."""
        self.title.setText(title)
        self.setAccessibleName(title)
        self.camera.setAccessibleName(f"Take a picture of {title}")
        self.more.setAccessibleName(f"Menu of {title}")

    def set_context(self, text: str) -> None:
        """Show this line at the right of the title; it is shortened where there is no room."""
        self._line = text
        self._show_line()

    def set_summary(self, text: str) -> None:
        """What the content comes to: shown in place of the context while only the headline shows."""
        self._summary = text
        self._show_line()

    def folded(self) -> bool:
        """Whether only the headline shows."""
        return self.chevron.folded

    def set_folded(self, folded: bool) -> None:
        """Show only the headline, or everything."""
        self.chevron.folded = folded
        self.chevron.update()
        short = self._tight and self.shorten is not None
        self.content.setVisible(not folded or short)
        if self.shorten is not None:
            self.shorten(folded and short)
        self.headline.setAccessibleDescription("folded" if folded else "open")
        self._show_line()

    def set_tight(self, tight: bool) -> None:
        """Room is short: folding then leaves what `shorten` leaves."""
        self._tight = tight
        self.set_folded(self.folded())

    def _show_line(self) -> None:
        alone = self._summary != "" and self.content.isHidden()
        self.context.set_text(self._summary if alone else self._line)

    def _headline(self) -> Headline:
        headline = Headline(self)
        row = QHBoxLayout(headline)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(2)
        row.addWidget(self.title)
        row.addWidget(self.chevron)
        row.addWidget(self.context, 1)
        row.addSpacing(2)
        row.addWidget(self.camera)
        row.addWidget(self.more)
        self.chevron.setVisible(self.foldable)
        if self.foldable:
            headline.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            headline.setAccessibleName(f"Fold {self.title.text()}")
            headline.setCursor(Qt.CursorShape.PointingHandCursor)
            headline.clicked.connect(self._fold)
        else:
            headline.doubleClicked.connect(self.maximizeRequested)
        return headline

    def _fold(self) -> None:
        self.set_folded(not self.folded())
        self.foldChanged.emit(self.folded())

    def _button(self, glyph: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(glyph))
        button.setIconSize(QSize(12, 12))
        button.setAccessibleName(name)
        button.setFixedSize(20, 20)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        return button
