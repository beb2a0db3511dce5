"""Datasets drawn from a formula."""

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.datasets import make_moons

from lrviz.engine.datasets.blobs import Blobs
from lrviz.engine.datasets.checkerboard import Checkerboard
from lrviz.engine.datasets.circle import Circle
from lrviz.engine.datasets.gauss import Gauss
from lrviz.engine.datasets.moons import Moons
from lrviz.engine.datasets.multi_gaussian import MultiGaussian
from lrviz.engine.datasets.plane import Plane
from lrviz.engine.datasets.rings import Rings
from lrviz.engine.datasets.sine import Sine
from lrviz.engine.datasets.spiral import Spiral
from lrviz.engine.datasets.step_function import StepFunction
from lrviz.engine.datasets.xor import Xor
from lrviz.engine.random import Purpose, stream

BINARY = [Spiral, Circle, Xor, Gauss, Moons, Checkerboard]
MULTICLASS = [Blobs, Rings]
REGRESSION = [Plane, MultiGaussian, Sine, StepFunction]
DRAWN = BINARY + MULTICLASS + REGRESSION
# Spirals of 1.5 turns and three rings have gaps of 1/3 and 0.4/3, squares of a 4 × 4 board are ½ wide.
UNIT = {Spiral: 1.0 / 3.0, Checkerboard: 0.5, Rings: 0.4 / 3.0}


def make(dataset, seed=3):
    return dataset.make(stream(seed, Purpose.POINTS))


@pytest.mark.parametrize("part", DRAWN)
@pytest.mark.parametrize("samples", [1, 2, 3, 400])
def test_a_table_has_as_many_examples_as_asked_for(part, samples):
    table = make(part(samples=samples))
    assert table.inputs.shape == (samples, 1 if part in (Sine, StepFunction) else 2)
    assert table.targets.shape == (samples,)
    assert len(table.features) == table.inputs.shape[1]
    assert table.image is None
    assert table.inputs.dtype == table.targets.dtype == np.float64


