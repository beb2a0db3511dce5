"""Fields to type in: a number, several numbers, or any text."""

import math
import re
from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from lrviz.engine.parts import Scale
from lrviz.experiment.numbers import read, read_whole, rounded, write
from lrviz.gui.theme import current

Look = Literal["field", "value", "hero"]
"""A box; a bare number at the end of a row; the large learning rate."""


SIGNS_OF_NUMBERS = "0123456789+-−.,eE"
INNER_MARGIN = 2
"""Pixels Qt itself leaves beside the text of a line edit."""


class Entry(QLineEdit):
    """Shows a value as text; on Enter or leaving it, reads it back.

    Text that cannot be read stays, with a red border, until it is mended or Escape restores the
    value. What the person is typing is never overwritten by `set_value`.
    """

    entered = Signal(object)
    """The person entered this value (None: left empty)."""
    refused = Signal(str)
    """The text could not be read, for this reason."""
    restored = Signal()
    """The person gave up what was typed."""

    def __init__(
        self,
        *,
        optional: bool = False,
        empty: str = "",
        unit: str = "",
        look: Look = "field",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.optional, self.unit = optional, unit
        self._value: object = None
        self.wrong = False
        self.shows_unit = False
        self._just_clicked = False
        self._padding = 8 if look == "field" else 0
        self.setProperty("look", look)
        self.setPlaceholderText(empty)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if look == "value":
            self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.editingFinished.connect(self.commit)
        self.textChanged.connect(self._place_unit)

    def parse(self, text: str) -> object:
        """The value of a text; raises ValueError with a sentence."""
        raise NotImplementedError

    def written(self, value: object) -> str:
        """The text of a value that is not None."""
        raise NotImplementedError

    def value(self) -> object:
        """The value last set."""
        return self._value

    def set_value(self, value: object) -> None:
        """Show this value, unless the person is typing or has a mistake to mend."""
        self._value = value
        if not (self.isModified() or self.wrong):
            self._write(value)

    def set_wrong(self, wrong: bool) -> None:
        """Mark the text as one that cannot be taken, which keeps it; or go back to the value."""
        was_wrong = self.wrong
        self._mark(wrong)
        if was_wrong and not (wrong or self.isModified()):
            self._write(self._value)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Qt's hook: Escape restores."""
        if event.key() == Qt.Key.Key_Escape and (self.isModified() or self.wrong):
            self._mark(False)
            self._write(self._value)
            self.selectAll()
            self.restored.emit()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Qt's hook."""
        super().focusInEvent(event)
        self._just_clicked = event.reason() == Qt.FocusReason.MouseFocusReason

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Qt's hook: the first click selects everything, so that typing replaces it."""
        super().mouseReleaseEvent(event)
        if self._just_clicked and not self.hasSelectedText():
            self.selectAll()
        self._just_clicked = False

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's hook."""
        super().resizeEvent(event)
        self._place_unit()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Qt's hook: the unit stands behind the text."""
        super().paintEvent(event)
        if self.shows_unit:
            painter = QPainter(self)
            painter.setPen(QColor(current().muted))
            line = self.cursorRect()
            place = QRect(0, line.top(), self.width() - self._padding, line.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight, self.unit)
            painter.end()

    def commit(self) -> None:
        """Read back what was typed, as on Enter."""
        if not self.isModified():
            return
        try:
            value = self._parsed()
        except ValueError as problem:
            self._mark(True)
            self.refused.emit(str(problem))
            return
        was_wrong = self.wrong
        self._mark(False)
        self._write(value)
        if value != self._value or was_wrong:
            self.entered.emit(value)

    def _mark(self, wrong: bool) -> None:
        if wrong != self.wrong:
            self.wrong = wrong
            self.setProperty("wrong", wrong)
            self.style().unpolish(self)
            self.style().polish(self)

    def _parsed(self) -> object:
        if self.optional and not self.text().strip():
            return None
        return self.parse(self.text())

    def _write(self, value: object) -> None:
        text = "" if value is None else self.written(value)
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)
        self.setModified(False)

    def _place_unit(self) -> None:
        """Leave room for the unit, if there is any; the tooltip names it in any case."""
        metrics = self.fontMetrics()
        room = metrics.horizontalAdvance(self.unit) + 4 if self.unit else 0
        text = metrics.horizontalAdvance(self.text() or self.placeholderText())
        self.shows_unit = bool(self.unit) and text + room + 2 * self._padding <= self.width()
        side = -INNER_MARGIN if self.property("look") != "field" else 0
        cursor = -INNER_MARGIN if self.property("look") == "value" else 0
        self.setTextMargins(side, 0, side + (room if self.shows_unit else cursor), 0)


class NumberField(Entry):
    """A number; up and down step it, within `limits`."""

    def __init__(
        self,
        *,
        whole: bool = False,
        scale: Scale = "linear",
        step: float | None = None,
        limits: tuple[float | None, float | None] = (None, None),
        optional: bool = False,
        empty: str = "",
        unit: str = "",
        look: Look = "field",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(optional=optional, empty=empty, unit=unit, look=look, parent=parent)
        self.whole, self.scale, self.step, self.limits = whole, scale, step, limits
        self.installEventFilter(self)

    def parse(self, text: str) -> float:
        """See `Entry`."""
        return read_whole(text) if self.whole else read(text)

    def written(self, value: object) -> str:
        """See `Entry`."""
        if not isinstance(value, (int, float)):
            raise TypeError(f"A number field cannot show {value!r}; it must be a number.")
        return write(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Qt's hook: keys that no number needs are left to the shortcuts of the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            text = event.text()
            if text and text.isprintable() and text not in SIGNS_OF_NUMBERS:
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Qt's hook."""
        turns = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}
        if event.key() in turns:
            self._turn(turns[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _turn(self, direction: int) -> None:
        """Step what is written in the field now."""
        try:
            value = self._parsed()
        except ValueError as problem:
            self.refused.emit(str(problem))
            return
        if not isinstance(value, (int, float)):
            return
        low, high = self.limits
        target = rounded(value + direction * self._size(value), 12)
        target = target if low is None else max(target, low)
        target = target if high is None else min(target, high)
        if target != value:
            self.setText(write(int(target) if self.whole else target))
            self.setModified(True)
            self.commit()

    def _size(self, value: float) -> float:
        """One unit of the second digit, unless a step was given."""
        if self.step is not None and self.scale == "linear":
            return self.step
        size = 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.1
        return max(size, 1.0) if self.whole else size


class NumbersField(Entry):
    """Any number of numbers, written with commas between them."""

    def __init__(
        self, *, whole: bool = False, unit: str = "", empty: str = "none", parent: QWidget | None = None
    ) -> None:
        super().__init__(unit=unit, empty=empty, parent=parent)
        self.whole = whole

    def parse(self, text: str) -> tuple[float, ...]:
        """See `Entry`; commas, semicolons and spaces divide."""
        words = [word for word in re.split(r"[\s,;]+", text) if word]
        return tuple(read_whole(word) if self.whole else read(word) for word in words)

    def written(self, value: object) -> str:
        """See `Entry`."""
        if not isinstance(value, Sequence):
            raise TypeError(f"A field of numbers cannot show {value!r}; it must be a sequence.")
        return ", ".join(write(number) for number in value)


class TextField(Entry):
    """Any text, as it is."""

    def parse(self, text: str) -> str:
        """See `Entry`."""
        return text

    def written(self, value: object) -> str:
        """See `Entry`."""
        return str(value)
