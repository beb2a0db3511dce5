import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrviz.experiment.numbers import decade, read, read_whole, ticks, write


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.003, "0.003"),
        (3e-5, "3e-5"),
        (3e-4, "3e-4"),
        (1e-4, "1e-4"),
        (0.001, "0.001"),
        (0.00125, "0.00125"),
        (1.25e-4, "1.25e-4"),
        (0.414, "0.414"),
        (0.9999, "0.9999"),
        (1.0, "1"),
        (10.0, "10"),
        (6000, "6000"),
        (27_400.0, "27400"),
        (1e6, "1e6"),
        (1_000_000, "1e6"),
        (1_234_567, "1234567"),
        (0.0, "0"),
        (-0.0, "0"),
        (-2.5, "-2.5"),
        (math.inf, "∞"),
    ],
)
def test_numbers_are_written_as_a_person_writes_them(value, text):
    assert write(value) == text


def test_dragged_numbers_are_written_with_three_digits():
    assert write(0.41444, 3) == "0.414"
    assert write(3.14159e-5, 3) == "3.14e-5"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_reads_back_exactly(value):
    assert read(write(value)) == value


@given(st.integers(-(10**15), 10**15))
def test_whole_numbers_read_back_exactly(value):
    assert read_whole(write(value)) == value


def test_labels_of_decades_are_short():
    labels = ["1e-6", "1e-5", "1e-4", "1e-3", "0.01", "0.1", "1", "10"]
    assert [decade(exponent) for exponent in range(-6, 2)] == labels


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3e-4", 3e-4),
        ("0,003", 0.003),
        (" .5 ", 0.5),
        ("1E-2", 0.01),
        ("−2", -2.0),
        ("5.", 5.0),
        ("12,5", 12.5),
    ],
)
def test_what_people_type_is_understood(text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "missing"),
        ("1/3", "not a number"),
        ("nan", "not a number"),
        ("inf", "not a number"),
        ("1_000", "not a number"),
        ("1e999", "too large"),
        ("1,000", "two ways; write 1000"),
        ("a lot", "“a lot” is not a number"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_sentence(text, reason):
    with pytest.raises(ValueError, match=reason):
        read(text)


def test_whole_numbers_may_be_written_with_an_exponent_but_not_with_a_fraction():
    assert read_whole("1e4") == 10_000
    assert read_whole("9007199254740993") == 9007199254740993
    with pytest.raises(ValueError, match=r"2\.5 is not a whole number"):
        read_whole("2.5")


def test_ticks_are_round_and_at_most_as_many_as_asked():
    assert ticks(0, 8000, 5) == [0, 2000, 4000, 6000, 8000]
    assert ticks(0, 0.414, 3) == [0, 0.2, 0.4]
    assert ticks(3.0, 3.0, 4) == [3.0]


@given(st.floats(-1e3, 1e3), st.floats(1e-9, 1e9), st.integers(2, 10))
def test_ticks_stay_inside(offset, span, most):
    low, slack = offset * span, 1e-8 * span
    found = ticks(low, low + span, most)
    assert 1 <= len(found) <= most
    assert found == [low] or all(low - slack <= tick <= low + span + slack for tick in found)


@given(st.floats(1e-9, 1e9), st.integers(2, 10))
def test_ticks_from_zero_are_written_short(high, most):
    assert all(len(write(tick)) <= 11 for tick in ticks(0.0, high, most))
