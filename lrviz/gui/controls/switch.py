"""A switch: on or off."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from lrviz.gui.theme import current, mix


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
