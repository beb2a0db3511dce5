import math

import pytest

from lrviz.gui.plots.ticks import linear_ticks, log_ticks, power_of_ten, spacing, step_ticks


def texts(ticks):
    return [tick.text for tick in ticks]


def test_decades_are_plain_near_one_and_powers_beyond():
    assert [power_of_ten(n) for n in (-5, -4, -3, -2, 0, 1, 3, 4, 12)] == [
        "10⁻⁵", "10⁻⁴", "0.001", "0.01", "1", "10", "1000", "10⁴", "10¹²",
    ]  # fmt: skip


def test_a_log_axis_over_many_decades_has_a_tick_at_each_of_them_or_at_every_nth():
    assert texts(log_ticks(-5.2, 0.4, 7)) == ["10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1"]
    assert texts(log_ticks(-9, 3, 7)) == ["10⁻⁸", "10⁻⁶", "10⁻⁴", "0.01", "1", "100"]


def test_a_log_axis_within_two_decades_also_has_two_and_five():
    ticks = log_ticks(math.log10(0.015), math.log10(0.3), 7)
    assert texts(ticks) == ["0.02", "0.05", "0.1", "0.2"]
    assert [10**tick.position for tick in ticks] == pytest.approx([0.02, 0.05, 0.1, 0.2])


def test_a_log_axis_within_a_fraction_of_a_decade_has_round_values_at_their_logarithm():
    ticks = log_ticks(math.log10(0.021), math.log10(0.026), 6)
    assert texts(ticks) == ["0.021", "0.022", "0.023", "0.024", "0.025", "0.026"]
    assert [10**tick.position for tick in ticks] == pytest.approx([float(text) for text in texts(ticks)])


def test_a_log_axis_far_beyond_what_numbers_can_be_still_has_ticks():
    assert len(log_ticks(-299.5, 299.5, 6)) in range(2, 8)


def test_steps_are_whole_and_written_short_from_ten_thousand_on():
    assert texts(step_ticks(-150, 6100, 7)) == ["0", "1000", "2000", "3000", "4000", "5000", "6000"]
    assert texts(step_ticks(0, 20000, 5)) == ["0", "5k", "10k", "15k", "20k"]
    assert texts(step_ticks(0, 1.02e6, 6)) == ["0", "0.2M", "0.4M", "0.6M", "0.8M", "1M"]
    assert texts(step_ticks(0, 3, 9)) == ["0", "1", "2", "3"]


def test_steps_that_are_not_round_are_written_in_full():
    assert texts(step_ticks(123450, 123470, 5)) == ["123450", "123455", "123460", "123465", "123470"]


def test_there_are_no_steps_before_the_first():
    assert texts(step_ticks(-100, -10, 5)) == []


def test_linear_ticks_have_the_same_decimals_and_a_plain_zero():
    assert texts(linear_ticks(-0.1, 1.6, 5)) == ["0", "0.5", "1.0", "1.5"]
    assert texts(linear_ticks(0, 4e-5, 4)) == ["0", "2e-5", "4e-5"]


@pytest.mark.parametrize(
    ("span", "parts", "result"), [(10, 5, 2), (1, 3, 0.5), (99, 10, 10), (0.07, 10, 0.01)]
)
def test_spacing_is_one_two_or_five_times_a_power_of_ten(span, parts, result):
    assert spacing(span, parts) == pytest.approx(result)
