"""Which examples each step sees."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrviz.engine.batches import Batches, Order
from lrviz.engine.random import Purpose, stream


def line(examples, seed, start, length):
    """The examples at these positions of a run's endless row."""
    out = np.full(length, -1, dtype=np.intp)
    Order(examples, seed).read(start, out)
    return out


def filled(batches, positions, steps):
    out = np.full((steps, len(positions), batches.size), -1, dtype=np.intp)
    batches.fill(np.array(positions, dtype=np.int64), out)
    return out


@given(examples=st.integers(1, 40), seed=st.integers(0, 2**32 - 1), epochs=st.integers(1, 5))
def test_every_epoch_is_a_permutation_of_all_examples(examples, seed, epochs):
    for epoch in line(examples, seed, 0, examples * epochs).reshape(epochs, examples):
        assert sorted(epoch) == list(range(examples))


def test_an_epoch_is_a_function_of_seed_and_number():
    for epoch in (0, 3, 1000):
        expected = np.arange(50)
        stream(9, Purpose.ORDER, epoch).shuffle(expected)
        np.testing.assert_array_equal(line(50, 9, 50 * epoch, 50), expected)


def test_epochs_and_seeds_have_different_orders():
    first = line(50, 0, 0, 100)
    assert (first[:50] != first[50:]).any()
    assert (first != line(50, 1, 0, 100)).any()


@given(
    examples=st.integers(1, 20), start=st.integers(0, 10_000), cuts=st.lists(st.integers(1, 30), max_size=6)
)
def test_reading_in_pieces_gives_what_reading_at_once_gives(examples, start, cuts):
    order = Order(examples, 4)
    pieces = []
    at = start
    for length in cuts:
        pieces.append(np.empty(length, dtype=np.intp))
        order.read(at, pieces[-1])
        at += length
    joined = np.concatenate([np.empty(0, dtype=np.intp), *pieces])
    np.testing.assert_array_equal(joined, line(examples, 4, start, at - start))


def test_reading_back_gives_the_same_again():
    order = Order(10, 4)
    out = np.empty(5, dtype=np.intp)
    for start in (0, 95, 0, 7, 95):
        order.read(start, out)
        np.testing.assert_array_equal(out, line(10, 4, start, 5))


def test_batches_wrap_across_epochs():
    batches = Batches(10, 4, [0])
    found = filled(batches, [0], 5)[:, 0]
    np.testing.assert_array_equal(found.ravel(), line(10, 0, 0, 20))
    # The third batch holds the last two of the first epoch and the first two of the second.
    assert sorted([*found[:2].ravel(), *found[2, :2]]) == list(range(10))
    assert sorted([*found[2, 2:], *found[3:].ravel()]) == list(range(10))


def test_a_new_batch_size_goes_on_with_the_very_next_example():
    before = filled(Batches(10, 4, [0]), [0], 2)
    after = filled(Batches(10, 7, [0]), [before.size], 2)
    np.testing.assert_array_equal(
        np.concatenate([before.ravel(), after.ravel()]), line(10, 0, 0, before.size + after.size)
    )


@pytest.mark.parametrize("steps", [1, 6])
def test_runs_with_different_seeds_and_positions_get_what_they_get_alone(steps):
    seeds, positions = [3, 1, 3, 3, 1], [0, 8, 40, 0, 9]
    together = filled(Batches(30, 4, seeds), positions, steps)
    for row, (seed, position) in enumerate(zip(seeds, positions, strict=True)):
        np.testing.assert_array_equal(together[:, row], line(30, seed, position, 4 * steps).reshape(steps, 4))


def test_a_shorter_chunk_after_a_longer_one_is_filled_as_well():
    batches = Batches(30, 4, [3])
    filled(batches, [0], 9)
    np.testing.assert_array_equal(filled(batches, [36], 2).ravel(), line(30, 3, 36, 8))


@pytest.mark.parametrize(
    ("batch_size", "size", "whole"), [(1, 1, False), (9, 9, False), (10, 10, True), (11, 10, True)]
)
def test_a_batch_is_at_most_the_whole_data(batch_size, size, whole):
    batches = Batches(10, batch_size, [0])
    assert (batches.size, batches.whole) == (size, whole)
