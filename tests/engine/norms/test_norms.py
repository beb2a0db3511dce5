"""Every norm by itself: its numbers, its gradient, what it tracks."""

import tracemalloc

import numpy as np
import pytest

from lrviz.engine.norms import AnyNorm, BatchNorm, LayerNorm, NoNorm
from lrviz.engine.norms.base import Site
from lrviz.engine.parts import kinds

UNITS, BATCH = 5, 7
NORMS = [BatchNorm(), LayerNorm(), BatchNorm(eps=0.3, momentum=0.4), LayerNorm(eps=0.3)]
each = pytest.mark.parametrize("norm", NORMS, ids=repr)
AXES = {"batch_norm": -1, "layer_norm": -2}


def site(norm, shape=(UNITS, BATCH), dtype=np.float64, seed=0):
    random = np.random.default_rng(seed)
    column = (*shape[:-1], 1)

    def drawn(shape):
        return random.normal(1.0, 2.0, size=shape).astype(dtype)

    return Site(
        x=drawn(shape),
        out=np.full(shape, np.nan, dtype=dtype),
        weight=drawn(column),
        bias=drawn(column),
        weight_grad=np.full(column, np.nan, dtype=dtype),
        bias_grad=np.full(column, np.nan, dtype=dtype),
        buffers={name: np.full(column, first, dtype=dtype) for name, first in norm.buffers.items()},
    )


def test_the_names_in_files_are_these():
    assert list(kinds(AnyNorm)) == ["none", "batch_norm", "layer_norm"]


def test_what_a_norm_learns_and_tracks_is_named_as_in_pytorch():
    assert dict(NoNorm.parameters) == dict(NoNorm.buffers) == dict(LayerNorm.buffers) == {}
    assert BatchNorm.parameters == LayerNorm.parameters == {"weight": 1.0, "bias": 0.0}
    assert BatchNorm.buffers == {"running_mean": 0.0, "running_var": 1.0}


@each
def test_numbers_are_brought_to_mean_0_and_variance_1_then_scaled_and_shifted(norm):
    at = site(norm)
    norm.bind(at).forward()
    axis = AXES[norm.kind]
    mean, variance = at.x.mean(axis=axis, keepdims=True), at.x.var(axis=axis, keepdims=True)
    expected = (at.x - mean) / np.sqrt(variance + norm.eps) * at.weight + at.bias
    np.testing.assert_allclose(at.out, expected, rtol=1e-12)


@each
def test_a_norm_may_work_in_place(norm):
    at = site(norm)
    norm.bind(at).forward()
    inside = Site(at.x, at.x, at.weight, at.bias, buffers=at.buffers)
    norm.bind(inside).forward()
    np.testing.assert_array_equal(at.x, at.out)


@each
def test_the_gradients_equal_finite_differences(norm):
    at = site(norm)
    bound = norm.bind(at)
    slope = np.random.default_rng(1).normal(size=at.x.shape)

    def value():
        bound.forward()
        return float((np.sin(at.out) * slope).sum())

    value()
    delta = np.cos(at.out) * slope
    bound.backward(delta)
    for array, gradient in ((at.x, delta), (at.weight, at.weight_grad), (at.bias, at.bias_grad)):
        numeric = np.empty_like(array)
        for place in np.ndindex(array.shape):
            kept, h = array[place], 1e-6
            array[place] = kept + h
            above = value()
            array[place] = kept - h
            numeric[place] = (above - value()) / (2.0 * h)
            array[place] = kept
        np.testing.assert_allclose(gradient, numeric, rtol=1e-6, atol=1e-8)


def test_batch_norm_tracks_the_mean_and_the_unbiased_variance():
    norm = BatchNorm(momentum=0.25)
    at = site(norm)
    bound = norm.bind(at)
    mean, variance = np.zeros((UNITS, 1)), np.ones((UNITS, 1))
    for seed in range(4):
        at.x[:] = np.random.default_rng(seed).normal(seed, 2.0, size=at.x.shape)
        bound.forward()
        bound.commit()
        mean = 0.75 * mean + 0.25 * at.x.mean(axis=-1, keepdims=True)
        variance = 0.75 * variance + 0.25 * at.x.var(axis=-1, ddof=1, keepdims=True)
    np.testing.assert_allclose(at.buffers["running_mean"], mean, rtol=1e-12)
    np.testing.assert_allclose(at.buffers["running_var"], variance, rtol=1e-12)


@each
def test_nothing_is_tracked_until_it_is_committed(norm):
    at = site(norm)
    bound = norm.bind(at)
    bound.forward()
    bound.backward(np.ones_like(at.out))
    for name, buffer in at.buffers.items():
        assert (buffer == norm.buffers[name]).all()


def test_an_evaluating_batch_norm_uses_what_was_tracked():
    norm = BatchNorm(eps=0.1)
    at = site(norm)
    at.buffers["running_mean"][:], at.buffers["running_var"][:] = 3.0, 4.0
    norm.settled(at).forward()
    np.testing.assert_allclose(at.out, (at.x - 3.0) / np.sqrt(4.1) * at.weight + at.bias, rtol=1e-12)


def test_layer_norm_does_the_same_while_evaluating():
    at, other = site(LayerNorm()), site(LayerNorm())
    LayerNorm().bind(at).forward()
    LayerNorm().settled(other).forward()
    np.testing.assert_array_equal(at.out, other.out)


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("units", [1, 2, 9, 130])
@pytest.mark.parametrize("batch", [1, 2, 3, 8, 33, 300])
def test_a_run_among_others_gets_the_bits_it_gets_alone(norm, batch, units, dtype):
    together = site(norm, (4, units, batch), dtype)
    alone = [site(norm, (units, batch), dtype) for _ in range(4)]
    for row, at in enumerate(alone):
        for name in ("x", "weight", "bias"):
            getattr(at, name)[:] = getattr(together, name)[row]
    deltas = np.random.default_rng(2).normal(size=(4, units, batch)).astype(dtype)
    bound = norm.bind(together)
    bound.forward()
    own = deltas.copy()
    bound.backward(own)
    if batch >= norm.least_batch:
        bound.commit()
    for row, at in enumerate(alone):
        single = norm.bind(at)
        single.forward()
        delta = deltas[row].copy()
        single.backward(delta)
        if batch >= norm.least_batch:
            single.commit()
        np.testing.assert_array_equal(delta, own[row])
        for name in ("out", "weight_grad", "bias_grad"):
            np.testing.assert_array_equal(getattr(at, name), getattr(together, name)[row], err_msg=name)
        for name, buffer in at.buffers.items():
            np.testing.assert_array_equal(buffer, together.buffers[name][row], err_msg=name)


@each
def test_a_pass_there_and_back_allocates_no_arrays(norm):
    at = site(norm, (64, 64))
    bound, delta = norm.bind(at), np.ones((64, 64))
    for _ in range(2):
        tracemalloc.start()
        try:
            bound.forward()
            bound.backward(delta)
            bound.commit()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 4096
