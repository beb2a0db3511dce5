"""Who gets a key that is also a shortcut of the window: the control with the focus, or the window's verb."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QTabBar, QWidget

from lrviz.gui.cards.card import Headline
from lrviz.gui.controls import Entry, Slider

ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class Keys(QObject):
    """Knows how the control with the focus came to it, and so which keys are meant for it.

    A slider keeps its arrows, a field its Escape while there is something to restore. Buttons and
    choices keep Space, and choices their letters, if they were reached by keyboard: somebody who
    clicked one and then presses Space means Run. Fields keep what they type by themselves.
    """

    def __init__(self, app: QApplication, window: QWidget) -> None:
        super().__init__(window)
        self.window = window
        self._focused: QWidget | None = None
        self._by_mouse = False
        app.focusChanged.connect(self._follow)
        # A filter and not `event` of the window, in which an object must not be deleted from Python.
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Qt's hook: a key arrives at the window unless the control with the focus accepts it."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self.claims(self.window.focusWidget(), event)
        ):
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def claims(self, control: QWidget | None, event: QKeyEvent) -> bool:
        """Whether the control with the focus is worked by this key, so that no shortcut may take it."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        key = event.key()
        match control:
            case Slider():
                return key in ARROWS
            case Entry():
                return key == Qt.Key.Key_Escape and (control.isModified() or control.wrong)
            case QTabBar():
                return not self._by_mouse and key in ARROWS
            case QComboBox():
                return not self._by_mouse and event.text() != "" and event.text().isprintable()
            case QAbstractButton() | Headline():
                return not self._by_mouse and key == Qt.Key.Key_Space
        return False

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        # A list that opens takes the focus and gives it back to where it was, which is no new choice.
        if now is None or now.window().windowType() == Qt.WindowType.Popup:
            return
        if now is not self._focused:
            self._focused = now
            self._by_mouse = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
