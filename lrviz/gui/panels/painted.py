"""A panel that paints itself: one picture per snapshot, and a read-out over it."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from lrviz.gui.painting import read_out
from lrviz.gui.panels.base import Panel
from lrviz.gui.theme import Theme
from lrviz.session.snapshot import Snapshot, Status


class PaintedPanel(Panel):
    """Keeps its picture until the numbers, the size or the theme change; a moving pointer repaints little."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setMouseTracking(True)
        self._shown: tuple[int, int, Status] | None = None
        self._context = ""
        self._picture: QPixmap | None = None
        self._pointer: QPointF | None = None

    def draw(self, snapshot: Snapshot) -> None:
        """Show this snapshot, unless it is the one already shown."""
        key = (snapshot.generation, snapshot.step, snapshot.status)
        if key == self._shown:
            return
        self._shown = key
        self.take(snapshot)
        context = self.context(snapshot)
        if context != self._context:
            self._context = context
            self.contextChanged.emit(context)
        self.refresh()

    def set_theme(self, theme: Theme) -> None:
        """Recolour everything."""
        if theme != self.theme:
            self.theme = theme
            self.recolor()
            self.refresh()

    def refresh(self) -> None:
        """Paint anew what the last snapshot gave."""
        self._picture = None
        self.update()

    def area(self) -> QRectF:
        """The whole panel."""
        return QRectF(self.rect())

    # What a panel fills in

    def take(self, snapshot: Snapshot) -> None:
        """Compute what will be painted."""
        raise NotImplementedError

    def context(self, snapshot: Snapshot) -> str:
        """The line at the card's right."""
        raise NotImplementedError

    def compose(self, painter: QPainter) -> None:
        """Paint the picture; called after `take`, and when size or theme changed."""
        raise NotImplementedError

    def recolor(self) -> None:
        """Drop what was kept in the old theme's colours."""

    def accent(self, painter: QPainter, at: QPointF) -> None:
        """Paint over the picture what the pointer singles out."""

    def text_at(self, at: QPointF) -> str:
        """The read-out for a place in the panel; empty: none."""
        raise NotImplementedError

    # Qt's hooks

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, ARG002
        """Qt's hook."""
        if self._shown is None:
            return
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.size() != self.size() * ratio:
            self._picture = self._painted(ratio)
        painter.drawPixmap(0, 0, self._picture)
        if self._pointer is not None:
            text = self.text_at(self._pointer)
            if text:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self.accent(painter, self._pointer)
                read_out(painter, self.area(), self._pointer, text, self.theme)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Qt's hook."""
        self._pointer = event.position()
        self.update()
        super().mouseMoveEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        """Qt's hook."""
        self._pointer = event.position()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Qt's hook."""
        self._pointer = None
        self.update()
        super().leaveEvent(event)

    def _painted(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        try:
            painter.setFont(self.font())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            self.compose(painter)
        finally:
            # Qt aborts when a pixmap goes away under an active painter.
            painter.end()
        return picture
