"""Every surface: its gradient, its minima, its range."""

import numpy as np
import pytest

from lrviz.engine.parts import kinds
from lrviz.engine.surfaces import AnySurface, Quadratic, Rastrigin, Rosenbrock

SURFACES = [
    *(part() for part in kinds(AnySurface).values() if part.name() != "expression"),
    Quadratic(curvature=3.0, condition=250.0, angle=-70.0),
    Rosenbrock(a=-0.5, b=7.0),
    Rastrigin(A=3.0),
]
every = pytest.mark.parametrize("surface", SURFACES, ids=repr)


def places(surface, count=200):
    low, high = np.array(surface.left_bottom), np.array(surface.right_top)
    return (low + (high - low) * np.random.default_rng(2).uniform(size=(count, 2))).T


@every
def test_gradients_are_those_of_finite_differences(surface):
    x, y = places(surface)
    step = 1e-5
    by_x = (surface.value(x + step, y) - surface.value(x - step, y)) / (2 * step)
    by_y = (surface.value(x, y + step) - surface.value(x, y - step)) / (2 * step)
    size = np.hypot(by_x, by_y) + 1e-3
    for found, expected in zip(surface.gradient(x, y), (by_x, by_y), strict=True):
        assert (np.abs(found - expected) <= 1e-6 * size).all()


@every
def test_nothing_is_lower_than_the_minima_and_there_it_is_flat(surface):
    x, y = np.array(surface.minima()).T
    lowest = surface.value(x, y)
    np.testing.assert_allclose(lowest, lowest[0], atol=1e-12)
    for slope in surface.gradient(x, y):
        np.testing.assert_allclose(slope, 0.0, atol=1e-9)
    assert (surface.value(*places(surface, 5000)) >= lowest[0] - 1e-12).all()


@every
def test_walks_begin_and_end_where_one_looks(surface):
    for point in (surface.start, *surface.minima()):
        for at, low, high in zip(point, surface.left_bottom, surface.right_top, strict=True):
            assert low <= at <= high


@every
def test_float32_stays_float32(surface):
    x, y = (place.astype(np.float32) for place in places(surface))
    assert surface.value(x, y).dtype == np.float32
    assert {slope.dtype for slope in surface.gradient(x, y)} == {np.dtype(np.float32)}


def test_a_bowl_has_the_curvatures_it_is_told_to_have():
    bowl = Quadratic(curvature=4.0, condition=20.0, angle=25.0)
    columns = [bowl.gradient(np.array(x), np.array(y)) for x, y in ((1.0, 0.0), (0.0, 1.0))]
    np.testing.assert_allclose(np.linalg.eigvalsh(np.array(columns)), [0.2, 4.0], rtol=1e-12)