@pytest.mark.parametrize("part", DRAWN)
@pytest.mark.parametrize(
    "wrong", [{"samples": 0}, {"samples": 100_001}, {"noise": -0.1}, {"noise": 2.1}, {"noise": np.nan}]
)
def test_values_out_of_range_are_refused(part, wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        part(**wrong)


@pytest.mark.parametrize("turns", [0.4, 5.1])
def test_a_spiral_refuses_turns_out_of_range(turns):
    with pytest.raises(ValidationError, match="turns"):
        Spiral(turns=turns)


@pytest.mark.parametrize("part", DRAWN)
def test_the_same_seed_draws_the_same_table_and_another_seed_another(part):
    table, again, other = make(part()), make(part()), make(part(), seed=4)
    assert np.array_equal(table.inputs, again.inputs)
    assert np.array_equal(table.targets, again.targets)
    changed = other.inputs != table.inputs
    assert changed.all()


@pytest.mark.parametrize("part", DRAWN)
def test_noiseless_inputs_fill_the_square_from_minus_one_to_one(part):
    inputs = make(part(noise=0.0, samples=4000)).inputs
    assert np.abs(inputs).max() <= 1.0
    assert np.abs(inputs).max() >= 0.5


@pytest.mark.parametrize("part", BINARY)
@pytest.mark.parametrize("samples", [1, 2, 3, 400, 401])
def test_classes_are_balanced_to_one_example(part, samples):
    table = make(part(samples=samples))
    counts = [np.sum(table.targets == label) for label in (0, 1)]
    assert sum(counts) == samples
    assert abs(counts[0] - counts[1]) <= 1
    assert len(table.classes) == 2


@pytest.mark.parametrize("part", MULTICLASS)
@pytest.mark.parametrize("classes", [3, 4, 10])
@pytest.mark.parametrize("samples", [1, 5, 400, 401])
def test_many_classes_are_balanced_to_one_example(part, classes, samples):
    table = make(part(samples=samples, classes=classes))
    counts = [np.sum(table.targets == label) for label in range(classes)]
    assert sum(counts) == samples
    assert max(counts) - min(counts) <= 1
    assert len(set(table.classes)) == classes


@pytest.mark.parametrize("part", MULTICLASS)
@pytest.mark.parametrize("classes", [2, 11])
def test_numbers_of_classes_out_of_range_are_refused(part, classes):
    with pytest.raises(ValidationError, match="classes"):
        part(classes=classes)


@pytest.mark.parametrize("part", REGRESSION)
def test_regression_tables_have_no_classes(part):
    assert make(part()).classes == ()


@pytest.mark.parametrize("part", BINARY + MULTICLASS)
def test_noise_moves_points_normally_with_its_standard_deviation(part):
    clean, noisy = (make(part(samples=20_000, noise=noise)) for noise in (0.0, 0.3))
    moved = noisy.inputs - clean.inputs
    scale = 0.3 * UNIT.get(part, 1.0)
    # Four standard errors of the mean, of the deviation and of the correlation of 20,000 draws.
    assert np.abs(moved.mean(axis=0)).max() < 4 * scale / np.sqrt(20_000)
    assert np.abs(moved.std(axis=0) / scale - 1.0).max() < 4 / np.sqrt(40_000)
    assert abs(np.corrcoef(moved.T)[0, 1]) < 4 / np.sqrt(20_000)
    assert np.array_equal(noisy.targets, clean.targets)


@pytest.mark.parametrize("part", REGRESSION)
def test_noise_of_a_regression_is_on_the_target_only(part):
    clean, noisy = (make(part(samples=20_000, noise=noise)) for noise in (0.0, 0.3))
    assert np.array_equal(noisy.inputs, clean.inputs)
    moved = noisy.targets - clean.targets
    assert abs(moved.mean()) < 4 * 0.3 / np.sqrt(20_000)
    assert abs(moved.std() / 0.3 - 1.0) < 4 / np.sqrt(40_000)


@pytest.mark.parametrize("turns", [0.5, 1.5, 5.0])
def test_a_noiseless_spiral_lies_on_its_two_arms(turns):
    table = make(Spiral(noise=0.0, turns=turns))
    radius = np.hypot(*table.inputs.T)
    angle = 2 * np.pi * turns * radius + np.pi * table.targets
    assert np.all((radius >= 0.1 - 1e-15) & (radius <= 1.0))
    np.testing.assert_allclose(
        table.inputs, radius[:, None] * np.c_[np.cos(angle), np.sin(angle)], atol=1e-13
    )


def test_a_noiseless_circle_is_a_disc_and_a_ring_of_even_area():
    table = make(Circle(noise=0.0, samples=40_000))
    radius = np.hypot(*table.inputs.T)
    disc, ring = radius[table.targets == 0], radius[table.targets == 1]
    assert disc.max() <= 0.5
    assert ring.min() >= 0.7 - 1e-15
    assert ring.max() <= 1.0
    # Even over the area: r² is uniform, so half of the points lie inside the radius that halves the area.
    error = 4 * 0.5 / np.sqrt(20_000)
    assert abs(np.mean(disc**2 < 0.25 / 2) - 0.5) < error
    assert abs(np.mean(ring**2 < (0.49 + 1.0) / 2) - 0.5) < error


def test_noiseless_xor_is_the_sign_of_the_product_in_all_four_squares():
    table = make(Xor(noise=0.0))
    assert np.array_equal(table.targets == 1, table.inputs[:, 0] * table.inputs[:, 1] < 0)
    assert np.abs(table.inputs).min() >= 0.1
    assert len(np.unique(np.sign(table.inputs), axis=0)) == 4


def test_noiseless_gauss_is_its_two_centres():
    table = make(Gauss(noise=0.0))
    assert np.array_equal(table.inputs, np.where(table.targets[:, None] == 1, [[0.5, 0.5]], [[-0.5, -0.5]]))


def test_noiseless_moons_lie_on_the_half_circles_of_scikit_learn():
    table = make(Moons(noise=0.0))
    points = table.inputs * 1.5 + [0.5, 0.25]
    reference, labels = make_moons(100_000, shuffle=False)
    for label, centre in ((0, (0.0, 0.0)), (1, (1.0, 0.5))):
        ours, theirs = points[table.targets == label], reference[labels == label]
        np.testing.assert_allclose(np.hypot(*(ours - centre).T), 1.0, atol=1e-14)
        np.testing.assert_allclose(np.hypot(*(theirs - centre).T), 1.0, atol=1e-14)
        assert np.all(ours >= theirs.min(axis=0) - 1e-9)
        assert np.all(ours <= theirs.max(axis=0) + 1e-9)


def test_a_noiseless_plane_is_linear_in_both_inputs():
    table = make(Plane(noise=0.0))
    solution, *_ = np.linalg.lstsq(np.c_[table.inputs, np.ones(400)], table.targets, rcond=None)
    np.testing.assert_allclose(solution, [1.0, -0.5, 0.0], atol=1e-14)
    np.testing.assert_allclose(table.targets, table.inputs @ [1.0, -0.5], atol=1e-15)


def test_a_noiseless_sine_is_the_sine_of_its_input():
    table = make(Sine(noise=0.0))
    np.testing.assert_allclose(table.targets, np.sin(2 * np.pi * table.inputs[:, 0]), atol=1e-15)


@pytest.mark.parametrize("squares", [2, 3, 4, 9])
def test_a_noiseless_checkerboard_is_a_board_with_gaps(squares):
    table = make(Checkerboard(noise=0.0, squares=squares, samples=8000))
    place = (table.inputs + 1.0) / 2.0 * squares
    square = np.floor(place)
    assert np.array_equal(square.sum(axis=1) % 2, table.targets)
    inside = place - square
    assert inside.min() >= 0.1 - 1e-12
    assert inside.max() <= 0.9 + 1e-12
    for label in (0, 1):
        own, counts = np.unique(square[table.targets == label], axis=0, return_counts=True)
        assert len(own) == (squares**2 + 1 - label) // 2
        # Every square of a class is as likely as any other.
        expected = 4000 / len(own)
        assert np.abs(counts - expected).max() < 4.5 * np.sqrt(expected)


def test_noiseless_blobs_are_their_centres_clockwise_from_the_top():
    table = make(Blobs(noise=0.0, classes=4))
    centres = np.array([[0.0, 0.7], [0.7, 0.0], [0.0, -0.7], [-0.7, 0.0]])
    np.testing.assert_allclose(table.inputs, centres[table.targets.astype(int)], atol=1e-15)


@pytest.mark.parametrize("classes", [3, 10])
def test_noiseless_rings_have_gaps_and_an_even_area(classes):
    table = make(Rings(noise=0.0, classes=classes, samples=30_000))
    radius = np.hypot(*table.inputs.T)
    for label in range(classes):
        own = radius[table.targets == label]
        inner, outer = (label + 0.4) / classes, (label + 1) / classes
        assert own.min() >= inner - 1e-15
        assert own.max() <= outer
        halved = np.mean(own**2 < (inner**2 + outer**2) / 2)
        assert abs(halved - 0.5) < 4.5 * 0.5 / np.sqrt(len(own))


def test_noiseless_hills_and_valleys_are_those_of_the_tensorflow_playground():
    table = make(MultiGaussian(noise=0.0, samples=4000))
    expected = np.zeros(4000)
    for x, y, sign in ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)):
        distance = np.hypot(6 * table.inputs[:, 0] - x, 6 * table.inputs[:, 1] - y)
        label = sign * np.clip(1 - distance / 2, 0, 1)
        expected = np.where(np.abs(label) > np.abs(expected), label, expected)
    np.testing.assert_allclose(table.targets, expected, atol=1e-14)
    assert table.targets.min() < -0.9
    assert table.targets.max() > 0.9


def test_a_noiseless_step_is_minus_one_and_then_one():
    table = make(StepFunction(noise=0.0))
    assert np.array_equal(table.targets, np.where(table.inputs[:, 0] < 0, -1.0, 1.0))
    assert set(np.unique(table.targets)) == {-1.0, 1.0}
