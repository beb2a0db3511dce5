"""Validation errors as sentences: which field, which value, what would be right."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from lrviz.experiment.numbers import write
from lrviz.experiment.paths import inside, parts_of, title_of

LONGEST_VALUE = 60


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an experiment.

    path: of the field. title: what people call that field; empty where the reason names it itself.
    reason: goes on from "title: " and has no full stop: "-1 is too low; it must be at least 0".
    """

    path: str
    title: str
    reason: str

    @property
    def sentence(self) -> str:
        """The problem for people: "Learning rate: -1 is too low; it must be at least 0."."""
        return f"{self.title}: {self.reason}." if self.title else f"{self.reason}."

    def located(self) -> "Problem":
        """The same with the path beside the title, for whoever has to find the place in a file."""
        told = self.path in ("", self.title.lower())
        return self if told or not self.title else replace(self, title=f"{self.title} ({self.path})")


class ExperimentError(ValueError):
    """An experiment that cannot be used; its text is one sentence a problem."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems

    def located(self) -> "ExperimentError":
        """The same with every field's path; see `Problem.located`."""
        return ExperimentError(tuple(problem.located() for problem in self.problems))


class MisfitError(ValueError):
    """Raised by a validator: the field at `path` (from its model) does not fit the others.

    `reason` as in `Problem`: "it is 0, but the test loss is monitored".
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def explain(error: ValidationError, model: type[BaseModel]) -> ExperimentError:
    """The error of validating data as `model`, in words."""
    return ExperimentError(tuple(_problem(detail, model) for detail in error.errors(include_url=False)))


def shown(value: Any) -> str:
    """A value as people write it, shortened: numbers like 1e9, anything else as in JSON."""
    try:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        finite = number and abs(value) <= sys.float_info.max
        text = write(value) if finite else json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def mistaken(value: Any, expected: str) -> str:
    """The reason where something of another type is expected: '"fast" is given; it must be a number'."""
    return f"{shown(value)} is given; it must be {expected}"


def any_of(names: Sequence[str]) -> str:
    """The names as a choice: "a, b or c"."""
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def guess(word: str, allowed: Sequence[str]) -> str:
    """A hint for a mistyped word, in brackets; nothing if no name is close."""
    lowered = {name.lower(): name for name in allowed}
    close = get_close_matches(word.lower(), lowered, n=1)
    return f" (did you mean {lowered[close[0]]}?)" if close else ""


@dataclass(frozen=True)
class _Place:
    """Where an error is.

    steps: of the path, see `title_of`. owner: the model that the last one is (or should be) a field
    of. declared: what is declared there.
    """

    steps: tuple[tuple[str, FieldInfo | None], ...]
    owner: type[BaseModel] | None
    declared: Any

    @property
    def path(self) -> str:
        return ".".join(step for step, _ in self.steps)

    def to(self, step: str | int) -> "_Place":
        owner = self.declared if _is_model(self.declared) else None
        info = owner.model_fields.get(str(step)) if owner else None
        return _Place((*self.steps, (str(step), info)), owner, inside(self.declared, step))


def _problem(detail: ErrorDetails, model: type[BaseModel]) -> Problem:
    place = _place(detail["loc"], model)
    if detail["type"] == "extra_forbidden":
        return Problem(place.path, "", _unknown(place))
    reason = detail.get("ctx", {}).get("error")
    if isinstance(reason, MisfitError):
        for step in reason.path.split("."):
            place = place.to(step)
        return Problem(place.path, title_of(place.steps), reason.reason)
    choice = list(parts_of(place.declared))
    return Problem(
        place.path, title_of(place.steps), _part_reason(detail, choice) if choice else _reason(detail)
    )


def _place(location: tuple[int | str, ...], model: type[BaseModel]) -> _Place:
    """The place of pydantic's location, which also names the kind of every part on the way."""
    place = _Place((), None, model)
    for step in location:
        parts = parts_of(place.declared)
        place = replace(place, declared=parts[str(step)]) if step in parts else place.to(step)
    return place


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _reason(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    value = detail["input"]
    match detail["type"]:
        case "value_error":
            return str(context["error"])
        case "missing":
            return "a value is missing"
        case "greater_than_equal":
            return f"{shown(value)} is too low; it must be at least {write(context['ge'])}"
        case "greater_than":
            return f"{shown(value)} is too low; it must be above {write(context['gt'])}"
        case "less_than_equal":
            return f"{shown(value)} is too high; it may be at most {write(context['le'])}"
        case "less_than":
            return f"{shown(value)} is too high; it must be below {write(context['lt'])}"
        case "finite_number":
            return mistaken(value, "a finite number")
        case "literal_error":
            names = context["expected"].split("'")[1::2]
            return mistaken(value, any_of(names) or context["expected"]) + _guess(value, names)
        case "too_long" | "string_too_long":
            noun = "characters" if isinstance(value, str) else "entries"
            return f"{len(value)} {noun} are given; there may be at most {context['max_length']}"
        case "int_from_float":
            return mistaken(value, EXPECTED["int"])
        case kind if (expected := EXPECTED.get(kind.split("_")[0])) is not None:
            return mistaken(value, expected)
        case _:
            return f"{shown(value)} is given: {detail['msg']}"


EXPECTED = {
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "model": "an object in braces",
    "string": "a text",
    "tuple": "a list in brackets",
}
"""What is right, by the first word of pydantic's error type."""


def _part_reason(detail: ErrorDetails, choice: list[str]) -> str:
    """The reason about a part whose kind cannot be told; `choice` lists the kinds there are."""
    value = detail["input"]
    if isinstance(value, dict):
        if "kind" not in value:
            return f'"kind" is missing; it must be {any_of(choice)}'
        value = value["kind"]
    return mistaken(value, any_of(choice)) + _guess(value, choice)


def _guess(value: Any, allowed: Sequence[str]) -> str:
    return guess(value, allowed) if isinstance(value, str) else ""


def _unknown(place: _Place) -> str:
    *above, name = place.path.split(".")
    allowed = list(place.owner.model_fields) if place.owner else []
    listing = f"; the fields there are {', '.join(allowed)}" if allowed else ""
    return (
        f"{place.path} is not a field of {'.'.join(above) or 'an experiment'}{guess(name, allowed)}{listing}"
    )
