"""Edits at dotted paths, and what differs between experiments."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from lrviz.engine.datasets import AnyDataset
from lrviz.engine.parts import Part, kinds
from lrviz.experiment import Experiment, ExperimentError, at, changes, edit, edit_all, live, parse
from lrviz.experiment.edits import _change_kind

RICH = parse(
    {
        "data": {"dataset": {"kind": "moons", "samples": 50}, "validation_fraction": 0.2},
        "network": {"hidden": [{"units": 3}, {"activation": "elu"}], "initializer": "xavier_uniform"},
        "optimizer": {"kind": "adam", "betas": [0.8, 0.99]},
        "schedule": {"kind": "cyclic", "max_lr": 5.0},
        "training": {"probes": ["weight norm"], "early_stopping": 3},
    }
)
LIVE = (
    "name", "note", "lr", "schedule", "training.batch_size", "training.steps", "training.eval_every",
    "training.monitor", "training.early_stopping", "training.min_delta", "training.keep_best",
    "training.probes", "optimizer.betas", "optimizer.eps", "optimizer.weight_decay",
    "network.hidden.1.activation.alpha", "network.hidden.0.dropout", "network.hidden.1.dropout",
    "network.hidden.0.lr_scale", "network.hidden.1.lr_scale", "network.output_lr_scale", "training.l1",
    "training.l2", "modifiers",
)  # fmt: skip
"""Fields of RICH whose change keeps weights and optimizer state, with all they hold."""


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Every path below a value."""
    steps: Iterator[tuple[str, Any]] = iter(())
    if isinstance(value, BaseModel):
        steps = ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, tuple):
        steps = ((str(index), entry) for index, entry in enumerate(value))
    for step, inner in steps:
        child = f"{path}.{step}" if path else step
        yield child
        yield from paths(inner, child)


