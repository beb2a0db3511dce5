import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrviz.gui.plots.reduction import at_step, cell, reduced, smoothed
from lrviz.session.series import Series


def recorded(values, capacity):
    series = Series(1, capacity)
    series.append(np.arange(1, len(values) + 1), np.asarray(values, dtype=np.float64)[:, None])
    return series.view()


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400),
    st.sampled_from([8, 64, 512]),
    st.integers(1, 50),
    st.data(),
)
def test_no_extreme_in_the_visible_range_is_lost_and_steps_ascend(values, capacity, points, data):
    view = recorded(values, capacity)
    start = data.draw(st.integers(1, len(values)))
    stop = data.draw(st.integers(start, len(values)))
    part = reduced(view, 0, start, stop, points)
    visible = np.array(values[start - 1 : stop])
    assert part.low.min() <= visible.min()
    assert part.high.max() >= visible.max()
    assert np.all(np.diff(part.steps) > 0)
    assert len(part.steps) <= points + 4


def test_with_more_points_than_samples_every_sample_is_a_point():
    values = np.sin(np.arange(100.0))
    part = reduced(recorded(values, 512), 0, 1, 100, 500)
    assert part.exact
    np.testing.assert_array_equal(part.steps, np.arange(1, 101))
    np.testing.assert_array_equal(part.last, values)


def test_a_merged_point_has_the_extremes_last_and_mean_of_its_samples():
    values = np.random.default_rng(0).normal(size=1000)
    part = reduced(recorded(values, 1024), 0, 1, 1000, 100)
    groups = values.reshape(100, 10)
    assert not part.exact
    np.testing.assert_array_equal(part.low, groups.min(axis=1))
    np.testing.assert_array_equal(part.high, groups.max(axis=1))
    np.testing.assert_array_equal(part.last, groups[:, -1])
    np.testing.assert_allclose(part.mean, groups.mean(axis=1))
    np.testing.assert_array_equal(part.steps, np.arange(10, 1001, 10))


def test_the_open_cell_is_the_last_point():
    view = recorded([*np.zeros(64), 5.0], 32)
    assert view.tail_step == 65
    part = reduced(view, 0, 1, 65, 10)
    assert (part.steps[-1], part.high[-1]) == (65, 5.0)


def test_the_moving_average_is_the_mean_weighted_by_distance():
    random = np.random.default_rng(1)
    values = random.normal(size=200)
    steps = np.arange(200.0)
    result = smoothed(steps, values, 10.0)
    for at in (0, 1, 7, 60, 199):
        # Weights beyond five times the window are cut off: exp(-5) of the whole.
        weights = np.exp(-np.abs(at - steps) / 10.0)
        weights[np.abs(at - steps) > 50] = 0.0
        assert result[at] == pytest.approx(np.average(values, weights=weights), rel=1e-9)


def test_the_moving_average_does_not_lag_behind_a_steady_fall():
    steps = np.arange(400.0)
    result = smoothed(steps, 1000 - steps, 10.0)
    np.testing.assert_allclose(result[100:300], (1000 - steps)[100:300], rtol=1e-12)


def test_values_that_are_not_finite_do_not_spoil_the_moving_average():
    values = np.ones(50)
    values[[3, 20, 49]] = np.nan, np.inf, -np.inf
    np.testing.assert_allclose(smoothed(np.arange(50.0), values, 5.0), 1.0)


def test_the_nearest_cell_is_found_before_between_and_behind_the_samples():
    series = Series(1)
    series.append(np.array([10, 20, 30]), np.array([[1.0], [2.0], [3.0]]))
    view = series.view()
    assert [at_step(view, step) for step in (-5, 14, 16, 29, 1000)] == [0, 0, 1, 2, 2]
    assert at_step(Series(1).view(), 3) is None


def test_the_open_cell_is_read_like_any_other():
    view = recorded([*np.zeros(64), 5.0, 4.0, 6.0], 16)
    assert view.tail_step == 67
    assert at_step(view, 67) == -1
    assert cell(view, -1, 0) == (67, 4.0, 6.0, 6.0)
    with pytest.raises(IndexError, match="open cell"):
        cell(recorded([1.0], 16), -1, 0)
