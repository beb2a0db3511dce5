import numpy as np
import pytest

from lrviz.gui.plots.time_plot import TimePlot
from lrviz.gui.theme import DARK
from lrviz.session.series import Series


@pytest.fixture
def record():
    """Values (n,) or (n, C) at steps (1..n by default) as a view of a series."""

    def record(values, steps=None, capacity=32768):
        values = np.asarray(values, dtype=np.float64)
        values = values.reshape(len(values), -1)
        series = Series(values.shape[1], capacity)
        series.append(np.arange(1, len(values) + 1) if steps is None else np.asarray(steps), values)
        return series.view()

    return record


@pytest.fixture
def plot(qtbot):
    """A shown plot of 400 × 300 with a linear axis."""
    plot = TimePlot(DARK, "loss")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    qtbot.waitExposed(plot)
    return plot
