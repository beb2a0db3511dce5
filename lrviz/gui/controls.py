"""Small controls: a choice, a switch, a set of flags, and a label that shortens itself.

Signals tell what the person did; setters never emit.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from lrviz.gui.number_field import Entry, NumberField, NumbersField, TextField
from lrviz.gui.slider import Slider
from lrviz.gui.theme import current, mix
from lrviz.gui.tooltips import wrapped

__all__ = [
    "Choice",
    "ElidedLabel",
    "Entry",
    "Flags",
    "NumberField",
    "NumbersField",
    "Paragraph",
    "Slider",
    "Switch",
    "TextField",
]

Option = tuple[str, object, str]
"""(text, value, tooltip)"""


class ElidedLabel(QLabel):
    """One line of text that ends in … where there is no room; its tooltip then has all of it."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.help = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show this text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.updateGeometry()
            self._shorten()

    def full_text(self) -> str:
        """The text as it was set."""
        return self._text

    def set_help(self, text: str) -> None:
        """A tooltip for all times."""
        self.help = text
        self._shorten()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        hint = super().sizeHint()
        return QSize(self.fontMetrics().horizontalAdvance(self._text) + 2, hint.height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's hook."""
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        shown = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        self.setText(shown)
        self.setToolTip(wrapped(self.help) or (self._text if shown != self._text else ""))


class Paragraph(QLabel):
    """Text of as many lines as its width asks for; layouts of any depth give it that height."""

    def __init__(self, look: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", look)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Qt's hook: it asks for its height itself, as nested layouts often lose this."""
        return False

    def sizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return QSize(0, self.heightForWidth(max(self.width(), 1)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's hook."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


class Choice(QComboBox):
    """One of several options, told apart by their values."""

    chosen = Signal(object)
    """The value of the option the person picked."""

    def __init__(self, options: Sequence[Option] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: list[object] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(16)
        for text, value, tooltip in options:
            self.add(text, value, tooltip)
        self.activated.connect(lambda index: self.chosen.emit(self._values[index]))

    def add(self, text: str, value: object, tooltip: str = "") -> None:
        """Offer one more option."""
        self._values.append(value)
        self.addItem(text)
        self.setItemData(self.count() - 1, tooltip, Qt.ItemDataRole.ToolTipRole)

    def value(self) -> object:
        """The value of the option shown; None when there is none."""
        index = self.currentIndex()
        return self._values[index] if index >= 0 else None

    def set_value(self, value: object) -> None:
        """Show the option with this value, unless the person has the list open.

        Raises ValueError when there is no such option.
        """
        index = self._values.index(value)
        if index != self.currentIndex() and not self.view().isVisible():
            self.setCurrentIndex(index)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Qt's hook: scrolling past must not change anything."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Qt's hook: the usual box with a small arrow."""
        super().paintEvent(event)
        _paint_arrow(self)


class Switch(QCheckBox):
    """On or off; without a text of its own."""

    turned = Signal(bool)
    """The person turned it on or off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.turned)

    def set_value(self, value: bool) -> None:
        """Show this state."""
        self.setChecked(value)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return QSize(36, 20)

    def hitButton(self, position: QPoint) -> bool:  # noqa: N802
        """Qt's hook: all of it can be clicked."""
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Qt's hook."""
        theme = current()
        on = self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(0.4)
        body = QRectF(1, 2, self.width() - 2, self.height() - 4)
        edge = theme.blue if on or self.hasFocus() else mix(theme.line, theme.text, 0.25)
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(
            QColor(
                mix(theme.blue, theme.card, 0.35) if on and self.hasFocus() else edge if on else theme.field
            )
        )
        painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
        radius = body.height() / 2 - 3
        x = body.right() - radius - 3 if on else body.left() + radius + 3
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(
            QColor(theme.card if on and theme.name == "light" else theme.text if on else theme.muted)
        )
        painter.drawEllipse(QPointF(x, body.center().y()), radius, radius)
        painter.end()


class Flags(QPushButton):
    """Any number of several options, ticked in a menu."""

    chosen = Signal(object)
    """The values of all ticked options, as a tuple in their declared order."""

    def __init__(self, options: Sequence[Option], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions: list[tuple[QAction, object]] = []
        self.setProperty("look", "choice")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # Not `setMenu`: style sheets ignore the padding of buttons that have one.
        self.menu_of_options = menu = QMenu(self)
        self.clicked.connect(self._open)
        menu.setToolTipsVisible(True)
        for text, value, tooltip in options:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setToolTip(wrapped(tooltip or text))
            self._actions.append((action, value))
        menu.triggered.connect(self._tell)
        self._write()

    def value(self) -> tuple[object, ...]:
        """The values of all ticked options."""
        return tuple(value for action, value in self._actions if action.isChecked())

    def set_value(self, values: Sequence[object]) -> None:
        """Tick exactly these."""
        for action, value in self._actions:
            action.setChecked(value in values)
        self._write()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Qt's hook: the usual button with a small arrow."""
        super().paintEvent(event)
        _paint_arrow(self)

    def _open(self) -> None:
        self.menu_of_options.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _tell(self) -> None:
        self._write()
        self.chosen.emit(self.value())

    def _write(self) -> None:
        ticked = [action.text() for action, _ in self._actions if action.isChecked()]
        self.setText("None" if not ticked else ticked[0] if len(ticked) == 1 else f"{len(ticked)} chosen")


def _paint_arrow(box: QWidget) -> None:
    painter = QPainter(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    color = QColor(current().muted)
    painter.setPen(QPen(color, 1.5, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
    middle = QPointF(box.width() - 13.0, box.height() / 2 + 0.5)
    painter.drawPolyline([middle + QPointF(-3.5, -2), middle + QPointF(0, 1.5), middle + QPointF(3.5, -2)])
    painter.end()
