"""What people read when an experiment cannot be used."""

import json
import math

import pytest

from lrviz.engine.activations import AnyActivation
from lrviz.engine.losses import AnyLoss
from lrviz.engine.optimizers import AnyOptimizer
from lrviz.engine.parts import kinds
from lrviz.experiment import ExperimentError, loads, parse


def names(union):
    """The kinds of a part, as a choice."""
    *first, last = kinds(union)
    return f"{', '.join(first)} or {last}"


OPTIMIZERS = names(AnyOptimizer)
DEEP = {"network": {"hidden": [{}, {"activation": {"kind": "elu", "alfa": 1.0}}]}}


def problem(data):
    with pytest.raises(ExperimentError) as caught:
        parse(data)
    (found,) = caught.value.problems
    assert str(caught.value) == found.sentence
    return found


@pytest.mark.parametrize(
    ("data", "path", "sentence"),
    [
        ({"lr": -1}, "lr", "Learning rate: -1 is too low; it must be at least 0."),
        ({"lr": 1e9}, "lr", "Learning rate: 1e9 is too high; it may be at most 1e6."),
        ({"lr": math.nan}, "lr", "Learning rate: NaN is given; it must be a finite number."),
        ({"lr": -math.inf}, "lr", "Learning rate: -Infinity is given; it must be a finite number."),
        ({"lr": "fast"}, "lr", 'Learning rate: "fast" is given; it must be a number.'),
        ({"lr": None}, "lr", "Learning rate: null is given; it must be a number."),
        ({"lr": True}, "lr", "Learning rate: true is given; it must be a number."),
        ({"lr": "0.1"}, "lr", 'Learning rate: "0.1" is given; it must be a number.'),
        (
            {"training": {"steps": "100"}},
            "training.steps",
            'Steps: "100" is given; it must be a whole number.',
        ),
        (
            {"training": {"steps": 2_500_000_000}},
            "training.steps",
            "Steps: 2.5e9 is too high; it may be at most 1e9.",
        ),
        (
            {"network": {"hidden": [{}, {"units": "8"}]}},
            "network.hidden.1.units",
            'Units of hidden layer 2: "8" is given; it must be a whole number.',
        ),
        (
            {"network": {"hidden": [{}, {"activation": {"kind": "elu", "alpha": 0}}]}},
            "network.hidden.1.activation.alpha",
            "Negative limit of hidden layer 2: 0 is too low; it must be above 0.",
        ),
        (
            {"network": {"hidden": [{}, {"activation": "rellu"}]}},
            "network.hidden.1.activation",
            (
                f'Activation of hidden layer 2: "rellu" is given; it must be {names(AnyActivation)} '
                "(did you mean relu?)."
            ),
        ),
        (
            {"optimizer": {"kind": "adam", "betas": [0.9, "0.99"]}},
            "optimizer.betas.1",
            'Memory β₂: "0.99" is given; it must be a number.',
        ),
        (
            {"training": {"early_stopping": True}},
            "training.early_stopping",
            "Stop early after: true is given; it must be a whole number.",
        ),
        (
            {"data": {"standardize": "yes"}},
            "data.standardize",
            'Standardize: "yes" is given; it must be true or false.',
        ),
        (
            {"data": {"standardize": 1.0}},
            "data.standardize",
            "Standardize: 1 is given; it must be true or false.",
        ),
        (
            {"training": {"keep_best": 0}},
            "training.keep_best",
            "Keep best weights: 0 is given; it must be true or false.",
        ),
        ({"name": 3}, "name", "Name: 3 is given; it must be a text."),
        (
            {"name": "x" * 2001},
            "name",
            "Name: 2001 characters are given; there may be at most 2000.",
        ),
        (
            {"name": "a\ud800"},
            "name",
            "Name: the character at place 2 is only half of one.",
        ),
        (
            {"data": {"seed": 2**32}},
            "data.seed",
            "Seed: 4294967296 is too high; it may be at most 4294967295.",
        ),
        (
            {"data": {"seed": False}},
            "data.seed",
            "Seed: false is given; it must be a whole number.",
        ),
        (
            {"training": {"batch_size": 1.5}},
            "training.batch_size",
            "Batch size: 1.5 is given; it must be a whole number.",
        ),
        (
            {"training": {"batch_size": math.nan}},
            "training.batch_size",
            "Batch size: NaN is given; it must be a finite number.",
        ),
        (
            {"training": {"keep_best": "sometimes"}},
            "training.keep_best",
            'Keep best weights: "sometimes" is given; it must be true or false.',
        ),
        (
            {"training": {"dtype": "float46"}},
            "training.dtype",
            'Precision: "float46" is given; it must be float32 or float64 (did you mean float64?).',
        ),
        (
            {"training": {"probes": ["weight norm", "weight norm"]}},
            "training.probes",
            "Always recorded: weight norm is listed more than once; once is enough.",
        ),
        ({"version": 2}, "version", "Version: 2 is given; it must be 1."),
        ({"network": 5}, "network", "Network: 5 is given; it must be an object in braces."),
        (
            {"network": {"hidden": 5}},
            "network.hidden",
            "Hidden layers: 5 is given; it must be a list in brackets.",
        ),
        (
            {"network": {"hidden": [5]}},
            "network.hidden.0",
            "Hidden layer 1: 5 is given; it must be an object in braces.",
        ),
        (
            {"network": {"hidden": [{}] * 17}},
            "network.hidden",
            "Hidden layers: 17 entries are given; there may be at most 16.",
        ),
        (
            {"network": {"hidden": [{"units": 0}]}},
            "network.hidden.0.units",
            "Units of hidden layer 1: 0 is too low; it must be at least 1.",
        ),
        (
            {"schedule": {"kind": "step", "step_size": 0}},
            "schedule.step_size",
            "Every: 0 is too low; it must be at least 1.",
        ),
        ([1], "", "Experiment: [1] is given; it must be an object in braces."),
    ],
)
def test_a_wrong_value_is_told_with_its_field_and_what_is_allowed(data, path, sentence):
    assert problem(data).path == path
    assert problem(data).sentence == sentence


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("adamm", f'Method: "adamm" is given; it must be {OPTIMIZERS} (did you mean adam?).'),
        ("Adam", f'Method: "Adam" is given; it must be {OPTIMIZERS} (did you mean adam?).'),
        ("zzz", f'Method: "zzz" is given; it must be {OPTIMIZERS}.'),
        ({"kind": "sdg"}, f'Method: "sdg" is given; it must be {OPTIMIZERS} (did you mean sgd?).'),
        ({"kind": 3}, f"Method: 3 is given; it must be {OPTIMIZERS}."),
        ({"kind": ["adam"]}, f'Method: ["adam"] is given; it must be {OPTIMIZERS}.'),
        ({"momentum": 0.9}, f'Method: "kind" is missing; it must be {OPTIMIZERS}.'),
        (3, f"Method: 3 is given; it must be {OPTIMIZERS}."),
        (None, f"Method: null is given; it must be {OPTIMIZERS}."),
        ({"kind": "adam", "betas": [0.9]}, "Memory β₂: a value is missing."),
        ({"kind": "adam", "betas": [0.9, 1.0]}, "Memory β₂: 1 is too high; it must be below 1."),
        (
            {"kind": "adam", "betas": [0.9, 0.9, 0.9]},
            "Betas: 3 entries are given; there may be at most 2.",
        ),
        (
            {"kind": "sgd", "nesterov": True},
            (
                "Method: nesterov is on with momentum 0 and dampening 0; "
                "it needs momentum above 0 and dampening 0."
            ),
        ),
    ],
)
def test_a_wrong_part_is_told_with_the_kinds_or_fields_there_are(written, told):
    assert problem({"optimizer": written}).sentence == told


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"lr": 1e9}, "Learning rate (lr): 1e9 is too high; it may be at most 1e6."),
        (
            {"network": {"hidden": [{"units": 0}]}},
            "Units of hidden layer 1 (network.hidden.0.units): 0 is too low; it must be at least 1.",
        ),
        (
            {"loss": 3},
            f"Loss: 3 is given; it must be {names(AnyLoss)}.",
        ),
        (
            {"data": {"test_fraction": "0.1"}},
            'Test share (data.test_fraction): "0.1" is given; it must be a number.',
        ),
    ],
)
def test_a_file_is_told_where_in_it_a_problem_is(data, sentence):
    with pytest.raises(ExperimentError) as caught:
        loads(json.dumps(data))
    assert str(caught.value) == sentence
    assert "(" not in problem(data).sentence


