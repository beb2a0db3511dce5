"""Validation errors as sentences: which field, which value, what would be right."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


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


def explain(error: ValidationError, data: Any, model: type[BaseModel]) -> ExperimentError:
    """The error of validating `data` as `model`, in words."""
    problems = tuple(_problem(detail, data, model) for detail in error.errors(include_url=False))
    return ExperimentError(problems)


def _problem(detail: ErrorDetails, data: Any, model: type[BaseModel]) -> Problem:
    path = _path(detail["loc"], data)
    return Problem(path, _sentence(path, detail, model))


def _path(location: tuple[int | str, ...], data: Any) -> str:
    """The dotted path without the kinds that pydantic adds to the location of a part."""
    steps: list[str] = []
    for step in location:
        if isinstance(data, dict) and step not in data and data.get("kind") == step:
            continue
        if isinstance(data, str) and data == step:
            continue
        steps.append(str(step))
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, (list, tuple)) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            data = None
    return ".".join(steps)


def _sentence(path: str, detail: ErrorDetails, model: type[BaseModel]) -> str:
    context = detail.get("ctx", {})
    value = detail["input"]
    shown = f"{path} is {_short(value)}"
    match detail["type"]:
        case "value_error":
            reason = str(context["error"])
            return f"{path}: {reason}." if path else f"{reason}."
        case "extra_forbidden":
            return _unknown(path, model)
        case "missing":
            return f"{path} is missing."
        case "greater_than_equal":
            return f"{shown}; it must be at least {context['ge']:g}."
        case "greater_than":
            return f"{shown}; it must be greater than {context['gt']:g}."
        case "less_than_equal":
            return f"{shown}; it may be at most {context['le']:g}."
        case "less_than":
            return f"{shown}; it must be less than {context['lt']:g}."
        case "finite_number":
            return f"{shown}; it must be a finite number."
        case "literal_error":
            return f"{shown}; it must be {context['expected']}."
        case "union_tag_invalid":
            return _wrong_kind(path, context)
        case "union_tag_not_found":
            return f"{shown}; it needs a field 'kind' or must be the name of a kind."
        case "too_long":
            return f"{path} has {context['actual_length']} entries; at most {context['max_length']} are allowed."
        case kind if kind.startswith(("float", "int")):
            whole = "a whole number" if kind.startswith("int") else "a number"
            return f"{shown}; it must be {whole}."
        case kind if kind.startswith("bool"):
            return f"{shown}; it must be true or false."
        case _:
            return f"{shown}; {detail['msg'][0].lower()}{detail['msg'][1:]}."


def _wrong_kind(path: str, context: dict[str, Any]) -> str:
    allowed = [name.strip().strip("'") for name in context["expected_tags"].split(",")]
    return f"{path} is {context['tag']!r}; it must be one of {', '.join(allowed)}{_guess(context['tag'], allowed)}."


def _unknown(path: str, model: type[BaseModel]) -> str:
    owner, _, name = path.rpartition(".")
    allowed = _fields_at(owner, model)
    place = f"a field of {owner}" if owner else "a field of an experiment"
    listing = f"; its fields are {', '.join(allowed)}" if allowed else ""
    return f"{path} is not {place}{_guess(name, allowed)}{listing}."


def _fields_at(owner: str, model: type[BaseModel]) -> list[str]:
    """The field names at a path through plain models (a part's fields depend on its kind: none)."""
    current: Any = model
    for step in owner.split(".") if owner else []:
        info = current.model_fields.get(step)
        if info is None or not (isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel)):
            return []
        current = info.annotation
    return list(current.model_fields)


def _guess(word: str, allowed: list[str]) -> str:
    close = get_close_matches(word, allowed, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
