import numpy as np

from lrviz.gui.panels.norms import WeightNormsPanel


def test_every_layer_has_a_line_of_its_own_colour(open_panel, doubles):
    norms = np.arange(30.0).reshape(10, 3) + 1
    panel = open_panel(WeightNormsPanel, (290, 370))
    panel.draw(doubles.snapshot({"weight norm": doubles.recorded(norms)}, step=10))
    assert list(panel.plot.shapes) == ["layer 1", "layer 2", "layer 3"]
    assert len({curve.color for curve in panel.plot.curves.values()}) == 3
    for layer, shape in enumerate(panel.plot.shapes.values()):
        np.testing.assert_array_equal(shape.values, norms[:, layer])


def test_the_context_says_from_which_step_on_it_was_measured(open_panel, doubles):
    panel = open_panel(WeightNormsPanel, (290, 370))
    view = doubles.recorded(np.ones((20, 2)), np.arange(1000, 1200, 10))
    panel.draw(doubles.snapshot({"weight norm": view}, step=1190))
    assert panel.contexts == ["per layer, from step 1,000"]


def test_it_asks_for_its_probe():
    assert WeightNormsPanel.probes == ("weight norm",)
