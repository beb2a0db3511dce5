"""Rows of a form, one for each field of a `Spec`: label left, control right, a message below."""

import types
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from lrviz.engine.parts import traits
from lrviz.gui.controls import (
    Choice,
    ElidedLabel,
    Entry,
    Flags,
    NumberField,
    NumbersField,
    Option,
    Paragraph,
    PointsField,
    Slider,
    Switch,
    TextField,
)
from lrviz.gui.tooltips import wrapped

LABEL_WIDTH = 98
"""Of the column of labels; a longer label takes the room it needs from its control."""
VALUE_WIDTH = 56


class Row(QWidget):
    """One field: what it is called, its control, and what is wrong with it."""

    edited = Signal(str, object)
    """The dotted path and the value the person chose."""

    def __init__(self, path: str, title: str, help: str) -> None:
        super().__init__()
        self.path, self.title, self.help = path, title, help
        self.label = ElidedLabel(title)
        self.label.setProperty("look", "muted")
        self.label.setMinimumWidth(LABEL_WIDTH)
        self.label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.label.set_help(help)
        self.message = Paragraph("error")
        self.message.hide()
        self.line = QHBoxLayout()
        self.line.setSpacing(8)
        self.line.addWidget(self.label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(self.line)
        layout.addWidget(self.message)

    def set_value(self, value: Any) -> None:
        """Show this value; never emits, never disturbs what is being edited."""
        raise NotImplementedError

    def show_error(self, sentence: str) -> None:
        """Say in red what is wrong."""
        self.message.setText(sentence)
        self.message.show()

    def clear_error(self) -> None:
        """Say nothing."""
        self.message.hide()
        self.message.clear()

    def tell(self, value: object) -> None:
        """Pass on what the person chose."""
        self.clear_error()
        self.edited.emit(self.path, value)

    def place(self, control: QWidget, *, stretch: int = 1, name: str = "") -> None:
        """Put a control at the end of the line, named and explained."""
        control.setAccessibleName(name or self.title)
        control.setToolTip(wrapped(self.help))
        self.line.addWidget(control, stretch)


class EntryRow(Row):
    """A field to type in, filling the rest of the row."""

    def __init__(self, path: str, title: str, help: str, entry: Entry) -> None:
        super().__init__(path, title, help)
        self.entry = entry
        self.place(entry)
        self._listen()

    def set_value(self, value: Any) -> None:
        """See `Row`."""
        self.entry.set_value(value)

    def show_error(self, sentence: str) -> None:
        """See `Row`."""
        super().show_error(sentence)
        self.entry.set_wrong(True)

    def clear_error(self) -> None:
        """Say nothing, and go back to the value where another was refused."""
        super().clear_error()
        self.entry.set_wrong(False)

    def _listen(self) -> None:
        self.entry.entered.connect(self.tell)
        self.entry.refused.connect(super().show_error)
        self.entry.restored.connect(self.clear_error)


class SliderRow(EntryRow):
    """A slider, and the number behind it."""

    def __init__(self, path: str, title: str, help: str, slider: Slider, field: NumberField) -> None:
        Row.__init__(self, path, title, help)
        self.slider, self.entry = slider, field
        self.place(slider)
        self.place(field, stretch=0, name=f"{title}, number")
        field.setFixedWidth(VALUE_WIDTH)
        self._listen()
        slider.moved.connect(self._moved)

    def set_value(self, value: Any) -> None:
        """See `Row`."""
        super().set_value(value)
        self.slider.set_value(value)

    def _moved(self, value: float) -> None:
        number = int(value) if self.slider.whole else value
        self.entry.setModified(False)
        self.entry.set_wrong(False)
        self.entry.set_value(number)
        self.tell(number)


class ChoiceRow(Row):
    """One of several options."""

    def __init__(self, path: str, title: str, help: str, options: Sequence[Option]) -> None:
        super().__init__(path, title, help)
        self.choice = Choice(options)
        self.place(self.choice)
        self.choice.chosen.connect(self.tell)

    def set_value(self, value: Any) -> None:
        """See `Row`."""
        self.choice.set_value(value)


class SwitchRow(Row):
    """On or off."""

    def __init__(self, path: str, title: str, help: str) -> None:
        super().__init__(path, title, help)
        self.switch = Switch()
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.place(self.switch, stretch=0)
        self.line.setAlignment(self.switch, Qt.AlignmentFlag.AlignRight)
        self.switch.turned.connect(self.tell)

    def set_value(self, value: Any) -> None:
        """See `Row`."""
        self.switch.set_value(bool(value))


class FlagsRow(Row):
    """Any number of several options."""

    def __init__(self, path: str, title: str, help: str, options: Sequence[Option]) -> None:
        super().__init__(path, title, help)
        self.flags = Flags(options)
        self.place(self.flags)
        self.flags.chosen.connect(self.tell)

    def set_value(self, value: Any) -> None:
        """See `Row`."""
        self.flags.set_value(value)


def rows(path: str, info: FieldInfo) -> list[Row]:
    """The rows of one declared field: one, or one for each entry of a tuple of fixed length.

    Raises TypeError for a type no row can show.
    """
    plain, optional = without_none(info.annotation)
    title = info.title or path.rpartition(".")[2]
    more = traits(info)
    entries = get_args(plain)
    if get_origin(plain) is not tuple or Ellipsis in entries:
        return [_row(path, title, info, plain, optional)]
    labels = more.get("labels") or [f"{title} {number}" for number in range(1, len(entries) + 1)]
    return [
        _row(f"{path}.{index}", label, info, without_none(entry)[0], optional=False)
        for index, (label, entry) in enumerate(zip(labels, entries, strict=True))
    ]


def without_none(annotation: Any) -> tuple[Any, bool]:
    """A type without `None` and `Annotated`, and whether None was allowed."""
    if get_origin(annotation) is Annotated:
        return without_none(get_args(annotation)[0])
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation, False
    members = [member for member in get_args(annotation) if member is not type(None)]
    optional = len(members) < len(get_args(annotation))
    return (without_none(members[0])[0] if len(members) == 1 else Union[tuple(members)]), optional  # noqa: UP007


def phrase(name: object) -> str:
    """A value of a choice as words: "last_min" → "Last min"."""
    words = str(name).replace("_", " ")
    return words if words[:1].isupper() or any(c.isdigit() for c in words) else words[:1].upper() + words[1:]


def _row(path: str, title: str, info: FieldInfo, kind: Any, optional: bool) -> Row:
    more = traits(info)
    help = info.description or ""
    empty = str(more.get("empty", ""))
    entry: Callable[[Entry], Row] = lambda field: EntryRow(path, title, help, field)  # noqa: E731
    if kind is bool and not optional:
        return SwitchRow(path, title, help)
    if kind is bool or get_origin(kind) is Literal:
        return ChoiceRow(path, title, help, list(_options(kind, more, empty if optional else None)))
    if kind in (int, float):
        return _number(path, title, info, kind is int, optional)
    if kind is str:
        return entry(TextField(optional=optional, empty=empty, unit=str(more.get("unit", ""))))
    element = without_none(get_args(kind)[0])[0] if get_origin(kind) is tuple else None
    if element in (int, float):
        return entry(
            NumbersField(whole=element is int, unit=str(more.get("unit", "")), empty=empty or "none")
        )
    if get_origin(element) is tuple:
        return entry(PointsField(unit=str(more.get("unit", ""))))
    if get_origin(element) is Literal:
        return FlagsRow(path, title, help, [(phrase(value), value, "") for value in get_args(element)])
    raise TypeError(f"{path}: a form has no row for a field of type {info.annotation}.")


def _options(kind: Any, more: dict[str, Any], empty: str | None) -> Iterator[Option]:
    """`labels`, where declared, are the words for the values in their order."""
    if empty is not None:
        yield phrase(empty or "none"), None, ""
    values: tuple[object, ...] = (True, False) if kind is bool else get_args(kind)
    words = more.get("labels") or (("On", "Off") if kind is bool else [phrase(value) for value in values])
    for text, value in zip(words, values, strict=True):
        yield text, value, ""


def _number(path: str, title: str, info: FieldInfo, whole: bool, optional: bool) -> Row:
    more = traits(info)
    unit, scale, bounds = str(more.get("unit", "")), more.get("scale", "linear"), more.get("slider")
    help = info.description or ""
    slider = Slider(bounds[0], bounds[1], scale, whole=whole) if bounds else None
    field = NumberField(
        whole=whole,
        scale=scale,
        step=slider.step() if slider else 1.0 if whole else None,
        limits=_limits(info),
        optional=optional,
        empty=str(more.get("empty", "")),
        unit=unit,
        look="value" if slider else "field",
    )
    if slider is None:
        return EntryRow(path, title, help, field)
    return SliderRow(path, title, f"{help} (In {unit}.)" if unit else help, slider, field)


def _limits(info: FieldInfo) -> tuple[float | None, float | None]:
    """The declared range, ends included or not."""
    bounds = {
        name: float(getattr(mark, name))
        for mark in info.metadata
        for name in ("ge", "gt", "le", "lt")
        if hasattr(mark, name)
    }
    return bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
