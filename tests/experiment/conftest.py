"""Random valid experiments, built from what the models declare about their fields."""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lrviz.engine.losses import AnyLoss
from lrviz.engine.parts import kinds
from lrviz.experiment import Experiment, parse
from lrviz.experiment.paths import parts_of


@pytest.fixture(scope="session")
def experiments() -> st.SearchStrategy[Experiment]:
    return _plain(Experiment).map(_fitting).map(parse)


def _fitting(data: dict[str, Any]) -> dict[str, Any]:
    """The same data, with the values moved that would not fit each other."""
    for name in ("test_fraction", "validation_fraction"):
        data["data"][name] = 0.05 + data["data"][name] * 0.45
    optimizer = data["optimizer"]
    if optimizer.get("nesterov"):
        optimizer.update(dampening=0.0, momentum=max(optimizer["momentum"], 0.1))
    task = _task(data["data"]["dataset"]["kind"])
    if task not in kinds(AnyLoss)[data["loss"]["kind"]].tasks:
        data["loss"] = {"kind": "auto"}
    return data


def _task(kind: str) -> str:
    return parts_of(Experiment.model_fields["data"].annotation.model_fields["dataset"].annotation)[kind].task


def _plain(model: type[BaseModel]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {name: _values(info.annotation, info.metadata, name) for name, info in model.model_fields.items()}
    )


def _values(annotation: Any, metadata: Any, name: str) -> st.SearchStrategy[Any]:
    if parts := parts_of(annotation):
        return st.one_of([_plain(part) for part in parts.values()])
    origin, members = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner = FieldInfo.from_annotation(annotation)
        return _values(inner.annotation, inner.metadata, name)
    if origin in (Union, UnionType):
        return st.one_of([_values(member, metadata, name) for member in members])
    if origin is Literal:
        return st.sampled_from(members)
    if origin is tuple and Ellipsis in members:
        unique = name == "probes"
        return st.lists(_values(members[0], (), name), max_size=3, unique=unique)
    if origin is tuple:
        return st.tuples(*[_values(member, (), name) for member in members]).map(list)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _plain(annotation)
    if annotation in (int, float):
        return _numbers(annotation, metadata)
    return {bool: st.booleans(), str: st.text(max_size=20), NoneType: st.none()}[annotation]


def _numbers(kind: type, metadata: Any) -> st.SearchStrategy[Any]:
    lowest, highest, above, below = 0.0, 0.0, False, False
    for bound in metadata:
        match bound:
            case object(ge=value):
                lowest = value
            case object(gt=value):
                lowest, above = value, True
            case object(le=value):
                highest = value
            case object(lt=value):
                highest, below = value, True
    if kind is int:
        return st.integers(int(lowest) + above, int(highest) - below)
    return st.floats(lowest, highest, exclude_min=above, exclude_max=below)
