"""Features derived from points in the plane."""

from typing import get_args

import numpy as np
import pytest

from lrviz.engine.datasets import Gauss
from lrviz.engine.examples import load, prepare
from lrviz.engine.features import FEATURES, Feature, extended, labels
from lrviz.engine.losses import BinaryCrossEntropy

ALL = get_args(Feature)
POINTS = np.random.default_rng(0).uniform(-2.0, 2.0, (50, 2))
X1, X2 = POINTS.T
EXPECTED = {"x1^2": X1 * X1, "x2^2": X2 * X2, "x1*x2": X1 * X2, "sin(x1)": np.sin(X1), "sin(x2)": np.sin(X2)}


def prepared(features, *, standardize=False):
    return prepare(
        load(Gauss(samples=100), 0),
        "binary",
        BinaryCrossEntropy(),
        test_fraction=0.3,
        validation_fraction=0.1,
        standardize=standardize,
        seed=0,
        dtype=np.float64,
        features=features,
    )


def test_every_feature_that_can_be_named_has_a_label_and_a_formula():
    assert tuple(FEATURES) == ALL
    assert labels(ALL) == ("x₁²", "x₂²", "x₁x₂", "sin x₁", "sin x₂")


@pytest.mark.parametrize("feature", ALL)
def test_a_feature_is_what_its_name_says(feature):
    columns = extended(POINTS, [feature])
    assert np.array_equal(columns[:, :2], POINTS)
    np.testing.assert_allclose(columns[:, 2], EXPECTED[feature], rtol=1e-15)


def test_features_follow_the_points_in_the_order_given():
    columns = extended(POINTS, ["sin(x2)", "x1^2"])
    np.testing.assert_allclose(columns, np.column_stack([POINTS, np.sin(X2), X1 * X1]), rtol=1e-15)


def test_without_features_the_points_stay_as_they_are():
    assert extended(POINTS, ()) is POINTS


@pytest.mark.parametrize("inputs", [1, 4])
def test_features_of_other_than_two_inputs_are_refused(inputs):
    with pytest.raises(ValueError, match=rf"^x1\*x2 is given for points with {inputs} inputs; .* 2 inputs"):
        extended(np.zeros((3, inputs)), ["x1*x2"])


def test_examples_hold_the_features_behind_the_inputs_of_the_table():
    plain, more = prepared(()), prepared(("x1^2", "x1*x2"))
    assert (plain.n_inputs, plain.dimensions, plain.derived) == (2, 2, ())
    assert (more.n_inputs, more.dimensions, more.derived) == (4, 2, ("x1^2", "x1*x2"))
    assert more.features == ("x₁", "x₂", "x₁²", "x₁x₂")
    for ours, theirs in zip(
        (more.train, more.test, more.validation), (plain.train, plain.test, plain.validation), strict=True
    ):
        x1, x2 = theirs.inputs[:, 0], theirs.inputs[:, 1]
        np.testing.assert_allclose(ours.inputs, np.column_stack([x1, x2, x1**2, x1 * x2, x1**0]), rtol=1e-15)
        assert np.array_equal(ours.labels, theirs.labels)


def test_features_are_derived_before_standardizing_and_then_standardized():
    plain, more = prepared(("x2^2",)), prepared(("x2^2",), standardize=True)
    raw = plain.train.inputs[:, 2]
    np.testing.assert_allclose(more.train.inputs[:, 2], (raw - raw.mean()) / raw.std(), rtol=1e-12)
    np.testing.assert_allclose([more.input_mean[2], more.input_scale[2]], [raw.mean(), raw.std()], rtol=1e-13)
    np.testing.assert_allclose(
        more.test.inputs[:, 2], (plain.test.inputs[:, 2] - raw.mean()) / raw.std(), rtol=1e-12
    )