def other(value: Any) -> Any:
    """A value near this one that its field is likely to allow."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case float():
            return value * 0.5 + 0.01
        case None:
            return None
    return value


@pytest.mark.parametrize("path", list(paths(RICH)))
def test_every_path_can_be_read_and_written(path):
    value = at(RICH, path)
    assert edit(RICH, path, value) == RICH
    wanted = other(value)
    if path not in ("version", "data.validation_fraction", "optimizer.amsgrad"):
        edited = edit(RICH, path, wanted)
        assert at(edited, path) == wanted
        assert [change[0] for change in changes(RICH, edited)] in ([path], [])


@pytest.mark.parametrize("path", list(paths(RICH)))
def test_a_field_is_live_if_it_or_what_holds_it_is_declared_so(path):
    assert live(RICH, path) is any(path == entry or path.startswith(f"{entry}.") for entry in LIVE)


@pytest.mark.parametrize(
    "path",
    ["", "l", "lr.", ".lr", "lr.x", "optimizer.momentum", "optimizer.betas.2", "optimizer.betas.-1",
     "optimizer.betas.²", "optimizer.betas.x", "network.hidden.2", "network.hidden.02.units",
     "network.hidden.0.activation.alpha", "kind", "data.kind", "model_dump", "network.hidden.count",
     "optimizer.torch_name"],
)  # fmt: skip
def test_a_path_that_leads_nowhere_is_refused(path):
    for use in (lambda: edit(RICH, path, 1), lambda: at(RICH, path), lambda: live(RICH, path)):
        with pytest.raises(ExperimentError, match="is not a field of this experiment") as caught:
            use()
        assert caught.value.problems[0].path == path


def test_an_edit_that_makes_the_whole_invalid_is_refused():
    with pytest.raises(ExperimentError, match="Learning rate: -1 is too low; it must be at least 0"):
        edit(RICH, "lr", -1)
    with pytest.raises(ExperimentError, match="validation loss is monitored"):
        edit(edit(RICH, "training.monitor", "validation loss"), "data.validation_fraction", 0.0)


def test_an_edit_to_a_text_is_no_edit_to_a_number():
    with pytest.raises(ExperimentError, match=r'^Learning rate: "0\.1" is given; it must be a number\.$'):
        edit(RICH, "lr", "0.1")
    with pytest.raises(ExperimentError, match="AMSGrad: 1 is given; it must be true or false"):
        edit(RICH, "optimizer.amsgrad", 1)


def test_a_number_may_be_written_with_or_without_a_point():
    assert edit(RICH, "lr", 1).lr == 1.0
    assert edit(RICH, "training.steps", 100.0).training.steps == 100


def test_an_edit_leaves_the_experiment_it_started_from_alone():
    before = Experiment()
    edit(before, "network.hidden.0.units", 99)
    assert before == Experiment()


def test_a_new_kind_keeps_the_settings_both_have():
    moved = edit(RICH, "optimizer.eps", 1e-4)
    amsgrad = edit(moved, "optimizer.kind", "adamw")
    assert amsgrad.optimizer.betas == (0.8, 0.99)
    assert amsgrad.optimizer.eps == 1e-4
    plain = edit(moved, "optimizer.kind", "rmsprop")
    assert plain.optimizer.kind == "rmsprop"
    assert plain.optimizer.eps == 1e-4


def test_a_new_kind_takes_its_own_defaults_where_nothing_was_chosen():
    assert edit(RICH, "optimizer.kind", "adamw").optimizer.weight_decay == 0.01
    chosen = edit(RICH, "optimizer.weight_decay", 0.02)
    assert edit(chosen, "optimizer.kind", "adamw").optimizer.weight_decay == 0.02


class Wide(Part):
    kind: Literal["wide"] = "wide"
    size: int = Field(1, le=100)
    depth: int = 1


class Narrow(Part):
    kind: Literal["narrow"] = "narrow"
    size: int = Field(1, le=10)
    depth: int = 1


def test_a_setting_that_the_new_kind_does_not_allow_is_left_behind():
    data = {"kind": "wide", "size": 50, "depth": 3}
    _change_kind(data, kinds(Wide | Narrow), "narrow")
    assert data == {"kind": "narrow", "depth": 3}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("schedule.kind", "step"),
        ("network.hidden.0.activation.kind", "relu"),
        ("network.initializer.kind", "torch"),
    ],
)
def test_the_kind_of_every_part_can_be_changed(path, kind):
    assert at(edit(RICH, path, kind), path) == kind


@pytest.mark.parametrize("value", ["adamm", 3, None, ["adam"], {"kind": "adam"}])
def test_a_kind_that_does_not_exist_is_refused(value):
    with pytest.raises(ExperimentError, match=r"it must be sgd, rmsprop"):
        edit(RICH, "optimizer.kind", value)


@pytest.mark.parametrize("kind", kinds(AnyDataset))
def test_a_new_dataset_brings_layers_that_suit_it(kind):
    start = edit(RICH, "network.hidden.0.activation.kind", "silu")
    edited = edit(start, "data.dataset.kind", kind)
    if kind == "moons":
        assert edited == start
    else:
        assert tuple(layer.units for layer in edited.network.hidden) == kinds(AnyDataset)[kind].suits
        assert {layer.activation.kind for layer in edited.network.hidden} <= {"silu"}


def test_a_new_dataset_keeps_a_loss_that_fits_and_replaces_one_that_does_not():
    start = parse({"data": {"dataset": "moons"}, "loss": "cross_entropy"})
    assert edit(start, "data.dataset.kind", "digits").loss.kind == "cross_entropy"
    assert edit(start, "data.dataset.kind", "sine").loss.kind == "auto"


NAMED = edit_all(RICH, [("name", "Two moons"), ("note", "Watch the border.")])


def test_a_new_dataset_empties_name_and_note_which_told_of_the_old_one():
    edited = edit(NAMED, "data.dataset.kind", "spiral")
    assert (edited.name, edited.note) == ("", "")
    renamed = edit_all(NAMED, [("data.dataset.kind", "spiral"), ("name", "Spirals")])
    assert (renamed.name, renamed.note) == ("Spirals", "")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("lr", 0.7),
        ("schedule.kind", "constant"),
        ("optimizer.kind", "sgd"),
        ("network.hidden.0.units", 9),
        ("data.dataset.samples", 60),
        ("data.dataset.kind", "moons"),
    ],
)
def test_name_and_note_outlast_every_other_edit(path, value):
    edited = edit(NAMED, path, value)
    assert (edited.name, edited.note) == ("Two moons", "Watch the border.")


def test_layers_can_be_put_back_after_there_were_none():
    bare = edit(RICH, "network.hidden", ())
    assert edit(bare, "data.dataset.kind", "xor").network.hidden[0].activation.kind == "tanh"
    assert edit(bare, "network.hidden", RICH.network.hidden) == RICH


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_changes_lead_from_one_experiment_to_another(experiments, data):
    before, after = data.draw(experiments), data.draw(experiments)
    found = changes(before, after)
    assert edit_all(before, [(path, value) for path, _, value in found]) == after
    for path, old, new in found:
        assert at(before, path) == old
        assert at(after, path) == new


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_changes_can_be_applied_one_by_one_while_each_result_is_valid(experiments, data):
    before, after = data.draw(experiments), data.draw(experiments)
    reached, waiting = before, list(changes(before, after))
    while waiting:
        refused = []
        for path, old, new in waiting:
            try:
                reached = edit(reached, path, new)
            except ExperimentError:
                refused.append((path, old, new))
        if refused == waiting:
            # What is left is valid only together, such as a loss and the dataset that it fits.
            reached = edit_all(reached, [(path, new) for path, _, new in refused])
            break
        waiting = refused
    assert reached == after


def test_nothing_differs_from_itself():
    assert changes(RICH, parse(RICH.model_dump())) == ()


def test_changes_name_the_longest_paths_that_both_have():
    after = edit(edit(RICH, "optimizer.betas.1", 0.95), "schedule.kind", "constant")
    assert [path for path, _, _ in changes(RICH, after)] == ["optimizer.betas.1", "schedule"]
    shorter = edit(RICH, "network.hidden", RICH.network.hidden[:1])
    assert changes(RICH, shorter) == (("network.hidden", RICH.network.hidden, RICH.network.hidden[:1]),)


def test_choosing_a_dataset_that_is_no_plane_drops_the_features_of_one():
    planar = edit(Experiment(), "data.features", ["x1^2"])
    assert edit(planar, "data.dataset.kind", "iris").data.features == ()
