"""Paths through models: what a step of a dotted path leads to."""

from typing import Any, get_args, get_origin

from pydantic import BaseModel

from lrviz.engine.parts import Part, kinds


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
