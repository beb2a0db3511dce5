"""Measured datasets."""

import numpy as np
import pytest
import sklearn.datasets

from lrviz.engine.datasets.breast_cancer import BreastCancer
from lrviz.engine.datasets.diabetes import Diabetes
from lrviz.engine.datasets.digits import Digits
from lrviz.engine.datasets.iris import Iris
from lrviz.engine.datasets.wine import Wine
from lrviz.engine.random import Purpose, stream

SHAPES = {
    Digits: (1797, 64, 10),
    BreastCancer: (569, 30, 2),
    Iris: (150, 4, 3),
    Wine: (178, 13, 3),
    Diabetes: (442, 10, 0),
}
RANDOM = stream(0, Purpose.POINTS)


@pytest.mark.parametrize(("part", "shape"), SHAPES.items())
def test_a_real_table_is_the_one_of_scikit_learn(part, shape):
    table = part().make(RANDOM)
    options = {"scaled": False} if part is Diabetes else {}
    inputs, targets = getattr(sklearn.datasets, f"load_{part.name()}")(return_X_y=True, **options)
    assert (*table.inputs.shape, len(table.classes)) == shape
    assert np.array_equal(table.inputs, inputs)
    assert np.array_equal(table.targets, targets)
    assert table.inputs.dtype == table.targets.dtype == np.float64
    assert len(table.features) == shape[1]
    assert part.real


def test_digits_are_pictures_of_eight_by_eight_pixels():
    table = Digits().make(RANDOM)
    assert table.image == (8, 8)
    assert table.classes == tuple("0123456789")
    assert (table.inputs.min(), table.inputs.max()) == (0.0, 16.0)
    assert np.array_equal(table.inputs.reshape(-1, 8, 8), sklearn.datasets.load_digits().images)


def test_names_are_plain_strings_in_the_order_of_the_classes():
    assert Iris().make(RANDOM).classes == ("setosa", "versicolor", "virginica")
    assert BreastCancer().make(RANDOM).classes == ("malignant", "benign")
    assert Diabetes().make(RANDOM).features[:3] == ("age", "sex", "bmi")
    assert all(type(name) is str for name in BreastCancer().make(RANDOM).features)


def test_only_digits_is_an_image():
    assert [part().make(RANDOM).image for part in (BreastCancer, Iris, Wine, Diabetes)] == [None] * 4


def test_diabetes_keeps_the_units_of_its_measurements():
    ages = Diabetes().make(RANDOM).inputs[:, 0]
    assert ages.min() >= 18
    assert ages.max() < 100
