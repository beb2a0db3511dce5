import numpy as np
import pytest
from PySide6.QtCore import QPointF

from lrviz.engine.datasets import Circle, Iris, Plane, Sine
from lrviz.engine.datasets.base import Table
from lrviz.gui.painting import class_colors
from lrviz.gui.panels.decision_map import DecisionMapPanel
from lrviz.gui.panels.plane import original_inputs
from lrviz.gui.theme import DARK, LIGHT

SUM_OF_INPUTS = [4.0, 4.0, 0.0]


@pytest.fixture
def panel(qtbot):
    panel = DecisionMapPanel(DARK)
    qtbot.addWidget(panel)
    panel.resize(290, 370)
    return panel


@pytest.fixture
def far_away() -> Table:
    """Two classes around (100, −5000), to tell original from standardized inputs."""
    random = np.random.default_rng(0)
    points = np.array([100.0, -5000.0]) + random.uniform(-3, 3, (80, 2))
    return Table(points, (points.sum(axis=1) > -4900).astype(float), ("x₁", "x₂"), classes=("no", "yes"))


def test_blue_is_upper_right_when_class_1_has_large_inputs(panel, snapshot):
    panel.draw(snapshot(Circle(), hidden=(), params=SUM_OF_INPUTS))
    rect, picture = panel.axes().rect, panel.grab().toImage()
    upper_right = picture.pixelColor(int(rect.right()) - 4, int(rect.top()) + 4)
    lower_left = picture.pixelColor(int(rect.left()) + 4, int(rect.bottom()) - 4)
    assert upper_right.blue() > 1.5 * upper_right.red()
    assert lower_left.red() > 1.5 * lower_left.blue()


@pytest.mark.parametrize(("corner", "second_large"), [((0, 0), True), ((-1, 0), False)])
def test_the_second_input_grows_upwards(panel, snapshot, corner, second_large):
    panel.draw(snapshot(Circle(), hidden=(), params=[0.0, 9.0, 0.0]))
    color = int(panel.pixels()[corner])
    blue, red = color & 0xFF, color >> 16 & 0xFF
    assert (blue > red) is second_large


def test_the_axes_are_in_original_units_and_hold_every_example(panel, snapshot, far_away):
    shown = snapshot(far_away, "binary")
    panel.draw(shown)
    axes = panel.axes()
    points = original_inputs(shown.examples, shown.examples.train)
    assert np.allclose(points.mean(axis=0), [100, -5000], atol=1)
    for x, y in points:
        assert axes.rect.contains(axes.at(x, y))


def test_scales_are_equal_and_the_map_is_square(panel, snapshot):
    panel.draw(snapshot(Circle()))
    axes = panel.axes()
    assert axes.rect.width() == pytest.approx(axes.rect.height())
    assert axes.x[1] - axes.x[0] == pytest.approx(axes.y[1] - axes.y[0])


@pytest.mark.parametrize("standardize", [True, False])
def test_features_are_derived_for_every_place_of_the_map(panel, snapshot, standardize):
    # A linear model of the squares: class 1 outside the circle of radius 0.6.
    features = ("x1^2", "x2^2")
    examples = snapshot(Circle(), features=features, standardize=standardize).examples
    mean, scale = examples.input_mean[2:], examples.input_scale[2:]
    params = [0, 0, *(50.0 * scale), 50.0 * (mean.sum() - 0.36)]
    shown = snapshot(Circle(), hidden=(), params=params, features=features, standardize=standardize)
    panel.draw(shown)
    cells = panel._grid.cells
    x, y = (low + (high - low) * (np.arange(cells) + 0.5) / cells for low, high in panel._grid.ranges)
    expected = 1 / (1 + np.exp(-50.0 * (x**2 + y[::-1, None] ** 2 - 0.36)))
    np.testing.assert_allclose(panel._predicted[:, 1].reshape(cells, cells), expected, atol=1e-4)
    assert panel.text_at(panel.axes().at(0.3, 0.2)).endswith("p(ring) = 0.000")
    assert panel.text_at(panel.axes().at(-0.7, 0.2)).startswith("x₁ = -0.7, x₂ = 0.2\np(ring) = ")
    points = original_inputs(shown.examples, shown.examples.train)
    assert points.shape[1] == 2
    assert np.abs(points).max() < 1.3
    panel.grab()


