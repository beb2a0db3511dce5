"""Metrics against scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics as reference

from lrviz.engine.metrics import (
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    mean_absolute_error,
    r_squared,
)

RUNS, COUNT = 4, 60
classes = pytest.mark.parametrize("classes", [2, 3, 10])
regressions = pytest.mark.parametrize("metric", [r_squared, mean_absolute_error])


def decisions(classes, seed=0):
    """Class numbers (COUNT,), uneven, and what RUNS runs took them for."""
    random = np.random.default_rng(seed)
    true = np.minimum(random.geometric(0.4, COUNT) - 1, classes - 1)
    true[:classes] = np.arange(classes)
    return true, np.where(
        random.random((RUNS, COUNT)) < 0.6, true, random.integers(classes, size=(RUNS, COUNT))
    )


def predictions():
    random = np.random.default_rng(1)
    true = random.normal(3.0, 2.0, COUNT)
    return true, true + random.normal(size=(RUNS, COUNT))


@classes
def test_accuracy_is_that_of_scikit_learn_for_each_run(classes):
    true, decided = decisions(classes)
    expected = [reference.accuracy_score(true, row) for row in decided]
    np.testing.assert_allclose(accuracy(true, decided), expected, rtol=1e-15)


@classes
def test_balanced_accuracy_is_that_of_scikit_learn_for_each_run(classes):
    true, decided = decisions(classes)
    expected = [reference.balanced_accuracy_score(true, row) for row in decided]
    np.testing.assert_allclose(balanced_accuracy(true, decided, classes), expected, rtol=1e-14)
    assert not np.allclose(balanced_accuracy(true, decided, classes), accuracy(true, decided))


def test_a_class_that_does_not_occur_does_not_count_for_balanced_accuracy():
    true, decided = np.array([0, 0, 0, 2]), np.array([0, 0, 2, 2])
    expected = reference.balanced_accuracy_score(true, decided)
    np.testing.assert_allclose(balanced_accuracy(true, decided, 4), expected, rtol=1e-15)


@classes
def test_a_confusion_matrix_is_that_of_scikit_learn_for_each_run(classes):
    true, decided = decisions(classes)
    counts = confusion_matrix(true, decided, classes)
    assert counts.shape == (RUNS, classes, classes)
    for row, own in zip(decided, counts, strict=True):
        assert np.array_equal(own, reference.confusion_matrix(true, row, labels=np.arange(classes)))


def test_r_squared_is_that_of_scikit_learn_for_each_run():
    true, predicted = predictions()
    expected = [reference.r2_score(true, row) for row in predicted]
    np.testing.assert_allclose(r_squared(true, predicted), expected, rtol=1e-13)


def test_r_squared_of_a_constant_truth_is_not_a_number():
    assert np.isnan(r_squared(np.full(5, 2.0), np.zeros((3, 5)))).all()


def test_mean_absolute_error_is_that_of_scikit_learn_for_each_run():
    true, predicted = predictions()
    expected = [reference.mean_absolute_error(true, row) for row in predicted]
    np.testing.assert_allclose(mean_absolute_error(true, predicted), expected, rtol=1e-14)


@regressions
def test_single_numbers_are_computed_in_double_precision(metric):
    true, predicted = (values.astype(np.float32) for values in predictions())
    exact = metric(true.astype(np.float64), predicted.astype(np.float64))
    assert metric(true, predicted).dtype == np.float64
    np.testing.assert_allclose(metric(true, predicted), exact, rtol=1e-15)


@regressions
def test_one_run_gives_one_number_and_the_bits_it_gets_among_others(metric):
    true, predicted = predictions()
    for row, together in zip(predicted, metric(true, predicted), strict=True):
        assert metric(true, row).shape == ()
        assert metric(true, row) == together


@classes
def test_one_run_of_decisions_gives_what_it_gets_among_others(classes):
    true, decided = decisions(classes)
    for run in range(RUNS):
        assert accuracy(true, decided[run]) == accuracy(true, decided)[run]
        alone = balanced_accuracy(true, decided[run], classes)
        assert alone == balanced_accuracy(true, decided, classes)[run]
        counts = confusion_matrix(true, decided[run], classes)
        assert np.array_equal(counts, confusion_matrix(true, decided, classes)[run])


def test_every_run_may_have_its_own_truth():
    (one, first), (other, second) = (decisions(3, seed) for seed in (2, 3))
    counts = confusion_matrix(np.stack([one, other]), np.stack([first[0], second[0]]), 3)
    assert np.array_equal(counts[0], confusion_matrix(one, first[0], 3))
    assert np.array_equal(counts[1], confusion_matrix(other, second[0], 3))
