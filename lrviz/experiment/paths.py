"""Paths through models: what a step of a dotted path leads to, and what people call it."""

from collections.abc import Iterable
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lrviz.engine.parts import Part, kinds, traits


def parts_of(annotation: Any) -> dict[str, type[Part]]:
    """The parts a field may hold, by kind; none if it holds something else."""
    members = get_args(annotation)
    if not members or not all(isinstance(member, type) and issubclass(member, Part) for member in members):
        return {}
    return kinds(annotation)


def inside(annotation: Any, step: str | int) -> Any:
    """What a model's field or a tuple's entry is declared as; None where there is no such thing."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        info = annotation.model_fields.get(str(step))
        return info.annotation if info else None
    if get_origin(annotation) is tuple and isinstance(step, int):
        members = get_args(annotation)
        return members[0] if Ellipsis in members else members[min(step, len(members) - 1)]
    return None


def title_of(steps: Iterable[tuple[str, FieldInfo | None]]) -> str:
    """What people call the end of a path: "Learning rate", "Units of hidden layer 1".

    steps: each with the field it is declared as, None for an entry of a tuple. No step: "Experiment".
    """
    title, entry = "Experiment", ""
    labels: list[str] = []
    for step, info in steps:
        if info is not None:
            title, labels = info.title or step, traits(info).get("labels", [])
        elif step.isdecimal():
            number = int(step)
            title = labels[number] if number < len(labels) else f"{title.removesuffix('s')} {number + 1}"
            entry = "" if labels else title
        else:
            title = step
    return title if entry in ("", title) else f"{title} of {entry[0].lower()}{entry[1:]}"
