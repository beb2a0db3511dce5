"""Forms generated from the declared fields of a `Spec`, or of the parts of a union."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from lrviz.engine.parts import Part, Spec, kinds, traits
from lrviz.gui.controls import Option
from lrviz.gui.forms.list_form import ListForm
from lrviz.gui.forms.rows import ChoiceRow, Row, phrase, rows, without_none
from lrviz.gui.theme import icon

Kinds = Mapping[str, type[Part]]


class Form(QWidget):
    """The rows of everything at a dotted path of the experiment ("" for the experiment itself).

    model: a `Spec`, or the parts of a union by name (from `lrviz.engine.parts.kinds`): then the first
    row chooses the kind, and the fields of that part alone follow. fields: only these of a `Spec`,
    in this order. A form holds no state: `show_spec` fills it, and what the person does is emitted.
    """

    edited = Signal(str, object)
    """Dotted path and value, e.g. ("optimizer.betas.0", 0.95) or ("optimizer.kind", "adam")."""

    def __init__(
        self,
        path: str,
        model: type[Spec] | Kinds,
        *,
        label: str = "Kind",
        help: str = "",
        empty: str | None = None,
        fields: Sequence[str] | None = None,
        without: Sequence[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        """label, help: of the row that chooses the kind. empty: there, the word for no part at all.

        without: fields that are left out.
        """
        super().__init__(parent)
        self.path, self.fields, self.without = path, fields, without
        self.kinds: Kinds | None = model if isinstance(model, Mapping) else None
        self.chooser: ChoiceRow | None = None
        self._model: type[Spec] | None = None
        self._known: Spec | None = None
        self._rows: dict[str, Row] = {}
        self._forms: dict[str, Form | ListForm] = {}
        self._brief = False
        self._own: list[QWidget] = []
        layout = _column(self)
        if self.kinds is not None:
            layout.addWidget(self._add_chooser(self.kinds, label, help, empty))
        self._details = QWidget(self)
        layout.addWidget(self._details)
        self._layout = _column(self._details)
        self._plain = QWidget(self._details)
        self._hidden = QWidget(self._details)
        self._layout.addWidget(self._plain)
        self._more = self._toggle()
        self._layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._layout.addWidget(self._hidden)
        self._shown, self._advanced = _column(self._plain), _column(self._hidden)
        self._build(None if isinstance(model, Mapping) else model)

    def show_spec(self, spec: Spec | None) -> None:
        """Show the values of this spec; None: no part is chosen.

        Does nothing when it shows them already: most edits leave most forms as they are.
        """
        if spec is not None and spec == self._known:
            return
        self._known = spec
        if self.kinds is not None:
            kind = type(spec) if spec is not None else None
            if kind is not self._model:
                self._build(kind)
            if self.chooser is not None:
                self.chooser.set_value(spec.name() if isinstance(spec, Part) else None)
        if spec is None:
            return
        for path, row in self._rows.items():
            row.set_value(_at(spec, self._inside(path)))
        for path, form in self._forms.items():
            form.show_spec(_at(spec, self._inside(path)))

    def row(self, path: str) -> Row:
        """The row of a dotted path; raises KeyError if there is none."""
        found = self.nearest(path)
        if found is None:
            raise KeyError(path)
        return found

    def show_error(self, path: str, sentence: str) -> bool:
        """Say under the row of this path (or of the nearest above it) what is wrong; False: no such row."""
        row = self.nearest(path)
        if row is None:
            return False
        self._known = None
        row.show_error(sentence)
        if self._hidden.isAncestorOf(row):
            self._more.setChecked(True)
        return True

    def clear_errors(self) -> None:
        """Take back all messages."""
        for row in self._all_rows():
            row.clear_error()
        for form in self._forms.values():
            form.clear_errors()

    def show_more(self, shown: bool) -> None:
        """Show or hide the advanced fields."""
        self._more.setChecked(shown)

    def set_brief(self, brief: bool) -> None:
        """Show the choice of the kind alone, or everything."""
        self._brief = brief
        self._show_details()

    def insert_below_choice(self, widget: QWidget) -> None:
        """Put something of one's own between the choice of the kind and its fields."""
        self._own.append(widget)
        self._layout.insertWidget(0, widget)
        self._show_details()

    def nearest(self, path: str) -> Row | None:
        """The row of a dotted path, or the nearest above it; None if there is none."""
        for form in self._forms.values():
            if path == form.path or path.startswith(f"{form.path}."):
                return form.nearest(path)
        by_path = {row.path: row for row in self._all_rows()}
        while path and path != self.path:
            if path in by_path:
                return by_path[path]
            first = next((row for known, row in by_path.items() if known.startswith(f"{path}.")), None)
            if first is not None:
                return first
            path = path.rpartition(".")[0]
        return self.chooser if path == self.path else None

    def _all_rows(self) -> list[Row]:
        return [*([self.chooser] if self.chooser else []), *self._rows.values()]

    def _add_chooser(self, parts: Kinds, label: str, help: str, empty: str | None) -> ChoiceRow:
        options: list[Option] = [(part.title, name, part.summary) for name, part in parts.items()]
        if empty is not None:
            options.insert(0, (phrase(empty), None, ""))
        self.chooser = ChoiceRow(f"{self.path}.kind", label, help, options)
        self.chooser.edited.connect(self._choose)
        return self.chooser

    def _choose(self, path: str, kind: object) -> None:
        if kind is None:
            self._tell(self.path, None)
        else:
            self._tell(path, kind)

    def _tell(self, path: str, value: object) -> None:
        # A row may now show what the experiment does not take over.
        self._known = None
        self.edited.emit(path, value)

    def _build(self, model: type[Spec] | None) -> None:
        """Replace the rows by those of this model."""
        for old in (*self._rows.values(), *self._forms.values()):
            self._shown.removeWidget(old)
            self._advanced.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._rows, self._forms, self._model = {}, {}, model
        declared = model.model_fields if model is not None else {}
        names = self.fields if self.fields is not None and self.kinds is None else list(declared)
        for name in names:
            if name not in ("kind", "version", *self.without):
                self._add(name, declared[name])
        self._plain.setVisible(self._shown.count() > 0)
        self._more.setVisible(self._advanced.count() > 0)
        self._hidden.setVisible(self._advanced.count() > 0 and self._more.isChecked())
        self._show_details()

    def _show_details(self) -> None:
        # Hidden where empty, else the layout would leave a gap for it.
        rows = self._shown.count() + self._advanced.count()
        self._details.setVisible(not self._brief and (rows > 0 or bool(self._own)))

    def _add(self, name: str, info: FieldInfo) -> None:
        path = f"{self.path}.{name}" if self.path else name
        place = self._advanced if traits(info).get("advanced") else self._shown
        plain, optional = without_none(info.annotation)
        parts = _parts(plain)
        label, help = info.title or name, info.description or ""
        if parts or _is_spec(plain):
            empty = str(traits(info).get("empty") or "none") if optional else None
            without = traits(info).get("without", [])
            form = Form(path, parts or plain, label=label, help=help, empty=empty, without=without)
            self._forms[path] = form
            self._join(form, place)
            return
        if get_origin(plain) is tuple and _is_spec(entry := get_args(plain)[0]):
            entries = ListForm(path, label, help, lambda path: Form(path, entry))
            self._forms[path] = entries
            self._join(entries, place)
            return
        for row in rows(path, info):
            self._rows[row.path] = row
            self._join(row, place)

    def _join(self, widget: "Row | Form | ListForm", place: QVBoxLayout) -> None:
        widget.edited.connect(self._tell)
        place.addWidget(widget)

    def _inside(self, path: str) -> str:
        return path.removeprefix(f"{self.path}.") if self.path else path

    def _toggle(self) -> QPushButton:
        more = QPushButton("More", self._details)
        more.setAccessibleName("More settings")
        more.setToolTip("Settings that are rarely needed")
        more.setIcon(icon("fa6s.chevron-right"))
        more.setIconSize(QSize(9, 9))
        more.setCheckable(True)
        more.setProperty("look", "more")
        more.toggled.connect(self._open)
        return more

    def _open(self, shown: bool) -> None:
        self._more.setIcon(icon("fa6s.chevron-down" if shown else "fa6s.chevron-right"))
        self._more.setText("Less" if shown else "More")
        self._hidden.setVisible(shown)


def _column(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    return layout


def _is_spec(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Spec)


def _parts(annotation: Any) -> dict[str, type[Part]]:
    """The parts of an annotation that is a part or a union of parts; else nothing."""
    members = getattr(annotation, "__args__", (annotation,))
    if all(isinstance(member, type) and issubclass(member, Part) for member in members):
        return kinds(annotation)
    return {}


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, (tuple, list)) else getattr(value, step)
    return value
