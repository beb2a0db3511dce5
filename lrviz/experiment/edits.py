"""Edits: a changed value at a dotted path, validated together with the whole experiment."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from lrviz.engine.datasets import AnyDataset
from lrviz.engine.parts import Part, kinds, traits
from lrviz.experiment.messages import ExperimentError, Problem, explain
from lrviz.experiment.models import Experiment

Change = tuple[str, Any, Any]
"""(path, before, after)"""


def parse(data: Any) -> Experiment:
    """An experiment from plain data (as read from JSON).

    Raises ExperimentError with one sentence for each problem.
    """
    try:
        return Experiment.model_validate(data)
    except ValidationError as error:
        raise explain(error, data, Experiment) from None


def edit(experiment: Experiment, path: str, value: Any) -> Experiment:
    """The experiment with `value` at `path`, e.g. `("optimizer.betas.0", 0.95)`.

    A new `kind` of a part keeps the settings both kinds have, and takes the others' defaults.
    A new dataset also brings the hidden layers that suit it.
    Raises ExperimentError when there is no such path or the result is not valid.
    """
    data = experiment.model_dump(mode="json")
    owner, _, name = path.rpartition(".")
    target = _descend(data, owner, path)
    if isinstance(target, list):
        if not (name.isdigit() and int(name) < len(target)):
            raise _no_such(path)
        target[int(name)] = value
    elif name == "kind":
        _change_kind(experiment, owner, target, value)
    elif name in target:
        target[name] = value
    else:
        raise _no_such(path)
    if path == "data.dataset.kind":
        _suit_network(data, experiment, value)
    return parse(data)


def _descend(data: Any, owner: str, path: str) -> Any:
    for step in owner.split(".") if owner else []:
        try:
            data = data[int(step)] if isinstance(data, list) else data[step]
        except (KeyError, IndexError, ValueError, TypeError):
            raise _no_such(path) from None
    if not isinstance(data, (dict, list)):
        raise _no_such(path)
    return data


def _no_such(path: str) -> ExperimentError:
    return ExperimentError((Problem(path, f"{path} is not a field of this experiment."),))


def _change_kind(experiment: Experiment, owner: str, target: dict[str, Any], kind: Any) -> None:
    """Replace the part in place; fields the new kind does not have are dropped."""
    before = at(experiment, owner)
    sibling = next((part for part in _siblings(experiment, owner) if part.name() == kind), None)
    shared = set(sibling.model_fields) if sibling else set()
    same_default = {
        name
        for name in shared & set(target)
        if sibling and _annotation(sibling, name) == _annotation(type(before), name)
    }
    kept = {name: target[name] for name in same_default if name != "kind"}
    target.clear()
    target.update(kept, kind=kind)


def _annotation(model: type[BaseModel], name: str) -> Any:
    return model.model_fields[name].annotation


def _siblings(experiment: Experiment, owner: str) -> list[type[Part]]:
    parent, _, name = owner.rpartition(".")
    model = type(at(experiment, parent)) if parent else Experiment
    return list(kinds(model.model_fields[name].annotation).values())


def _suit_network(data: dict[str, Any], experiment: Experiment, kind: Any) -> None:
    dataset = kinds(AnyDataset).get(kind)
    if dataset is None:
        return
    hidden = experiment.network.hidden
    pattern = hidden[0].model_dump(mode="json") if hidden else {}
    data["network"]["hidden"] = [{**pattern, "units": units} for units in dataset.suits]  # type: ignore[attr-defined]
    loss = data["loss"]["kind"]
    data["loss"] = {"kind": "auto"} if dataset.task not in experiment.loss.tasks else {"kind": loss}  # type: ignore[attr-defined]


def at(experiment: Experiment, path: str) -> Any:
    """The value at a dotted path."""
    value: Any = experiment
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, tuple) else getattr(value, step)
    return value


def changes(before: Experiment, after: Experiment) -> tuple[Change, ...]:
    """What differs, as the longest paths both experiments share."""
    return tuple(_differences("", before, after))


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


def live(experiment: Experiment, path: str) -> bool:
    """Whether a change at `path` keeps weights and optimizer state: some field on the way says so."""
    value: Any = experiment
    for step in path.split("."):
        if isinstance(value, tuple):
            value = value[int(step)]
            continue
        if traits(type(value).model_fields[step]).get("live"):
            return True
        value = getattr(value, step)
    return False
