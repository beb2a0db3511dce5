import numpy as np
import pytest

from lrviz.gui.plots import curves
from lrviz.gui.plots.curves import Band, Line, axis_values


def test_a_log_axis_takes_zero_and_less_as_the_smallest_positive_value():
    values = axis_values(np.array([1.0, 0.0, -3.0, 0.01, np.inf]), log=True)
    np.testing.assert_allclose(values, [0.0, -2.0, -2.0, -2.0, np.inf])


def test_nothing_positive_means_nothing_on_a_log_axis(record):
    assert Line(record([0.0, -1.0, 0.0]), "#ffffff").shape(0, 3, 100, log=True) is None


def test_a_line_leaves_out_what_is_not_finite(record):
    shape = Line(record([1.0, np.nan, np.inf, 4.0]), "#ffffff").shape(0, 4, 100, log=False)
    assert (shape.steps.tolist(), shape.values.tolist()) == ([1, 4], [1, 4])
    assert (shape.low, shape.high) == (1, 4)


def test_a_spike_is_drawn_at_its_height_however_many_samples_share_a_pixel(record):
    values = np.ones(100_000)
    values[77_777] = 50.0
    shape = Line(record(values, capacity=1024), "#ffffff").shape(0, 100_000, 200, log=False)
    assert len(shape.values) < 600
    assert shape.values.max() == 50.0
    assert shape.steps[np.argmax(shape.values)] == pytest.approx(77_777, abs=500)


def test_a_rising_or_falling_curve_of_merged_samples_is_monotone(record):
    rising = np.arange(10_000.0)
    for values, sign in ((rising, 1), (-rising, -1)):
        shape = Line(record(values), "#ffffff").shape(0, 10_000, 100, log=False)
        assert np.all(sign * np.diff(shape.values) >= 0)
        assert np.all(np.diff(shape.steps) >= 0)


def test_a_smooth_line_runs_through_the_middle_of_noise(record):
    values = 1.0 + np.random.default_rng(0).uniform(-0.5, 0.5, 20_000)
    shape = Line(record(values), "#ffffff", smooth=True).shape(0, 20_000, 300, log=False)
    assert np.abs(shape.values - 1.0).max() < 0.1


def test_dips_of_a_faint_line_do_not_widen_a_log_axis(record):
    values = np.ones(10_000)
    values[5000] = 1e-12
    view = record(values)
    assert Line(view, "#ffffff", faint=True).shape(0, 10_000, 400, log=True).low == 0.0
    assert Line(view, "#ffffff").shape(0, 10_000, 400, log=True).low == -12.0


def test_the_read_out_gives_the_value_of_the_nearest_step_exactly(record):
    line = Line(record([0.5, 0.25, 0.125], steps=[10, 20, 30]), "#ffffff")
    assert line.reading(22, line.shape(0, 30, 100, False), False) == (20, "0.25")


def test_the_read_out_of_merged_samples_also_gives_their_range(record):
    line = Line(record([1.0, 3.0, 2.0] * 4, capacity=4), "#ffffff")
    step, text = line.reading(4, line.shape(0, 12, 100, False), False)
    assert (step, text) == (4, "1  (1 to 3)")


def test_the_read_out_of_a_smooth_line_is_in_units_of_the_quantity_on_a_log_axis(record):
    line = Line(record(np.full(50, 0.02)), "#ffffff", smooth=True)
    assert line.reading(25, line.shape(0, 50, 100, True), True) == (25, "0.02")


def test_a_band_lies_between_its_channels(record):
    values = np.stack([-np.arange(50.0), np.zeros(50), np.arange(50.0)], axis=1)
    band = Band(record(values), "#ffffff", 0, 2)
    shape = band.shape(0, 50, 100, False)
    np.testing.assert_array_equal(shape.values, -np.arange(50.0))
    np.testing.assert_array_equal(shape.upper, np.arange(50.0))
    assert band.reading(11, shape, False) == (11, "-10 to 10")


def test_dashes_are_as_long_on_steep_parts_as_on_flat_ones(monkeypatch):
    drawn = []
    monkeypatch.setattr(curves, "draw_lines", lambda _painter, ends: drawn.append(ends))
    for x, y in (([0.0, 90.0], [0.0, 0.0]), ([0.0, 1.0], [0.0, 90.0])):
        curves.draw_dashes(None, np.array(x), np.array(y), 6.0, 3.0)
    for ends in drawn:
        lengths = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
        dashes = lengths[lengths > 0.01]
        assert len(dashes) == 10
        np.testing.assert_allclose(dashes, 6.0, rtol=1e-3)


def test_on_a_log_axis_an_explosion_does_not_draw_the_smooth_line_up_before_it(record):
    values = np.concatenate([np.full(200, 0.5), 0.5 * 10.0 ** np.arange(30.0)])
    shape = Line(record(values), "#ffffff", smooth=True).shape(0, 230, 500, log=True)
    assert shape.values[150] < np.log10(0.6)
