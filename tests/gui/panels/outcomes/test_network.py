import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from lrviz.engine.datasets import BreastCancer, Digits, Iris, Moons, Sine, Spiral
from lrviz.experiment.numbers import write
from lrviz.gui.painting import diverging, diverging_pixels
from lrviz.gui.panels.network import NetworkPanel
from lrviz.gui.panels.network_layout import MOST_EDGES
from lrviz.gui.theme import DARK


@pytest.fixture
def panel(qtbot):
    panel = NetworkPanel(DARK)
    qtbot.addWidget(panel)
    panel.resize(290, 370)
    return panel


def on_edge(panel, layer, source, target):
    """A place a quarter of the way along an edge."""
    drawn = panel._drawn()
    (found,) = np.flatnonzero((drawn.layer == layer) & (drawn.source == source) & (drawn.target == target))
    (x0, y0), (x1, y1) = drawn.curve[found, 0], drawn.curve[found, -1]
    t = 0.25
    x = x0 + (x1 - x0) * (1.5 * t - 1.5 * t**2 + t**3)
    return QPointF(x, y0 + (y1 - y0) * (3 * t**2 - 2 * t**3))


def test_hovering_an_edge_reads_its_weight_layer_and_units(panel, snapshot):
    shown = snapshot(Moons(), hidden=(6, 6))
    panel.draw(shown)
    weight = float(shown.model.matrices[1][4, 2])
    assert panel.text_at(on_edge(panel, 1, 2, 4)) == f"w = {write(weight, 2)}, layer 2, 3 → 5"


def test_hovering_a_node_reads_its_bias(panel, snapshot):
    shown = snapshot(Moons(), hidden=(6, 6))
    panel.draw(shown)
    columns = panel._arranged().columns
    bias = write(float(shown.model.matrices[1][3, -1]), 2)
    assert panel.text_at(columns[2].rects[3].center()) == f"layer 2, unit 4: bias = {bias}"
    assert panel.text_at(columns[0].rects[1].center()) == "input 2: x₂"
    assert panel.text_at(columns[3].rects[0].center()).startswith("output: bias = ")
    assert panel.text_at(QPointF(0, 0)) == ""


def test_an_edge_is_blue_when_positive_and_orange_when_negative(panel, snapshot):
    panel.draw(snapshot(Moons(), hidden=(), params=[2.0, -2.0, 0.0]))
    picture = panel.grab().toImage()
    positive, negative = (picture.pixelColor(on_edge(panel, 0, source, 0).toPoint()) for source in (0, 1))
    assert positive.blue() > 1.5 * positive.red()
    assert negative.red() > 1.5 * negative.blue()


def test_the_scale_runs_from_orange_to_blue():
    ends = diverging_pixels(np.array([-1.0, 1.0]), diverging(DARK))
    assert [QColor(int(end)).name() for end in ends] == [DARK.orange, DARK.blue]


def test_the_inputs_show_ramps_to_the_right_and_upwards(panel, snapshot):
    panel.draw(snapshot(Moons()))
    first, second = panel._nodes[0].levels
    assert (np.diff(first, axis=1) > 0).all()
    assert np.allclose(np.diff(first, axis=0), 0)
    assert (np.diff(second, axis=0) < 0).all()
    assert np.allclose(np.diff(second, axis=1), 0)


def test_a_feature_is_one_more_input_with_its_picture_and_name(panel, snapshot):
    panel.draw(snapshot(Moons(), features=("x1^2", "x1*x2"), standardize=False))
    first, second, square, product = panel._nodes[0].levels
    scaled = square / square.max()
    np.testing.assert_allclose(scaled, first**2 / (first**2).max(), atol=1e-6)
    np.testing.assert_allclose(
        product / np.abs(product).max(), first * second / np.abs(first * second).max(), atol=1e-6
    )
    column = panel._arranged().columns[0]
    assert panel.text_at(column.rects[3].center()) == "input 4: x₁x₂"
    assert len(column.rects) == 4
    panel.grab()


def test_a_node_shows_what_its_unit_computes_scaled_to_one(panel, snapshot):
    shown = snapshot(Moons(), hidden=(3,))
    panel.draw(shown)
    response = shown.model.responses(panel._grid.inputs)[0][:, 1]
    levels = panel._nodes[1].levels[1].ravel()
    assert np.abs(levels).max() == pytest.approx(1)
    assert np.allclose(levels * np.abs(response).max(), response, atol=1e-6)