def test_hovering_reads_the_inputs_and_the_probability_there(panel, snapshot, far_away):
    shown = snapshot(far_away, "binary", hidden=(), params=[1.5, -0.5, 0.25])
    panel.draw(shown)
    axes, examples = panel.axes(), shown.examples
    at = axes.at(101.0, -4999.0)
    z = [1.5, -0.5] @ ((np.array([101.0, -4999.0]) - examples.input_mean) / examples.input_scale) + 0.25
    assert panel.text_at(at) == f"x₁ = 100, x₂ = -5000\np(yes) = {1 / (1 + np.exp(-z)):.3f}"
    assert panel.text_at(QPointF(1, 1)) == ""


def test_each_region_has_its_class_colour_and_is_named(panel, snapshot, three_blobs):
    # One logit for each class, largest around its own blob.
    panel.draw(snapshot(three_blobs, "multiclass", hidden=(), params=[0, 9, 0, -9, -5, 0, 9, -5, 0]))
    axes = panel.axes()
    assert "p(top) = 1.000" in panel.text_at(axes.at(0, 3))
    assert "p(left) = 1.000" in panel.text_at(axes.at(-3, -2))
    assert "p(right) = 1.000" in panel.text_at(axes.at(3, -2))
    pixels = panel.pixels()
    assert len({int(pixels[2, 40]), int(pixels[-10, 2]), int(pixels[-10, -3])}) == 3


def test_regression_reads_out_in_the_unit_of_the_table(panel, snapshot):
    shown = snapshot(Plane(), hidden=(), params=[0.0, 0.0, 0.0])
    panel.draw(shown)
    mean = shown.examples.train.labels.mean()
    assert panel.text_at(panel.axes().rect.center()).endswith(f"predicted {mean:.3g}")


def test_one_input_gives_a_curve_in_a_picture_wider_than_high(panel, snapshot):
    shown = snapshot(Sine(), hidden=(), params=[0.0, 0.0])
    panel.resize(580, 300)
    panel.draw(shown)
    assert panel.axes().rect.width() > panel.axes().rect.height()
    panel.grab()
    middle = panel.axes().at(0.0, shown.examples.train.labels.mean())
    color = panel.grab().toImage().pixelColor(int(middle.x()), int(middle.y()))
    assert color.blue() > 200 > 100 > color.red()


def test_weights_that_are_not_finite_are_grey_and_said_so(panel, snapshot):
    for value in (np.nan, np.inf):
        shown = snapshot(Circle(), params=value)
        shown.generation = value
        panel.draw(shown)
        assert len(np.unique(panel.pixels())) == 1
        panel.grab()
    curve = snapshot(Sine(), params=np.nan)
    curve.generation = 7
    panel.draw(curve)
    panel.grab()


def test_the_context_is_the_newest_test_score(panel, snapshot):
    assert panel.context(snapshot(Circle(), score=0.984)) == "test accuracy 98 %"
    assert panel.context(snapshot(Circle(), score=1.0)) == "test accuracy 100 %"
    assert panel.context(snapshot(Circle(), score=0.9991)) == "test accuracy 99.9 %"
    assert panel.context(snapshot(Sine(), score=0.971)) == "test R² 0.97"
    assert panel.context(snapshot(Circle())) == ""
    assert panel.context(snapshot(Circle(), score=np.nan)) == "not finite"


def test_the_grid_is_kept_as_long_as_the_examples_are(panel, snapshot):
    shown = snapshot(Circle())
    panel.draw(shown)
    kept = panel._grid
    shown.step += 1
    panel.draw(shown)
    assert panel._grid is kept
    shown.examples = snapshot(Circle(noise=0.3)).examples
    shown.generation += 1
    panel.draw(shown)
    assert panel._grid is not kept


def test_only_data_with_one_or_two_inputs_suits(snapshot):
    assert DecisionMapPanel.suits(snapshot(Circle()))
    assert DecisionMapPanel.suits(snapshot(Sine()))
    assert not DecisionMapPanel.suits(snapshot(Iris()))


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_class_colours_differ_from_one_another_and_from_the_learning_rate(theme):
    for count in (2, 3, 10):
        colors = class_colors(theme, count)
        assert len({*colors, theme.amber}) == count + 1
