import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lrviz.session.series import Series, SeriesView

VALUES = st.floats(allow_nan=True, allow_infinity=True, width=32)


def model_cells(steps, values, per_cell):
    """Cells of `per_cell` samples in plain Python: (step, low, high, last) each, the open one included."""
    cells = []
    for start in range(0, len(steps), per_cell):
        rows = values[start : start + per_cell]
        numbers = [[float(row[c]) for row in rows] for c in range(values.shape[1])]
        finite = [[x for x in column if x == x] or [float("nan")] for column in numbers]
        cells.append(
            (
                int(steps[start + len(rows) - 1]),
                [min(column) for column in finite],
                [max(column) for column in finite],
                [column[-1] for column in numbers],
            )
        )
    return cells


def cells_of(view: SeriesView):
    cells = [
        (int(s), lo.tolist(), hi.tolist(), la.tolist())
        for s, lo, hi, la in zip(view.steps, view.low, view.high, view.last, strict=True)
    ]
    if view.tail_step is not None:
        tail = (view.tail_low.tolist(), view.tail_high.tolist(), view.tail_last.tolist())
        cells.append((view.tail_step, *tail))
    return cells


@st.composite
def recordings(draw):
    """Samples (n, C), strictly ascending steps (n,), and where to cut them into chunks."""
    channels = draw(st.integers(1, 3))
    samples = draw(st.integers(0, 150))
    values = draw(arrays(np.float32, (samples, channels), elements=VALUES))
    gaps = draw(arrays(np.int64, samples, elements=st.integers(1, 20)))
    cuts = sorted(draw(st.lists(st.integers(0, samples), max_size=12)))
    # + 0.0: which zero is the smaller, 0.0 or -0.0, is left open.
    return values + np.float32(0), np.cumsum(gaps), [0, *cuts, samples]


@settings(deadline=None)
@given(recordings(), st.sampled_from([2, 4, 6, 16, 64]))
def test_cells_equal_a_plain_model_for_any_chunking_and_old_views_never_change(recording, capacity):
    values, steps, cuts = recording
    series = Series(values.shape[1], capacity=capacity)
    kept = []
    for start, stop in itertools.pairwise(cuts):
        series.append(steps[start:stop], values[start:stop])
        view = series.view()
        assert view.samples == stop
        assert len(view.steps) <= capacity
        np.testing.assert_equal(cells_of(view), model_cells(steps[:stop], values[:stop], view.per_cell))
        kept.append((view, cells_of(view)))
    for view, cells in kept:
        np.testing.assert_equal(cells_of(view), cells)


def test_a_spike_of_one_sample_in_a_million_survives():
    series = Series(1, capacity=1024)
    values = np.full((1_000_000, 1), 0.5)
    values[123_457], values[876_543] = 1e6, -1e6
    for start in range(0, len(values), 10_000):
        series.append(np.arange(start, start + 10_000), values[start : start + 10_000])
    view = series.view()
    assert (view.high.max(), view.low.min()) == (1e6, -1e6)
    at = int(np.argmax(view.high))
    assert view.steps[at - 1] < 123_457 <= view.steps[at]
    assert len(view) <= 1024


def test_an_infinite_loss_is_kept_and_a_nan_hides_no_neighbour():
    series = Series(1, capacity=2)
    series.append(np.arange(6), np.array([[1.0], [np.nan], [np.inf], [2.0], [np.nan], [np.nan]]))
    view = series.view()
    assert view.per_cell == 4
    assert (view.low[0, 0], view.high[0, 0]) == (1.0, np.inf)
    assert np.isnan(view.tail_low[0])


def test_views_share_the_memory_of_the_series_and_cannot_be_written():
    series = Series(2, capacity=64)
    series.append(np.arange(10), np.ones((10, 2)))
    first, second = series.view(), series.view()
    assert np.shares_memory(first.last, second.last)
    for array in (first.steps, first.low, first.high, first.last):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 7


def test_the_latest_sample_is_the_last_one_whether_its_cell_is_open_or_not():
    series = Series(1, capacity=4)
    for step in range(1, 40):
        series.append(np.array([step]), np.array([[step / 10]]))
        at, value = series.view().latest()
        assert (at, value.tolist()) == (step, [step / 10])


def test_an_empty_series_has_no_latest_sample_and_length_zero():
    view = Series(1).view()
    assert len(view) == 0
    with pytest.raises(IndexError, match="empty"):
        view.latest()


def test_memory_grows_by_doubling_and_stays_within_the_capacity():
    series = Series(3, capacity=1000)
    small = series.bytes
    sizes = set()
    for step in range(5000):
        series.append(np.array([step]), np.zeros((1, 3)))
        sizes.add(series.bytes)
    cell = 8 * (1 + 3 * 3)
    assert small == 256 * cell
    assert sizes == {256 * cell, 512 * cell, 1000 * cell}


@pytest.mark.parametrize("capacity", [0, 1, 7])
def test_a_capacity_that_cannot_be_halved_is_refused(capacity):
    with pytest.raises(ValueError, match="capacity"):
        Series(1, capacity=capacity)


def test_a_series_without_channels_is_refused():
    with pytest.raises(ValueError, match="channels"):
        Series(0)