@pytest.mark.parametrize(
    ("data", "path", "hint"),
    [
        ({"Lr": 1}, "Lr", "did you mean lr?"),
        ({"trainig": {}}, "trainig", "did you mean training?"),
        ({"data": {"sed": 1}}, "data.sed", "did you mean seed?"),
        ({"optimizer": {"kind": "adam", "beta": [0.9, 0.9]}}, "optimizer.beta", "did you mean betas?"),
        (DEEP, "network.hidden.1.activation.alfa", "did you mean alpha?"),
        ({"optimizer": {"kind": "adam", "adam": 1}}, "optimizer.adam", "the fields there are kind, betas"),
        ({"nothing_like_it": 1}, "nothing_like_it", "the fields there are version, name"),
    ],
)
def test_a_misspelt_field_is_told_with_the_name_that_was_meant(data, path, hint):
    found = problem(data)
    assert found.path == path
    assert found.sentence.startswith(f"{path} is not a field of ")
    assert hint in found.sentence
    assert found.sentence.count(". ") == 0


def test_fields_that_do_not_fit_each_other_are_told_at_one_of_them():
    assert problem({"data": {"test_fraction": 0.6, "validation_fraction": 0.5}}).path == (
        "data.validation_fraction"
    )
    assert problem({"loss": "cross_entropy", "data": {"dataset": "sine"}}).sentence.startswith(
        "Loss: Cross-entropy does not fit Sine (a number to predict); it must be Automatic (auto), "
    )


def test_every_problem_gets_a_sentence_of_its_own():
    with pytest.raises(ExperimentError) as caught:
        parse({"lr": -1, "training": {"steps": 0, "batch": 3}, "optimizer": "adamm"})
    paths = [found.path for found in caught.value.problems]
    assert sorted(paths) == ["lr", "optimizer", "training.batch", "training.steps"]
    for found in caught.value.problems:
        assert found.sentence.startswith(found.title or found.path)
        assert found.sentence.endswith(".")
        assert found.sentence in str(caught.value)


def test_a_long_value_is_shortened():
    found = problem({"lr": ["x" * 1000]})
    assert len(found.sentence) < 120
    assert "..." in found.sentence


def test_a_value_that_json_cannot_hold_is_told_by_its_type():
    assert problem({"lr": object()}).sentence == "Learning rate: object is given; it must be a number."


@pytest.mark.parametrize("digits", [400, 5000])
def test_a_number_beyond_all_floats_is_told_too(digits):
    assert problem({"lr": 10**digits}).sentence.endswith(" is given; it must be a number.")
