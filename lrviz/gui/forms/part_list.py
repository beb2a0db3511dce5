"""A list of parts: each with its fields, to be added, moved and removed."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from lrviz.engine.parts import Part
from lrviz.gui.forms.form import Form, Kinds
from lrviz.gui.theme import icon
from lrviz.gui.tooltips import wrapped


class Entry(QWidget):
    """One part of the list: its title with buttons to move and remove it, and its fields."""

    def __init__(self, path: str, part: type[Part], parent: QWidget) -> None:
        super().__init__(parent)
        self.form = Form(path, part)
        self.title = QLabel(part.title)
        self.title.setToolTip(wrapped(part.summary))
        self.earlier = self._button("fa6s.chevron-up", f"Move {part.title} outwards")
        self.remove = self._button("fa6s.xmark", f"Remove {part.title}")
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(2)
        line.addWidget(self.title, 1)
        line.addWidget(self.earlier)
        line.addWidget(self.remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self.form)
        self.form.setVisible(len(part.model_fields) > 1)

    def _button(self, glyph: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(glyph))
        button.setIconSize(QSize(10, 10))
        button.setFixedSize(20, 20)
        button.setAccessibleName(name)
        button.setToolTip(name)
        return button


class PartList(QWidget):
    """The parts at a dotted path of the experiment. Holds no state: `show_parts` fills it."""

    edited = Signal(str, object)
    """Dotted path and value: of the list when it becomes another, else of a field in it."""

    def __init__(
        self, path: str, kinds: Kinds, *, add: str, help: str, parent: QWidget | None = None
    ) -> None:
        """add: what the button says that adds a part. help: its tooltip."""
        super().__init__(parent)
        self.path, self.kinds = path, kinds
        self.entries: list[Entry] = []
        self._parts: tuple[Part, ...] = ()
        self.message = QLabel()
        self.message.setProperty("look", "error")
        self.message.setWordWrap(True)
        self.message.hide()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self.add = QPushButton(add)
        self.add.setProperty("look", "more")
        self.add.setIcon(icon("fa6s.plus"))
        self.add.setIconSize(QSize(9, 9))
        self.add.setToolTip(wrapped(help))
        self.choices = QMenu(self)
        self.choices.setToolTipsVisible(True)
        for name, kind in kinds.items():
            action = self.choices.addAction(kind.title)
            action.setToolTip(wrapped(kind.summary))
            action.triggered.connect(lambda _=False, name=name: self._append(name))
        self.add.clicked.connect(
            lambda: self.choices.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))
        )
        self._layout.addWidget(self.message)
        self._layout.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Show these parts and their values; never emits."""
        if [type(part) for part in parts] != [type(part) for part in self._parts]:
            self._build(parts)
        self._parts = tuple(parts)
        for entry, part in zip(self.entries, parts, strict=True):
            entry.form.show_spec(part)

    def show_error(self, path: str, sentence: str) -> bool:
        """Say what is wrong, under the row concerned or above the list; False: the path is none of its."""
        if path != self.path and not path.startswith(f"{self.path}."):
            return False
        if not any(
            path.startswith(f"{entry.form.path}.") and entry.form.show_error(path, sentence)
            for entry in self.entries
        ):
            self.message.setText(sentence)
            self.message.show()
        return True

    def clear_errors(self) -> None:
        """Take back all messages."""
        self.message.hide()
        for entry in self.entries:
            entry.form.clear_errors()

    def _build(self, parts: Sequence[Part]) -> None:
        for old in self.entries:
            self._layout.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.entries = []
        for number, part in enumerate(parts):
            entry = Entry(f"{self.path}.{number}", type(part), self)
            entry.form.edited.connect(self.edited)
            entry.earlier.setEnabled(number > 0)
            entry.earlier.clicked.connect(lambda _=False, number=number: self._swap(number))
            entry.remove.clicked.connect(lambda _=False, number=number: self._remove(number))
            self.entries.append(entry)
            self._layout.insertWidget(number, entry)

    def _append(self, name: str) -> None:
        self._tell([*self._written(), {"kind": name}])

    def _remove(self, number: int) -> None:
        written = self._written()
        del written[number]
        self._tell(written)

    def _swap(self, number: int) -> None:
        written = self._written()
        written[number - 1], written[number] = written[number], written[number - 1]
        self._tell(written)

    def _written(self) -> list[dict[str, Any]]:
        return [part.model_dump(mode="json") for part in self._parts]

    def _tell(self, parts: list[dict[str, Any]]) -> None:
        self.edited.emit(self.path, parts)
