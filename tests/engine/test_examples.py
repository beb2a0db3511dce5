"""Tables split, scaled and encoded."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from lrviz.engine.datasets.base import Table
from lrviz.engine.datasets.diabetes import Diabetes
from lrviz.engine.datasets.digits import Digits
from lrviz.engine.datasets.iris import Iris
from lrviz.engine.datasets.spiral import Spiral
from lrviz.engine.examples import Examples, load, prepare
from lrviz.engine.losses.base import Loss


class OneHot(Loss):
    """As much of a loss as splitting needs: one output per class, or one for a number."""

    def outputs(self, classes):
        return max(classes, 1)

    def encode(self, targets, classes):
        return np.eye(classes)[targets.astype(int)] if classes else targets[:, None]


SETTINGS = {
    "test_fraction": 0.3,
    "validation_fraction": 0.1,
    "standardize": True,
    "seed": 5,
    "dtype": np.float64,
}


def prepared(table, task="multiclass", **changes):
    return prepare(table, task, OneHot(), **{**SETTINGS, **changes})


def numbers(n, *, columns=2):
    """A regression table whose targets name their row."""
    rows = np.arange(n, dtype=np.float64)
    return Table(
        np.stack([rows * (3 + j) + 7 for j in range(columns)], axis=1), rows, tuple("abcdef"[:columns])
    )


def splits(examples):
    return examples.train, examples.test, examples.validation


def test_shapes_types_and_names_come_from_the_table_and_the_loss():
    table = load(Digits(), 0)
    examples = prepared(table, dtype=np.float32)
    assert [len(split) for split in splits(examples)] == [1797 - 539 - 180, 539, 180]
    for split in splits(examples):
        assert split.inputs.shape == (len(split), 65)
        assert split.targets.shape == (len(split), 10)
        assert split.labels.shape == (len(split),)
        assert split.inputs.dtype == split.targets.dtype == np.float32
        assert split.labels.dtype == np.float64
        assert split.inputs.flags.c_contiguous
        assert split.targets.flags.c_contiguous
        assert np.all(split.inputs[:, -1] == 1.0)
        assert np.array_equal(split.targets.argmax(axis=1), split.labels)
    assert (examples.n_inputs, examples.n_outputs) == (64, 10)
    assert (examples.task, examples.image) == ("multiclass", (8, 8))
    assert (examples.features, examples.classes) == (table.features, table.classes)


def test_every_example_is_in_exactly_one_split():
    examples = prepared(numbers(101), "regression")
    labels = np.concatenate([split.labels for split in splits(examples)])
    assert np.array_equal(np.sort(labels), np.arange(101))
    assert not np.array_equal(examples.test.labels, np.sort(examples.test.labels))


def test_inputs_targets_and_labels_of_an_example_stay_together():
    table = numbers(50)
    examples = prepared(table, "regression", standardize=False)
    for split in splits(examples):
        rows = split.labels.astype(int)
        assert np.array_equal(split.inputs[:, :-1], table.inputs[rows])
        assert np.array_equal(split.targets[:, 0], table.targets[rows])


def test_the_split_follows_from_the_seed():
    one, same, other = (prepared(numbers(60), "regression", seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(one.train.inputs, same.train.inputs)
    assert np.array_equal(one.test.labels, same.test.labels)
    assert not np.array_equal(one.test.labels, other.test.labels)


def test_the_validation_fraction_leaves_the_test_split_as_it_is():
    one, other = (prepared(numbers(60), "regression", validation_fraction=f) for f in (0.0, 0.5))
    assert np.array_equal(one.test.labels, other.test.labels)


@pytest.mark.parametrize(
    ("n", "test", "validation", "sizes"),
    [
        (1, 0.3, 0.1, (1, 0, 0)),
        (2, 0.3, 0.0, (1, 1, 0)),
        (2, 0.0, 0.1, (1, 0, 1)),
        (2, 0.3, 0.1, (1, 1, 0)),
        (3, 0.3, 0.1, (1, 1, 1)),
        (3, 0.9, 0.05, (1, 1, 1)),
        (3, 0.9, 0.0, (1, 2, 0)),
        (10, 0.01, 0.01, (8, 1, 1)),
        (10, 0.98, 0.01, (1, 8, 1)),
        (10, 0.01, 0.98, (1, 1, 8)),
        (10, 0.0, 0.0, (10, 0, 0)),
        (400, 0.3, 0.0, (280, 120, 0)),
    ],
)
@pytest.mark.parametrize("standardize", [True, False])
def test_small_tables_are_shared_out_with_training_first(n, test, validation, sizes, standardize):
    examples = prepared(
        numbers(n),
        "regression",
        test_fraction=test,
        validation_fraction=validation,
        standardize=standardize,
    )
    assert tuple(len(split) for split in splits(examples)) == sizes
    for split in splits(examples):
        assert split.inputs.shape == (len(split), 3)
        assert split.targets.shape == (len(split), 1)
        assert np.isfinite(split.inputs).all()
        assert np.isfinite(split.targets).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"test_fraction": -0.1}, "test_fraction is -0.1"),
        ({"test_fraction": 1.0}, "test_fraction is 1"),
        ({"validation_fraction": np.nan}, "validation_fraction is nan"),
        ({"test_fraction": 0.5, "validation_fraction": 0.5}, r"test_fraction \+ validation_fraction is 1"),
    ],
)
def test_fractions_that_leave_nothing_to_train_on_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        prepared(numbers(10), "regression", **changes)


def test_an_empty_table_is_refused():
    with pytest.raises(ValueError, match="no examples"):
        prepared(numbers(0), "regression")


def test_standardized_training_columns_have_mean_zero_and_deviation_one():
    examples = prepared(load(Diabetes(), 0), "regression")
    for values in (examples.train.inputs[:, :-1], examples.train.targets):
        np.testing.assert_allclose(values.mean(axis=0), 0.0, atol=1e-13)
        np.testing.assert_allclose(values.std(axis=0), 1.0, rtol=1e-13)


def test_all_splits_are_standardized_with_the_statistics_of_training():
    table = load(Iris(), 0)
    raw, examples = prepared(table, standardize=False), prepared(table)
    scaler = StandardScaler().fit(raw.train.inputs[:, :-1])
    np.testing.assert_allclose(examples.input_mean, scaler.mean_, rtol=1e-13)
    np.testing.assert_allclose(examples.input_scale, scaler.scale_, rtol=1e-13)
    for ours, theirs in zip(splits(examples), splits(raw), strict=True):
        np.testing.assert_allclose(ours.inputs[:, :-1], scaler.transform(theirs.inputs[:, :-1]), atol=1e-12)
    assert np.abs(examples.test.inputs[:, :-1].mean(axis=0)).max() > 1e-3


def test_class_targets_are_never_standardized():
    examples = prepared(load(Iris(), 0))
    assert (examples.target_mean, examples.target_scale) == (0.0, 1.0)
    assert set(np.unique(examples.train.targets)) == {0.0, 1.0}


def test_without_standardizing_inputs_are_those_of_the_table():
    table = load(Spiral(), 1)
    examples = prepared(table, "binary", standardize=False, test_fraction=0.0, validation_fraction=0.0)
    assert np.array_equal(np.sort(examples.train.inputs[:, 0]), np.sort(table.inputs[:, 0]))
    assert np.array_equal(examples.input_mean, [0.0, 0.0])
    assert np.array_equal(examples.input_scale, [1.0, 1.0])


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9, 1e-200])
def test_a_constant_column_is_only_centred(constant):
    table = numbers(30)
    table.inputs[:, 1] = constant
    examples = prepared(table, "regression")
    assert examples.input_scale[1] == 1.0
    for split in splits(examples):
        np.testing.assert_allclose(split.inputs[:, 1], 0.0, atol=1e-15 * max(constant, 1.0))


def test_constant_pixels_of_digits_survive_standardizing():
    examples = prepared(load(Digits(), 0), dtype=np.float32)
    assert np.isfinite(examples.train.inputs).all()
    assert np.all(examples.train.inputs[:, 0] == 0.0)


def test_constant_targets_are_only_centred():
    table = Table(numbers(10).inputs, np.full(10, 4.0), ("a", "b"))
    examples = prepared(table, "regression")
    assert np.all(examples.train.targets == 0.0)
    assert (examples.target_mean, examples.target_scale) == (4.0, 1.0)


@pytest.mark.parametrize("standardize", [True, False])
def test_regression_outputs_go_back_to_original_units(standardize):
    examples = prepared(load(Diabetes(), 0), "regression", standardize=standardize)
    for split in splits(examples):
        np.testing.assert_allclose(examples.original(split.targets)[:, 0], split.labels, rtol=1e-13)


def test_original_units_keep_the_working_type_and_the_shape():
    examples = prepared(load(Diabetes(), 0), "regression", dtype=np.float32)
    z = np.zeros((3, 4, 1), dtype=np.float32)
    assert examples.original(z).dtype == np.float32
    assert np.all(examples.original(z) == np.float32(examples.target_mean))
    assert examples.original(z).shape == z.shape


def test_float32_examples_are_the_float64_ones_rounded_once():
    table = load(Diabetes(), 0)
    double, single = (prepared(table, "regression", dtype=dtype) for dtype in (np.float64, np.float32))
    assert np.array_equal(double.train.inputs.astype(np.float32), single.train.inputs)
    assert np.array_equal(double.train.targets.astype(np.float32), single.train.targets)


def test_all_arrays_are_read_only():
    table = load(Spiral(), 0)
    examples = prepared(table, "binary")
    assert isinstance(examples, Examples)
    arrays = [table.inputs, table.targets, examples.input_mean, examples.input_scale]
    for split in splits(examples):
        arrays += [split.inputs, split.targets, split.labels]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0


def test_preparing_leaves_the_arrays_of_a_table_writable():
    table = numbers(1)
    prepared(table, "regression", standardize=False, test_fraction=0.0, validation_fraction=0.0)
    table.inputs[:] = 2.0
    table.targets[:] = 2.0


def test_a_real_table_is_read_once_and_does_not_depend_on_the_seed():
    assert load(Iris(), 0) is load(Iris(), 1)
    assert not load(Iris(), 0).inputs.flags.writeable


def test_a_drawn_table_depends_on_the_seed_and_the_fields():
    table = load(Spiral(), 0)
    assert np.array_equal(table.inputs, load(Spiral(), 0).inputs)
    assert not np.array_equal(table.inputs, load(Spiral(), 1).inputs)
    assert not np.array_equal(table.inputs, load(Spiral(noise=0.2), 0).inputs)
