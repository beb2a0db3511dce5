"""The declared fields of an experiment and of every part it may hold."""

import re
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lrviz.engine.datasets import AnyDataset
from lrviz.engine.losses import AnyLoss
from lrviz.engine.parts import Part, Spec, kinds, traits
from lrviz.engine.schedules import Schedule
from lrviz.experiment import Experiment, ExperimentError, Training, parse
from lrviz.experiment.paths import parts_of


def models(annotation: Any = Experiment, known: frozenset[Any] = frozenset()) -> Iterator[type[Spec]]:
    """Every model reachable from an annotation, except through those that are known."""
    if isinstance(annotation, type) and issubclass(annotation, Spec) and annotation not in known:
        yield annotation
        for info in annotation.model_fields.values():
            yield from models(info.annotation, known | {annotation})
    for member in get_args(annotation):
        yield from models(member, known)


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
    assert set(traits(info)) == {"unit", "scale", "slider", "labels", "empty", "live", "advanced", "without"}


@pytest.mark.parametrize(("model", "info"), FIELDS)
def test_the_help_of_a_number_says_what_too_little_and_too_much_of_it_do(model, info):
    own = not issubclass(model, Part) or issubclass(model, Schedule)
    if own and limits(info) and not info.title.lower().endswith("seed"):
        assert re.search(r"Too (low|few|short|small)|Zero", info.description)
        assert re.search(r"Too (high|many|long|large)", info.description)


def test_settings_of_early_stopping_say_that_they_are():
    for name in ("monitor", "min_delta"):
        assert "early stopping" in Training.model_fields[name].description.lower()


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
    with pytest.raises(ExperimentError, match=r"^Test share: it is 0, but the test loss is monitored"):
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
@pytest.mark.parametrize("loss", kinds(AnyLoss))
def test_a_loss_is_accepted_exactly_for_its_tasks(kind, loss):
    suits = {
        "auto": {"spiral", "digits", "sine"},
        "mse": {"spiral", "digits", "sine"},
        "l1": {"sine"},
        "huber": {"sine"},
        "binary_cross_entropy": {"spiral"},
        "cross_entropy": {"spiral", "digits"},
        "hinge": {"spiral", "digits"},
    }
    data = {"data": {"dataset": kind}, "loss": loss}
    if kind in suits[loss]:
        assert parse(data).loss.kind == loss
    else:
        with pytest.raises(
            ExperimentError, match=r"^Loss: .* does not fit .* \(.*\); it must be Automatic \(auto\)"
        ):
            parse(data)


@pytest.mark.parametrize("kind", kinds(AnyDataset))
def test_features_are_accepted_exactly_for_points_in_the_plane(kind):
    data = {"data": {"dataset": kind, "features": ["x1^2", "sin(x2)"]}}
    if kinds(AnyDataset)[kind].planar:
        assert parse(data).data.features == ("x1^2", "sin(x2)")
        return
    title = kinds(AnyDataset)[kind].title
    with pytest.raises(ExperimentError) as caught:
        parse(data)
    assert str(caught.value) == (
        f"Extra inputs: x1^2, sin(x2) cannot be derived, as {title} has no points in a plane; "
        "there must be none with this dataset."
    )


def test_a_feature_is_listed_once_and_known():
    with pytest.raises(ExperimentError, match=r"^Extra inputs: x1\*x2 is listed more than once"):
        parse({"data": {"features": ["x1*x2", "x1*x2"]}})
    with pytest.raises(ExperimentError, match=r"x1\^2, x2\^2, x1\*x2, sin\(x1\) or sin\(x2\)"):
        parse({"data": {"features": ["x1^3"]}})


def test_a_batch_of_one_example_cannot_be_normalized():
    network = {"hidden": [{"units": 3}, {"units": 3, "norm": "batch_norm"}]}
    with pytest.raises(
        ExperimentError,
        match=r"^Batch size: it is 1, but batch norm needs the variance over a batch; it must be at least 2, "
        r"or another norm be chosen\.$",
    ):
        parse({"network": network, "training": {"batch_size": 1}})
    parse({"network": network, "training": {"batch_size": 2}})
    parse({"network": {"hidden": [{"norm": "layer_norm"}]}, "training": {"batch_size": 1}})


def test_mup_needs_an_initializer_that_follows_the_number_of_inputs():
    mup = {"parametrization": "mup"}
    with pytest.raises(ExperimentError, match=r"^Initializer: .* Xavier uniform, .* must be PyTorch default"):
        parse({"network": {**mup, "initializer": "xavier_uniform"}})
    parse({"network": {**mup, "initializer": "lecun_normal"}})
    parse({"network": {"initializer": "xavier_uniform"}})


def test_penalties_say_that_the_recorded_loss_leaves_them_out():
    for name in ("l1", "l2"):
        assert "training loss leaves it out" in Training.model_fields[name].description
