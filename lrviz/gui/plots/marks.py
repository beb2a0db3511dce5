"""Marks at steps of a plot: where a person changed the experiment, and where it diverged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from lrviz.engine.parts import Part
from lrviz.experiment.numbers import write
from lrviz.session.snapshot import Edit

Kind = Literal["edit", "rate", "diverged"]


@dataclass(frozen=True)
class Mark:
    """One line: its step, what happened there, and of which kind that is."""

    step: int
    text: str
    kind: Kind


def marks(edits: Sequence[Edit], diverged_at: int | None = None, together: int = 0) -> list[Mark]:
    """A mark for each change, in order, and one for the first step that was not finite.

    Edits of one path in a row, at most `together` steps apart, are one change: a drag of a slider.
    """
    found = [
        Mark(edit.step, described(edit), "rate" if changes_rate(edit.path) else "edit")
        for edit in _joined(edits, together)
    ]
    if diverged_at is not None:
        found.append(Mark(diverged_at, f"diverged at step {diverged_at:,}", "diverged"))
    return found


def _joined(edits: Sequence[Edit], together: int) -> list[Edit]:
    joined: list[Edit] = []
    for edit in edits:
        last = joined[-1] if joined else None
        if last is not None and last.path == edit.path and edit.step - last.step <= together:
            joined[-1] = replace(edit, before=last.before)
        else:
            joined.append(edit)
    return joined


def changes_rate(path: str) -> bool:
    """Whether a path is α or its schedule."""
    return path == "lr" or path.partition(".")[0] == "schedule"


def described(edit: Edit) -> str:
    """An edit in a few words, e.g. "α 0.1 → 0.3"."""
    return f"{_name(edit.path)} {_value(edit.before)} → {_value(edit.value)}"


def _name(path: str) -> str:
    if path == "lr":
        return "α"
    names = [part for part in path.split(".") if part != "kind"]
    index = f" {int(names.pop()) + 1}" if len(names) > 1 and names[-1].isdigit() else ""
    return names[-1].replace("_", " ") + index


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return write(value, 4)
    if isinstance(value, Part):
        return value.title
    if isinstance(value, list | tuple):
        return ", ".join(_value(item) for item in value)
    return str(value).replace("_", " ")
