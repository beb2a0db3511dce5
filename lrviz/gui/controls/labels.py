"""Two labels: one line that shortens itself, and text of several lines."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from lrviz.gui.tooltips import wrapped


class ElidedLabel(QLabel):
    """One line of text that ends in … where there is no room; its tooltip then has all of it.

    It paints the text itself: each `QLabel.setText` would lay out the whole window anew.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = self._shown = ""
        self.help = ""
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show this text."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            if self.sizePolicy().horizontalPolicy() != QSizePolicy.Policy.Ignored:
                self.updateGeometry()
            self._shorten()

    def text(self) -> str:
        """The text as it shows."""
        return self._shown

    def full_text(self) -> str:
        """The text as it was set."""
        return self._text

    def set_help(self, text: str) -> None:
        """A tooltip for all times."""
        self.help = text
        self._shorten()

    def sizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return QSize(self.fontMetrics().horizontalAdvance(self._text) + 2, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Qt's hook."""
        return QSize(0, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's hook."""
        super().resizeEvent(event)
        self._shorten()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Qt's hook: another font needs other room."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._shorten()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        """Qt's hook."""
        painter = QPainter(self)
        align, role = self.alignment().value, self.foregroundRole()
        self.style().drawItemText(
            painter, self.contentsRect(), align, self.palette(), self.isEnabled(), self._shown, role
        )
        painter.end()

    def _shorten(self) -> None:
        shown = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())
        self.setToolTip(wrapped(self.help) or (self._text if shown != self._text else ""))
        if shown != self._shown:
            self._shown = shown
            self.update()


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
