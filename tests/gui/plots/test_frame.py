import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrviz.gui.plots.frame import Frame, rounded_steps, rounded_values


def test_corners_of_the_range_are_corners_of_the_picture():
    frame = Frame(0, 100, -3, 1, 400, 200, True)
    np.testing.assert_allclose(frame.x(np.array([0.0, 25.0, 100.0])), [0, 100, 400])
    np.testing.assert_allclose(frame.y(np.array([1.0, -1.0, -3.0])), [0, 100, 200])
    assert (frame.x_at(25), frame.y_at(-1), frame.step_at(100)) == (100, 100, 25)


def test_points_far_out_of_sight_stay_within_what_qt_can_paint():
    frame = Frame(0, 1e-6, 0, 1e-9, 400, 200, False)
    assert np.abs(frame.x(np.array([1e9, -1e9]))).max() <= 1e5
    assert np.abs(frame.y(np.array([1e300, -1e300]))).max() <= 1e5


@given(st.integers(0, 10**8))
def test_the_range_of_steps_holds_all_of_them_with_at_most_a_tenth_of_margin(last):
    left, right = rounded_steps(last)
    assert left < 0
    assert last < right <= max(last, 10) * 1.1


def test_the_range_of_steps_rests_while_training_goes_on():
    assert len({rounded_steps(last) for last in range(50_000, 60_000, 10)}) <= 25


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.booleans())
def test_the_range_of_values_holds_all_of_them_with_a_margin(low, span, log):
    bottom, top = rounded_values(low, low + span, log)
    assert bottom < low
    assert low + span < top


@pytest.mark.parametrize(("value", "log"), [(0.0, False), (0.7, False), (-2.0, True), (1e300, False)])
def test_a_constant_gets_a_range_around_it(value, log):
    bottom, top = rounded_values(value, value, log)
    assert bottom < value < top
