"""The declared fields of an experiment and of every part it may hold."""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lrviz.engine.parts import Part, Spec, traits
from lrviz.experiment import Experiment, ExperimentError, parse
from lrviz.experiment.paths import parts_of


def models(annotation: Any = Experiment) -> Iterator[type[Spec]]:
    """Every model reachable from an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
        for info in annotation.model_fields.values():
            yield from models(info.annotation)
    for member in get_args(annotation):
        yield from models(member)


MODELS = list(dict.fromkeys(models()))
FIELDS = [
    pytest.param(model, info, id=f"{model.__name__}.{name}")
    for model in MODELS
    for name, info in model.model_fields.items()
    if name != "kind"
]


def limits(info: FieldInfo) -> list[set[str]]:
    """For each number that a field holds, which limits it has."""
    return list(_limits(info.annotation, info.metadata))


def _limits(annotation: Any, metadata: Any) -> Iterator[set[str]]:
    origin, members = get_origin(annotation), get_args(annotation)
    if annotation in (int, float):
        yield {name for bound in metadata for name in ("ge", "gt", "le", "lt") if hasattr(bound, name)}
    elif origin is Annotated:
        inner = FieldInfo.from_annotation(annotation)
        yield from _limits(inner.annotation, inner.metadata)
    elif origin in (Union, UnionType) or (origin is tuple and Ellipsis not in members):
        for member in members:
            if member is not NoneType:
                yield from _limits(member, metadata)


def test_the_walk_reaches_models_and_parts_of_every_package():
    names = {model.__name__ for model in MODELS}
    assert {"Data", "Network", "Layer", "Training", "Spiral", "Digits", "Tanh", "ELU", "MSE"} <= names
    assert {"SGD", "AdamW", "Cosine", "Plateau", "TorchDefault", "XavierNormal"} <= names


@pytest.mark.parametrize(("model", "info"), FIELDS)
def test_every_field_has_a_title_and_help(model, info):
    assert info.title
    assert info.description.endswith((".", ")"))
    assert set(traits(info)) == {"unit", "scale", "slider", "labels", "empty", "live", "advanced"}


@pytest.mark.parametrize(("model", "info"), FIELDS)
def test_every_number_has_a_lowest_and_a_highest_value(model, info):
    for found in limits(info):
        assert found & {"ge", "gt"}
        assert found & {"le", "lt"}


@pytest.mark.parametrize(("model", "info"), FIELDS)
def test_a_slider_moves_within_the_allowed_range(model, info):
    slider = traits(info)["slider"]
    if slider is None:
        return
    lowest, highest = slider
    assert lowest < highest
    assert lowest > 0.0 or traits(info)["scale"] == "linear"
    for bound in info.metadata:
        match bound:
            case object(ge=value):
                assert lowest >= value
            case object(gt=value):
                assert lowest > value
            case object(le=value):
                assert highest <= value
            case object(lt=value):
                assert highest < value


@pytest.mark.parametrize(("model", "info"), FIELDS)
def test_a_field_that_may_be_empty_says_what_empty_means(model, info):
    if NoneType in get_args(info.annotation):
        assert traits(info)["empty"]


@pytest.mark.parametrize("model", [model for model in MODELS if issubclass(model, Part)])
def test_every_part_has_a_name_a_title_and_a_summary_and_works_by_its_name_alone(model):
    assert model.title
    assert model.summary.endswith((".", "?"))
    assert model.model_validate({"kind": model.name()}) == model()


def test_every_model_is_frozen_down_to_its_tuples():
    def walk(value: Any) -> None:
        assert not isinstance(value, (list, dict, set))
        if isinstance(value, BaseModel):
            assert hash(value) is not None
            for name in type(value).model_fields:
                walk(getattr(value, name))
        if isinstance(value, tuple):
            for entry in value:
                walk(entry)

    walk(Experiment())


def test_kinds_within_one_field_are_distinct():
    for model in MODELS:
        for info in model.model_fields.values():
            assert len(parts_of(info.annotation)) == (
                len(get_args(info.annotation)) if parts_of(info.annotation) else 0
            )


@pytest.mark.parametrize(
    ("kind", "standardize", "expected"),
    [
        ("spiral", None, False),
        ("digits", None, True),
        ("diabetes", None, True),
        ("digits", False, False),
        ("xor", True, True),
    ],
)
def test_real_tables_are_standardized_unless_told_otherwise(kind, standardize, expected):
    data = parse({"data": {"dataset": kind, "standardize": standardize}}).data
    assert data.standardizes is expected


@pytest.mark.parametrize(
    "schedule_or_training",
    [
        {"schedule": "reduce_on_plateau"},
        {"training": {"keep_best": True}},
        {"training": {"early_stopping": 5}},
    ],
)
def test_a_loss_that_is_not_measured_cannot_be_monitored(schedule_or_training):
    with pytest.raises(ExperimentError, match=r"data\.test_fraction is 0, but the test loss is monitored"):
        parse({"data": {"test_fraction": 0.0}, **schedule_or_training})
    parse({"data": {"test_fraction": 0.1}, **schedule_or_training})


def test_a_training_loss_can_be_monitored_without_a_test_split():
    parse(
        {
            "data": {"test_fraction": 0.0},
            "training": {"keep_best": True, "monitor": "training loss"},
            "schedule": {"kind": "reduce_on_plateau", "monitor": "training loss"},
        }
    )


def test_an_unused_monitor_needs_no_split():
    parse({"training": {"monitor": "validation loss"}})


@pytest.mark.parametrize("kind", ["spiral", "digits", "sine"])
@pytest.mark.parametrize("loss", ["auto", "mse", "binary_cross_entropy", "cross_entropy"])
def test_a_loss_is_accepted_exactly_for_its_tasks(kind, loss):
    suits = {
        "auto": {"spiral", "digits", "sine"},
        "mse": {"spiral", "digits", "sine"},
        "binary_cross_entropy": {"spiral"},
        "cross_entropy": {"spiral", "digits"},
    }
    data = {"data": {"dataset": kind}, "loss": loss}
    if kind in suits[loss]:
        assert parse(data).loss.kind == loss
    else:
        with pytest.raises(ExperimentError, match=f"^loss is {loss}; with {kind} .* it must be auto"):
            parse(data)
