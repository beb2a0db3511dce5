"""Measurements of some runs each, as tables over all of them."""

import numpy as np

from lrviz.engine.records import Measurement, collect


def measurement(name, step, rows, values):
    return Measurement(name, step, np.array(rows), np.array(values, dtype=np.float64))


def test_measurements_are_collected_by_name_in_their_order():
    measured = [
        measurement("norm", 10, [0, 1], [[1.0, 2.0], [3.0, 4.0]]),
        measurement("loss", 10, [0, 1], [[0.5], [0.6]]),
        measurement("norm", 20, [0, 1], [[5.0, 6.0], [7.0, 8.0]]),
    ]
    collected = collect(measured, 2)
    assert list(collected) == ["norm", "loss"]
    steps, values = collected["norm"]
    assert steps.tolist() == [10, 20]
    assert values.tolist() == [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]]
    assert collected["loss"][1].shape == (1, 2, 1)


def test_runs_that_were_not_measured_are_not_a_number():
    _, values = collect([measurement("loss", 10, [2, 0], [[0.5], [0.6]])], 4)["loss"]
    np.testing.assert_array_equal(values[0, :, 0], [0.6, np.nan, 0.5, np.nan])


def test_nothing_measured_gives_nothing():
    assert collect([], 3) == {}
