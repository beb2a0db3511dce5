"""What people read when an experiment cannot be used."""

import math

import pytest

from lrviz.experiment import ExperimentError, parse

OPTIMIZERS = "sgd, rmsprop, adagrad, adam or adamw"
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
        ({"lr": -1}, "lr", "lr is -1; it must be at least 0."),
        ({"lr": 1e7}, "lr", "lr is 10000000.0; it may be at most 1000000."),
        ({"lr": math.nan}, "lr", "lr is NaN; it must be a finite number."),
        ({"lr": -math.inf}, "lr", "lr is -Infinity; it must be a finite number."),
        ({"lr": "fast"}, "lr", 'lr is "fast"; it must be a number.'),
        ({"lr": None}, "lr", "lr is null; it must be a number."),
        ({"lr": True}, "lr", "lr is true; it must be a number."),
        ({"lr": "0.1"}, "lr", 'lr is "0.1"; it must be a number.'),
        (
            {"training": {"steps": "100"}},
            "training.steps",
            'training.steps is "100"; it must be a whole number.',
        ),
        (
            {"network": {"hidden": [{}, {"units": "8"}]}},
            "network.hidden.1.units",
            'network.hidden.1.units is "8"; it must be a whole number.',
        ),
        (
            {"optimizer": {"kind": "adam", "betas": [0.9, "0.99"]}},
            "optimizer.betas.1",
            'optimizer.betas.1 is "0.99"; it must be a number.',
        ),
        (
            {"training": {"early_stopping": True}},
            "training.early_stopping",
            "training.early_stopping is true; it must be a whole number.",
        ),
        (
            {"data": {"standardize": "yes"}},
            "data.standardize",
            'data.standardize is "yes"; it must be true or false.',
        ),
        (
            {"data": {"standardize": 1.0}},
            "data.standardize",
            "data.standardize is 1.0; it must be true or false.",
        ),
        (
            {"training": {"keep_best": 0}},
            "training.keep_best",
            "training.keep_best is 0; it must be true or false.",
        ),
        ({"name": 3}, "name", "name is 3; it must be a text."),
        (
            {"name": "x" * 2001},
            "name",
            "name has 2001 characters; it may have at most 2000.",
        ),
        (
            {"name": "a\ud800"},
            "name",
            "name: the character at place 2 is only half of one.",
        ),
        (
            {"data": {"seed": 2**32}},
            "data.seed",
            "data.seed is 4294967296; it may be at most 4294967295.",
        ),
        (
            {"data": {"seed": False}},
            "data.seed",
            "data.seed is false; it must be a whole number.",
        ),
        (
            {"training": {"batch_size": 1.5}},
            "training.batch_size",
            "training.batch_size is 1.5; it must be a whole number.",
        ),
        (
            {"training": {"batch_size": math.nan}},
            "training.batch_size",
            "training.batch_size is NaN; it must be a finite number.",
        ),
        (
            {"training": {"keep_best": "sometimes"}},
            "training.keep_best",
            'training.keep_best is "sometimes"; it must be true or false.',
        ),
        (
            {"training": {"dtype": "float46"}},
            "training.dtype",
            "training.dtype is \"float46\"; it must be 'float32' or 'float64' (did you mean float64?).",
        ),
        (
            {"training": {"probes": ["weight norm", "weight norm"]}},
            "training.probes",
            "training.probes lists 'weight norm' more than once; once is enough.",
        ),
        ({"network": 5}, "network", "network is 5; it must be an object in braces."),
        (
            {"network": {"hidden": 5}},
            "network.hidden",
            "network.hidden is 5; it must be a list in brackets.",
        ),
        (
            {"network": {"hidden": [{}] * 17}},
            "network.hidden",
            "network.hidden has 17 entries; it may have at most 16.",
        ),
        (
            {"network": {"hidden": [{"units": 0}]}},
            "network.hidden.0.units",
            "network.hidden.0.units is 0; it must be at least 1.",
        ),
        ([1], "", "The experiment is [1]; it must be an object in braces."),
    ],
)
def test_a_wrong_value_is_told_with_its_field_and_what_is_allowed(data, path, sentence):
    assert problem(data).path == path
    assert problem(data).sentence == sentence


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("adamm", f'optimizer is "adamm"; it must be {OPTIMIZERS} (did you mean adam?).'),
        ("Adam", f'optimizer is "Adam"; it must be {OPTIMIZERS} (did you mean adam?).'),
        ("zzz", f'optimizer is "zzz"; it must be {OPTIMIZERS}.'),
        ({"kind": "sdg"}, f'optimizer is "sdg"; it must be {OPTIMIZERS} (did you mean sgd?).'),
        ({"kind": 3}, f"optimizer is 3; it must be {OPTIMIZERS}."),
        ({"kind": ["adam"]}, f'optimizer is ["adam"]; it must be {OPTIMIZERS}.'),
        ({"momentum": 0.9}, f"optimizer.kind is missing; it must be {OPTIMIZERS}."),
        (3, f"optimizer is 3; it must be {OPTIMIZERS}."),
        (None, f"optimizer is null; it must be {OPTIMIZERS}."),
        ({"kind": "adam", "betas": [0.9]}, "optimizer.betas.1 is missing."),
        (
            {"kind": "adam", "betas": [0.9, 1.0]},
            "optimizer.betas.1 is 1.0; it must be less than 1.",
        ),
        (
            {"kind": "adam", "betas": [0.9, 0.9, 0.9]},
            "optimizer.betas has 3 entries; it may have at most 2.",
        ),
        (
            {"kind": "sgd", "nesterov": True},
            (
                "optimizer: nesterov is on with momentum 0 and dampening 0; "
                "it needs momentum above 0 and dampening 0."
            ),
        ),
    ],
)
def test_a_wrong_part_is_told_with_the_kinds_or_fields_there_are(written, told):
    assert problem({"optimizer": written}).sentence == told


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
    assert problem({"loss": "cross_entropy", "data": {"dataset": "sine"}}).sentence == (
        "loss is cross_entropy; with sine (a number to predict) it must be auto or mse."
    )


def test_every_problem_gets_a_sentence_of_its_own():
    with pytest.raises(ExperimentError) as caught:
        parse({"lr": -1, "training": {"steps": 0, "batch": 3}, "optimizer": "adamm"})
    paths = [found.path for found in caught.value.problems]
    assert sorted(paths) == ["lr", "optimizer", "training.batch", "training.steps"]
    for found in caught.value.problems:
        assert found.sentence.startswith(found.path)
        assert found.sentence.endswith(".")
        assert found.sentence in str(caught.value)


def test_a_long_value_is_shortened():
    found = problem({"lr": ["x" * 1000]})
    assert len(found.sentence) < 120
    assert "..." in found.sentence


def test_a_value_that_json_cannot_hold_is_told_by_its_type():
    assert problem({"lr": object()}).sentence == "lr is object; it must be a number."
