"""Validation errors as sentences: which field, which value, what would be right."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lrviz.experiment.paths import inside, parts_of

LONGEST_VALUE = 60


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an experiment: the field's path and a sentence for people."""

    path: str
    sentence: str


class ExperimentError(ValueError):
    """An experiment that cannot be used; its text is one sentence a problem."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = problems


class MisfitError(ValueError):
    """Raised by a validator: the field at `path` (from its model) does not fit the others.

    `reason` goes on from the field's name and has no full stop: "is 0, but it must be above 0".
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} {reason}")
        self.path = path
        self.reason = reason


def explain(error: ValidationError, model: type[BaseModel]) -> ExperimentError:
    """The error of validating data as `model`, in words."""
    return ExperimentError(tuple(_problem(detail, model) for detail in error.errors(include_url=False)))


def shown(value: Any) -> str:
    """A value as it is written in JSON, shortened."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = type(value).__name__
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


def any_of(names: Sequence[str]) -> str:
    """The names as a choice: "a, b or c"."""
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def guess(word: str, allowed: Sequence[str]) -> str:
    """A hint for a mistyped word, in brackets; nothing if no name is close."""
    lowered = {name.lower(): name for name in allowed}
    close = get_close_matches(word.lower(), lowered, n=1)
    return f" (did you mean {lowered[close[0]]}?)" if close else ""


def _problem(detail: ErrorDetails, model: type[BaseModel]) -> Problem:
    path, owner, declared = _place(detail["loc"], model)
    reason = detail.get("ctx", {}).get("error")
    if isinstance(reason, MisfitError):
        path = f"{path}.{reason.path}" if path else reason.path
        return Problem(path, f"{path} {reason.reason}.")
    choice = list(parts_of(declared))
    return Problem(path, _part_sentence(path, detail, choice) if choice else _sentence(path, detail, owner))


def _place(
    location: tuple[int | str, ...], model: type[BaseModel]
) -> tuple[str, type[BaseModel] | None, Any]:
    """The dotted path, the model its last step is (or should be) a field of, and what is declared there.

    pydantic's location also names the kind of every part on the way; the path does not.
    """
    steps: list[str] = []
    owner: type[BaseModel] | None = None
    current: Any = model
    for step in location:
        parts = parts_of(current)
        if step in parts:
            current = parts[str(step)]
            continue
        steps.append(str(step))
        owner = current if isinstance(current, type) and issubclass(current, BaseModel) else None
        current = inside(current, step)
    return ".".join(steps), owner, current


def _sentence(path: str, detail: ErrorDetails, owner: type[BaseModel] | None) -> str:
    context = detail.get("ctx", {})
    value = detail["input"]
    told = f"{path or 'The experiment'} is {shown(value)}"
    match detail["type"]:
        case "value_error":
            return f"{path}: {context['error']}." if path else f"{context['error']}."
        case "extra_forbidden":
            return _unknown(path, owner)
        case "missing":
            return f"{path} is missing."
        case "greater_than_equal":
            return f"{told}; it must be at least {_plain(context['ge'])}."
        case "greater_than":
            return f"{told}; it must be greater than {_plain(context['gt'])}."
        case "less_than_equal":
            return f"{told}; it may be at most {_plain(context['le'])}."
        case "less_than":
            return f"{told}; it must be less than {_plain(context['lt'])}."
        case "finite_number":
            return f"{told}; it must be a finite number."
        case "literal_error":
            return f"{told}; it must be {context['expected']}{_guess_quoted(value, context['expected'])}."
        case "too_long" | "string_too_long":
            noun = "characters" if isinstance(value, str) else "entries"
            return f"{path} has {len(value)} {noun}; it may have at most {context['max_length']}."
        case "int_from_float":
            return f"{told}; it must be a whole number."
        case kind if (expected := EXPECTED.get(kind.split("_")[0])) is not None:
            return f"{told}; it must be {expected}."
        case _:
            return f"{told}: {detail['msg']}."


EXPECTED = {
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "model": "an object in braces",
    "string": "a text",
    "tuple": "a list in brackets",
}
"""What is right, by the first word of pydantic's error type."""


def _part_sentence(path: str, detail: ErrorDetails, choice: list[str]) -> str:
    """The sentence about a part whose kind cannot be told; `choice` lists the kinds there are."""
    value = detail["input"]
    if isinstance(value, dict):
        if "kind" not in value:
            return f"{path}.kind is missing; it must be {any_of(choice)}."
        value = value["kind"]
    hint = guess(value, choice) if isinstance(value, str) else ""
    return f"{path} is {shown(value)}; it must be {any_of(choice)}{hint}."


def _plain(number: float) -> str:
    """A limit as people write it: 1000000, 0.95."""
    return str(int(number)) if number == int(number) else str(number)


def _guess_quoted(value: Any, expected: str) -> str:
    return guess(value, expected.split("'")[1::2]) if isinstance(value, str) else ""


def _unknown(path: str, owner: type[BaseModel] | None) -> str:
    place, _, name = path.rpartition(".")
    allowed = list(owner.model_fields) if owner else []
    listing = f"; the fields there are {', '.join(allowed)}" if allowed else ""
    return f"{path} is not a field of {place or 'an experiment'}{guess(name, allowed)}{listing}."
