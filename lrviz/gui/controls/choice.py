"""One of several options, and any number of several options."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QMenu, QPushButton, QSizePolicy, QWidget

from lrviz.gui.theme import current
from lrviz.gui.tooltips import wrapped

Option = tuple[str, object, str]
"""(text, value, tooltip)"""


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
