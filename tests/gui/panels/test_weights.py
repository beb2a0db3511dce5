import numpy as np
import pytest

from lrviz.gui.panels.weights import QUANTILES, WeightsPanel


@pytest.fixture
def quantiles():
    """(steps, layers, quantiles) of three layers of growing spread."""
    weights = np.random.default_rng(0).normal(size=(40, 3, 500)) * np.array([1, 2, 3])[:, None]
    return np.moveaxis(np.quantile(weights, QUANTILES, axis=2), 0, 2)


def snapshot_of(doubles, values, **fields):
    series = {"weight quantiles": doubles.recorded(values.reshape(len(values), -1))}
    return doubles.snapshot(series, step=len(values), **fields)


def test_bands_are_nested_between_the_quantiles_of_the_chosen_layer(open_panel, doubles, quantiles):
    panel = open_panel(WeightsPanel, (290, 370))
    panel.draw(snapshot_of(doubles, quantiles))
    panel.layers.setCurrentIndex(1)
    shapes = panel.plot.shapes
    pairs = {"min to max": (0, 10), "1–99 %": (1, 9), "5–95 %": (2, 8), "10–90 %": (3, 7), "25–75 %": (4, 6)}
    for name, (lower, upper) in pairs.items():
        np.testing.assert_array_equal(shapes[name].values, quantiles[:, 1, lower])
        np.testing.assert_array_equal(shapes[name].upper, quantiles[:, 1, upper])
    np.testing.assert_array_equal(shapes["median"].values, quantiles[:, 1, 5])


def test_there_is_a_tab_for_each_layer_and_the_context_names_the_chosen_one(open_panel, doubles, quantiles):
    panel = open_panel(WeightsPanel, (290, 370))
    panel.draw(snapshot_of(doubles, quantiles))
    assert [panel.layers.tabText(index) for index in range(panel.layers.count())] == ["1", "2", "3"]
    panel.layers.setCurrentIndex(2)
    assert panel.contexts == ["layer 1, over time", "layer 3, over time"]


def test_the_chosen_layer_stays_while_there_is_one(open_panel, doubles, quantiles):
    panel = open_panel(WeightsPanel, (290, 370))
    panel.draw(snapshot_of(doubles, quantiles))
    panel.layers.setCurrentIndex(2)
    panel.draw(snapshot_of(doubles, quantiles, generation=2))
    assert panel.layers.currentIndex() == 2
    panel.draw(snapshot_of(doubles, quantiles[:, :2], generation=3))
    assert (panel.layers.count(), panel.layers.currentIndex()) == (2, 1)
    assert panel.contexts[-1] == "layer 2, over time"


def test_one_layer_needs_no_tabs(open_panel, doubles, quantiles):
    panel = open_panel(WeightsPanel, (290, 370))
    panel.draw(snapshot_of(doubles, quantiles[:, :1]))
    assert not panel.layers.isVisible()


def test_it_asks_for_its_probe():
    assert WeightsPanel.probes == ("weight quantiles",)
