"""Randomness as a function of seed, purpose and index."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrviz.engine.random import Purpose, Stream, stream

seeds = st.integers(0, 2**32 - 1)
indices = st.integers(0, 2**62)


def numbers(generator):
    return [*generator.random(3), *generator.normal(size=2), generator.integers(1000), generator.random()]


@given(
    seed=seeds,
    index=indices,
    layer=st.integers(0, 20),
    before=st.lists(indices, max_size=3),
    purpose=st.sampled_from(Purpose),
)
def test_a_stream_at_an_index_draws_what_a_new_one_draws(seed, index, layer, before, purpose):
    streams = Stream(seed, purpose)
    for earlier in before:
        # Draws that leave half used numbers behind must not show.
        streams.at(earlier).integers(7, dtype=np.int32)
        numbers(streams.at(earlier, layer + 1))
    assert numbers(streams.at(index, layer)) == numbers(stream(seed, purpose, index, layer))
    assert numbers(streams.at(index)) == numbers(stream(seed, purpose, index))
    assert numbers(streams.at(index, layer + 1)) != numbers(streams.at(index))


@given(seed=seeds, index=indices)
def test_streams_repeat(seed, index):
    assert numbers(stream(seed, Purpose.ORDER, index)) == numbers(stream(seed, Purpose.ORDER, index))


def test_seeds_purposes_and_indices_have_streams_of_their_own():
    drawn = {
        tuple(stream(seed, purpose, index).random(4))
        for seed in (0, 1, 2**32 - 1)
        for purpose in Purpose
        for index in (0, 1, 2, 1000)
    }
    assert len(drawn) == 3 * len(Purpose) * 4


def test_long_draws_do_not_run_into_the_next_stream():
    long = stream(5, Purpose.ORDER, 0).integers(2**63, size=100_000)
    assert stream(5, Purpose.ORDER, 1).integers(2**63) not in long


def test_the_values_of_purposes_are_part_of_the_meaning_of_a_seed():
    assert {purpose.name: purpose.value for purpose in Purpose} == {
        "WEIGHTS": 1, "ORDER": 2, "POINTS": 3, "SPLIT": 4, "NOISE": 5, "DROPOUT": 6,
    }  # fmt: skip


def test_a_stream_is_philox_with_the_seed_and_purpose_as_key():
    expected = np.random.Philox(key=np.array([12, 1], dtype=np.uint64), counter=[0, 0, 3, 0])
    assert stream(12, Purpose.WEIGHTS, 3).random() == np.random.Generator(expected).random()


@pytest.mark.parametrize("index", [0, 7])
def test_uniform_numbers_are_uniform(index):
    drawn = stream(0, Purpose.POINTS, index).random(20_000)
    # Five standard errors of the mean and of the variance of a uniform number.
    assert abs(drawn.mean() - 1 / 2) < 5 * np.sqrt(1 / 12 / 20_000)
    assert abs(drawn.var() - 1 / 12) < 5 * np.sqrt(1 / 180 / 20_000)
