"""A form for each entry of a list, which can be added and removed."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from lrviz.gui.controls import ElidedLabel
from lrviz.gui.forms.rows import Row
from lrviz.gui.theme import icon
from lrviz.gui.tooltips import wrapped

if TYPE_CHECKING:
    from lrviz.gui.forms.form import Form

INDENT = 10


class Heading(QWidget):
    """The name of an entry, and a button that removes it."""

    def __init__(self, title: str, help: str) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 0)
        label = ElidedLabel(title)
        label.set_help(help)
        self.remove = QToolButton(self)
        self.remove.setIcon(icon("fa6s.xmark"))
        self.remove.setIconSize(QSize(10, 10))
        self.remove.setFixedSize(20, 20)
        self.remove.setAccessibleName(f"Remove {title}")
        self.remove.setToolTip(f"Remove {title}")
        line.addWidget(label, 1)
        line.addWidget(self.remove)


class ListForm(QWidget):
    """The entries of a tuple of `Spec`s at a dotted path: the last can be copied, and any removed.

    title: of one entry, such as "Stage". make: the form of the entry at a path. Like `Form`, it holds no
    state: `show_spec` fills it, and what the person does is emitted.
    """

    edited = Signal(str, object)
    """Dotted path and value: of a field of an entry, or all entries where their number changes."""

    def __init__(self, path: str, title: str, help: str, make: Callable[[str], "Form"]) -> None:
        super().__init__()
        self.path, self.title, self.help = path, title, help
        self._make = make
        self._values: tuple[Any, ...] = ()
        self.forms: list[Form] = []
        self.headings: list[Heading] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        # Without a line of its own, it shows messages about the list.
        self.message = Row(path, title, help)
        self.message.label.hide()
        self.add = QPushButton(f"Add a {title.lower()}")
        self.add.setProperty("look", "more")
        self.add.setIcon(icon("fa6s.plus"))
        self.add.setIconSize(QSize(9, 9))
        self.add.setToolTip(wrapped(help))
        self.add.clicked.connect(self._copy_last)
        self._layout.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self._layout.addWidget(self.message)

    def show_spec(self, values: Sequence[Any]) -> None:
        """Show these entries."""
        self._values = tuple(values)
        while len(self.forms) > len(values):
            self._drop_last()
        while len(self.forms) < len(values):
            self._append()
        for form, value in zip(self.forms, values, strict=True):
            form.show_spec(value)
        for heading in self.headings:
            heading.remove.setEnabled(len(values) > 1)

    def clear_errors(self) -> None:
        """Take back all messages."""
        self.message.clear_error()
        for form in self.forms:
            form.clear_errors()

    def nearest(self, path: str) -> Row:
        """The row of a dotted path, or the nearest above it."""
        for form in self.forms:
            if path == form.path or path.startswith(f"{form.path}."):
                return form.nearest(path) or self.message
        return self.message

    def _append(self) -> None:
        number = len(self.forms)
        heading = Heading(f"{self.title} {number + 1}", self.help)
        heading.remove.clicked.connect(lambda: self._remove(number))
        form = self._make(f"{self.path}.{number}")
        form.setContentsMargins(INDENT, 0, 0, 0)
        form.edited.connect(self.edited)
        self.headings.append(heading)
        self.forms.append(form)
        self._layout.insertWidget(2 * number, heading)
        self._layout.insertWidget(2 * number + 1, form)

    def _drop_last(self) -> None:
        for old in (self.headings.pop(), self.forms.pop()):
            self._layout.removeWidget(old)
            old.hide()
            old.deleteLater()

    def _copy_last(self) -> None:
        self._tell([*self._values, self._values[-1]])

    def _remove(self, number: int) -> None:
        self._tell([*self._values[:number], *self._values[number + 1 :]])

    def _tell(self, values: list[Any]) -> None:
        self.edited.emit(self.path, [value.model_dump(mode="json") for value in values])
