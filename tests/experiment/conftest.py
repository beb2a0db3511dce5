"""Random valid experiments, built from what the models declare about their fields."""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from lrviz.engine.datasets.base import Dataset
from lrviz.engine.initializers import AnyInitializer
from lrviz.engine.losses import AnyLoss
from lrviz.engine.mup import suits
from lrviz.engine.optimizers import AnyOptimizer
from lrviz.engine.parts import kinds
from lrviz.engine.schedules.composite import Composite
from lrviz.experiment import Experiment, parse
from lrviz.experiment.paths import parts_of


@pytest.fixture(scope="session")
def experiments() -> st.SearchStrategy[Experiment]:
    every = _plain(Experiment).map(_fitting).map(parse)

    @st.composite
    def experiments(draw: st.DrawFn) -> Experiment:
        # Named, as everything it is made of would be written out at each draw.
        return draw(every)

    return experiments()


def _fitting(data: dict[str, Any]) -> dict[str, Any]:
    """The same data, with the values moved that would not fit each other."""
    for name in ("test_fraction", "validation_fraction"):
        data["data"][name] = 0.05 + data["data"][name] * 0.45
    if not _dataset(data["data"]["dataset"]["kind"]).planar:
        data["data"]["features"] = []
    data["training"]["batch_size"] = max(2, data["training"]["batch_size"])
    if not suits(kinds(AnyInitializer)[data["network"]["initializer"]["kind"]]()):
        data["network"]["parametrization"] = "standard"
    data["optimizer"] = _fit_optimizer(data["optimizer"])
    _fit_schedule(data["schedule"])
    task = _dataset(data["data"]["dataset"]["kind"]).task
    if task not in kinds(AnyLoss)[data["loss"]["kind"]].tasks:
        data["loss"] = {"kind": "auto"}
    return data


def _fit_optimizer(data: dict[str, Any]) -> dict[str, Any]:
    """Likewise, for an optimizer: settings that do not go together give way to the defaults."""
    if data["kind"] == "sgd" and data["nesterov"]:
        data.update(dampening=0.0, momentum=max(data["momentum"], 0.1))
    kind = kinds(AnyOptimizer)[data["kind"]]
    try:
        kind.model_validate(data)
    except ValidationError:
        return {"kind": data["kind"]}
    return data


def _fit_schedule(data: dict[str, Any]) -> None:
    """Likewise, for a schedule and those inside it."""
    if data["kind"] == "expression":
        data["formula"] = "lr / (1 + epoch)"
    if data["kind"] == "points":
        points = dict(data.get("points", ())) or {0.0: 1.0}
        data["points"] = [[time, max(points[time], 0.01)] for time in sorted(points)]
    if data["kind"] == "product":
        # Only one of the two may move momentum.
        data["second"] = {"kind": "exponential"}
    if data["kind"] == "sequence":
        data["stages"] = data.get("stages") or [{"schedule": "constant"}]
    inside = [data.get(name) for name in ("schedule", "first", "second")]
    for schedule in [*inside, *(stage["schedule"] for stage in data.get("stages", ()))]:
        if isinstance(schedule, dict):
            _fit_schedule(schedule)


def _dataset(kind: str) -> type[Dataset]:
    return parts_of(Experiment.model_fields["data"].annotation.model_fields["dataset"].annotation)[kind]


def _plain(model: type[BaseModel], nested: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """nested: inside a schedule made of others; what stands there has the default settings."""
    nested = nested or issubclass(model, Composite)
    return st.fixed_dictionaries(
        {
            name: _values(info.annotation, info.metadata, name, nested)
            for name, info in model.model_fields.items()
        }
    )


def _values(annotation: Any, metadata: Any, name: str, nested: bool) -> st.SearchStrategy[Any]:
    if parts := parts_of(annotation):
        if nested:
            return st.sampled_from([{"kind": kind} for kind in parts]).map(dict)
        return st.one_of([_plain(part) for part in parts.values()])
    origin, members = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner = FieldInfo.from_annotation(annotation)
        return _values(inner.annotation, inner.metadata, name, nested)
    if origin in (Union, UnionType):
        return st.one_of([_values(member, metadata, name, nested) for member in members])
    if origin is Literal:
        return st.sampled_from(members)
    if origin is tuple and Ellipsis in members:
        unique = name in ("probes", "features")
        return st.lists(_values(members[0], (), name, nested), max_size=3, unique=unique)
    if origin is tuple:
        return st.tuples(*[_values(member, (), name, nested) for member in members]).map(list)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _plain(annotation, nested)
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
