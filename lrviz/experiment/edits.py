"""Edits: a changed value at a dotted path, validated together with the whole experiment."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, cast

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from lrviz.engine.datasets import AnyDataset
from lrviz.engine.datasets.base import Dataset
from lrviz.engine.losses import AnyLoss, Auto, Loss
from lrviz.engine.parts import Part, kinds, traits
from lrviz.experiment.messages import EXPECTED, ExperimentError, Problem, explain, mistaken
from lrviz.experiment.models import Experiment
from lrviz.experiment.paths import inside, parts_of, title_of

Change = tuple[str, Any, Any]
"""(path, before, after)"""


def parse(data: Any) -> Experiment:
    """An experiment from plain data (as read from JSON).

    Raises ExperimentError with one sentence for each problem.
    """
    try:
        experiment = Experiment.model_validate(data)
    except ValidationError as error:
        raise explain(error, Experiment) from None
    if problems := tuple(_converted(experiment, "", data, experiment)):
        raise ExperimentError(problems)
    return experiment


def edit(experiment: Experiment, path: str, value: Any) -> Experiment:
    """The experiment with `value` at `path`, e.g. `("optimizer.betas.0", 0.95)`.

    A new `kind` of a part keeps the settings that both kinds have, that were not at their default
    and that the new kind allows; its other settings take their defaults. A new kind of dataset also
    brings the hidden layers that suit it and the automatic loss where the present one does not fit,
    and empties name and note, which told of the old data.
    Raises ExperimentError when there is no such path or the result is not valid.
    """
    return edit_all(experiment, [(path, value)])


def edit_all(experiment: Experiment, edits: Iterable[tuple[str, Any]]) -> Experiment:
    """The experiment after several edits, of which only the result must be valid; see `edit`."""
    data = experiment.model_dump(mode="json")
    for path, value in edits:
        _write(data, path, value)
    return parse(data)


def at(experiment: Experiment, path: str) -> Any:
    """The value at a dotted path. Raises ExperimentError when there is no such path."""
    value: Any = experiment
    for _, value in _steps(experiment, path):  # noqa: B007 - the last one is wanted
        pass
    return value


def changes(before: Experiment, after: Experiment) -> tuple[Change, ...]:
    """What differs, as the longest paths both experiments share."""
    return tuple(_differences("", before, after))


def live(experiment: Experiment, path: str) -> bool:
    """Whether a change at `path` keeps weights and optimizer state: some field on the way says so.

    Raises ExperimentError when there is no such path.
    """
    declared = [info for info, _ in _steps(experiment, path) if info is not None]
    return any(traits(info).get("live") for info in declared)


def _steps(experiment: Experiment, path: str) -> Iterator[tuple[FieldInfo | None, Any]]:
    """The declared field (None for an entry of a tuple) and the value at every step of a path."""
    value: Any = experiment
    for step in path.split("."):
        info: FieldInfo | None = None
        if isinstance(value, tuple) and step in _places(value):
            value = value[int(step)]
        elif isinstance(value, BaseModel) and step in type(value).model_fields:
            info = type(value).model_fields[step]
            value = getattr(value, step)
        else:
            raise _no_such(path)
        yield info, value


def _places(entries: list[Any] | tuple[Any, ...]) -> list[str]:
    return [str(index) for index in range(len(entries))]


def _no_such(path: str) -> ExperimentError:
    return ExperimentError(
        (Problem(path, "", f"{path or 'An empty path'} is not a field of this experiment"),)
    )


def _write(data: Any, path: str, value: Any) -> None:
    *owners, name = path.split(".")
    target, declared = data, Experiment
    for step in owners:
        key = _key(target, step, path)
        declared = inside(parts_of(declared).get(_kind(target), declared), key)
        target = target[key]
    key = _key(target, name, path)
    if path == "data.dataset.kind" and value != target[key]:
        _suit(data, value)
        data["name"] = data["note"] = ""
    if key == "kind":
        _change_kind(target, parts_of(declared), value)
    else:
        target[key] = _plain(value)


def _key(target: Any, step: str, path: str) -> str | int:
    if isinstance(target, list) and step in _places(target):
        return int(step)
    if isinstance(target, dict) and step in target:
        return step
    raise _no_such(path)


def _kind(target: Any) -> str:
    return str(target.get("kind")) if isinstance(target, dict) else ""


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_plain(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def _change_kind(target: dict[str, Any], siblings: dict[str, type[Part]], kind: Any) -> None:
    """Replace the part in place, with the settings that `edit` promises to keep."""
    old, new = siblings[target["kind"]], siblings.get(str(kind))
    kept: dict[str, Any] = {}
    if new is not None:
        chosen = old.model_validate(target).model_dump(mode="json", exclude_defaults=True, exclude={"kind"})
        for name in chosen.keys() & new.model_fields.keys():
            with suppress(ValidationError):
                new.model_validate({**kept, name: chosen[name]})
                kept[name] = chosen[name]
    target.clear()
    target.update(kept, kind=kind)


def _suit(data: Any, kind: Any) -> None:
    """Hidden layers that suit a new dataset, and a loss and features that it allows."""
    dataset = cast("dict[str, type[Dataset]]", kinds(AnyDataset)).get(str(kind))
    if dataset is None:
        return
    hidden = data["network"]["hidden"]
    pattern = hidden[0] if hidden else {}
    data["network"]["hidden"] = [{**pattern, "units": units} for units in dataset.suits]
    if not dataset.planar:
        data["data"]["features"] = []
    losses = cast("dict[str, type[Loss]]", kinds(AnyLoss))
    if dataset.task not in losses[data["loss"]["kind"]].tasks:
        data["loss"] = {"kind": Auto().kind}


def _differences(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after and type(before) is type(after):
        return
    if isinstance(before, BaseModel) and type(before) is type(after):
        for name in type(before).model_fields:
            child = f"{path}.{name}" if path else name
            yield from _differences(child, getattr(before, name), getattr(after, name))
    elif isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(f"{path}.{index}", old, new)
    else:
        yield path, before, after


def _converted(experiment: Experiment, path: str, data: Any, value: Any) -> Iterator[Problem]:
    """Where pydantic made a number or a switch out of something else: "0.1", true for 1, 1 for true."""
    if isinstance(data, dict):
        for name, entry in data.items():
            child = f"{path}.{name}" if path else name
            yield from _converted(experiment, child, entry, getattr(value, name))
    elif isinstance(data, (list, tuple)):
        for index, (entry, own) in enumerate(zip(data, value, strict=True)):
            yield from _converted(experiment, f"{path}.{index}", entry, own)
    elif isinstance(value, (int, float)) and (
        isinstance(data, str) or isinstance(data, bool) is not isinstance(value, bool)
    ):
        yield Problem(path, _title(experiment, path), mistaken(data, EXPECTED[type(value).__name__]))


def _title(experiment: Experiment, path: str) -> str:
    declared = (info for info, _ in _steps(experiment, path))
    return title_of(zip(path.split("."), declared, strict=True))