def test_the_output_of_two_classes_shows_the_side_taken(panel, snapshot):
    shown = snapshot(Moons())
    panel.draw(shown)
    chances = shown.loss.probabilities(shown.model.outputs(panel._grid.inputs))[:, 1]
    assert np.allclose(panel._nodes[-1].levels[0].ravel(), 2 * chances - 1, atol=1e-6)


def test_one_input_gives_curves_blue_above_and_orange_below_zero(panel, snapshot):
    panel.draw(snapshot(Sine(), hidden=(), params=[1.0, 0.0]))
    ramp = panel._nodes[0].levels[0]
    assert ramp.max() == pytest.approx(1)
    assert (ramp[:14, :13] == 0).all()
    assert (ramp[14:, 15:] == 0).all()
    assert ramp[13, -1] == pytest.approx(1)
    assert ramp[14, 0] == pytest.approx(-1)


def test_an_image_takes_the_place_of_its_pixels(panel, snapshot):
    panel.draw(snapshot(Digits(), hidden=(16, 16)))
    layout = panel._arranged()
    assert len(layout.columns[0].rects) == 1
    assert len(layout.exits(0)) == 64
    assert panel.text_at(layout.columns[0].rects[0].center()).endswith("8 × 8 inputs")


def test_a_large_network_shows_its_strongest_edges_only(panel, snapshot):
    shown = snapshot(Digits(), hidden=(16, 16))
    panel.draw(shown)
    drawn = panel._drawn()
    assert 0.9 * MOST_EDGES < len(drawn.weight) <= MOST_EDGES
    for layer, matrix in enumerate(shown.model.matrices):
        here = np.abs(drawn.weight[drawn.layer == layer])
        strongest = np.sort(np.abs(matrix[:, :-1]).ravel())[-len(here) :]
        assert np.array_equal(np.sort(here), strongest)


def test_outputs_of_several_classes_carry_their_names(panel, snapshot):
    panel.draw(snapshot(Iris()))
    last = panel._arranged().columns[-1].rects
    assert panel.text_at(last[1].center()).startswith("output versicolor: bias = ")


def test_many_inputs_of_a_table_are_condensed(panel, snapshot):
    panel.draw(snapshot(BreastCancer()))
    first = panel._arranged().columns[0]
    assert (len(first.rects), first.left_out) == (10, 20)


@pytest.mark.parametrize("size", [(250, 200), (290, 370), (580, 370)])
@pytest.mark.parametrize("hidden", [(), (1,), (14, 14), (40, 3), (4,) * 16])
def test_every_network_fits_into_the_panel(panel, snapshot, size, hidden):
    panel.resize(*size)
    panel.draw(snapshot(Spiral(), hidden=hidden))
    layout, area = panel._arranged(), panel.area()
    assert len(layout.columns) == len(hidden) + 2
    for column, units in zip(layout.columns, (2, *hidden, 1), strict=True):
        assert len(column.rects) + column.left_out == units
        assert all(area.contains(rect) for rect in column.rects)
        tops = [rect.top() for rect in column.rects]
        assert all(rect.bottom() < top for rect, top in zip(column.rects, tops[1:], strict=False))
    for left, right in zip(layout.columns, layout.columns[1:], strict=False):
        assert left.rects[0].right() < right.rects[0].left()
    panel.grab()


@pytest.mark.parametrize("dataset", [Spiral(), Sine(), Digits(), Iris()])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_leave_grey_nodes(dataset, value, panel, snapshot):
    panel.draw(snapshot(dataset, params=value))
    panel.grab()
    assert panel._nodes[0].finite.all()
    assert not panel._nodes[-1].finite.any()
    assert all(np.isfinite(nodes.levels).all() for nodes in panel._nodes)


def test_a_single_weight_that_is_not_finite_greys_what_depends_on_it(panel, snapshot):
    shown = snapshot(Spiral(), hidden=(3,))
    params = shown.model.params.copy()
    params[4] = np.nan
    panel.draw(snapshot(Spiral(), hidden=(3,), params=params))
    assert panel._nodes[1].finite.tolist() == [True, False, True]
    assert "nan" in panel.text_at(on_edge(panel, 0, 1, 1))
    panel.grab()


def test_another_network_is_laid_out_anew(panel, snapshot):
    panel.draw(snapshot(Moons(), hidden=(3,)))
    panel.grab()
    wider = snapshot(Moons(), hidden=(5, 2))
    wider.generation = 2
    panel.draw(wider)
    assert [len(column.rects) for column in panel._arranged().columns] == [2, 5, 2, 1]
