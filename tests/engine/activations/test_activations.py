"""Every activation: its derivative, its range, its arrays."""

import tracemalloc

import numpy as np
import pytest
from pydantic import ValidationError

from lrviz.engine.activations import ELU, SELU, AnyActivation, Hardtanh, LeakyReLU, Linear, ReLU, Softplus
from lrviz.engine.parts import kinds

ALL = [
    *(part() for part in kinds(AnyActivation).values()),
    LeakyReLU(negative_slope=0.3),
    LeakyReLU(negative_slope=0.0),
    ELU(alpha=0.4),
    ELU(alpha=2.5),
    Softplus(beta=0.2),
    Softplus(beta=7.0),
]
each = pytest.mark.parametrize("activation", ALL, ids=repr)
both_types = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def forward(activation, z):
    """f(z), computed as the network does: in place unless the input is kept."""
    z = z.copy()
    a = np.empty_like(z) if activation.keeps_input else z
    activation.forward(z, a, [np.full_like(z, np.nan) for _ in range(activation.scratches)])
    return z, a


def backward(activation, z, delta):
    z, a = forward(activation, z)
    delta = delta.copy()
    activation.backward(z, a, delta, [np.full_like(z, np.nan) for _ in range(activation.scratches)])
    return delta


def test_the_names_in_files_are_these():
    assert list(kinds(AnyActivation)) == [
        "linear",
        "relu",
        "leaky_relu",
        "elu",
        "selu",
        "gelu",
        "silu",
        "mish",
        "softplus",
        "tanh",
        "hardtanh",
        "sigmoid",
        "sine",
    ]


@each
def test_the_derivative_equals_finite_differences(activation):
    z = np.random.default_rng(0).uniform(-6.0, 6.0, size=(3, 4, 50))
    z = z[np.abs(z) > 1e-3].reshape(1, -1)
    h = 1e-5
    numeric = (forward(activation, z + h)[1] - forward(activation, z - h)[1]) / (2.0 * h)
    delta = np.random.default_rng(1).normal(size=z.shape)
    np.testing.assert_allclose(backward(activation, z, delta), delta * numeric, rtol=1e-6, atol=1e-9)


@each
@both_types
def test_huge_inputs_give_finite_numbers(activation, dtype):
    huge = float(np.finfo(dtype).max) / 100.0
    z = np.array([[-huge, -1e30, -1e4, -200.0, -0.0, 0.0, 200.0, 1e4, 1e30, huge]], dtype=dtype)
    with np.errstate(over="ignore"):
        assert np.isfinite(forward(activation, z)[1]).all()
        slope = backward(activation, z, np.ones_like(z))
    assert np.isfinite(slope).all()
    steepest = 1.76 if isinstance(activation, SELU) else max(1.2, getattr(activation, "alpha", 1.0))
    assert (np.abs(slope) <= steepest).all()


@each
@both_types
def test_the_working_type_is_kept_and_its_precision_used(activation, dtype):
    z = np.linspace(-5.0, 5.0, 201, dtype=dtype)[None]
    delta = np.ones_like(z)
    exact = z.astype(np.float64)
    tolerance = 10.0 * float(np.finfo(dtype).eps)
    assert forward(activation, z)[1].dtype == dtype
    np.testing.assert_allclose(forward(activation, z)[1], forward(activation, exact)[1], atol=tolerance)
    slope = backward(activation, exact, delta.astype(np.float64))
    np.testing.assert_allclose(backward(activation, z, delta), slope, atol=tolerance)


@each
@both_types
def test_a_run_among_others_gets_the_bits_it_gets_alone(activation, dtype):
    random = np.random.default_rng(2)
    z = random.normal(0.0, 3.0, size=(5, 7, 13)).astype(dtype)
    delta = random.normal(size=z.shape).astype(dtype)
    together, slopes = forward(activation, z)[1], backward(activation, z, delta)
    for r in range(5):
        assert np.array_equal(forward(activation, z[r : r + 1])[1][0], together[r])
        assert np.array_equal(backward(activation, z[r : r + 1], delta[r : r + 1])[0], slopes[r])


@each
def test_nothing_is_allocated(activation):
    z = np.random.default_rng(3).normal(size=(1, 64, 128)).astype(np.float32)
    a = np.empty_like(z) if activation.keeps_input else z
    scratch = [np.empty_like(z) for _ in range(activation.scratches)]
    delta = np.ones_like(z)
    activation.forward(z, a, scratch)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(20):
            activation.forward(z, a, scratch)
            activation.backward(z, a, delta, scratch)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 4096


def test_linear_fills_an_array_of_its_own():
    z, a = np.arange(3.0), np.zeros(3)
    Linear().forward(z, a, [])
    assert np.array_equal(a, z)


def test_leaky_relu_with_slope_zero_is_relu():
    z = np.linspace(-2.0, 2.0, 41)[None]
    delta = np.full_like(z, 3.0)
    leaky, plain = LeakyReLU(negative_slope=0.0), ReLU()
    assert np.array_equal(forward(leaky, z)[1], forward(plain, z)[1])
    assert np.array_equal(backward(leaky, z, delta), backward(plain, z, delta))


def test_selu_keeps_mean_zero_and_variance_one():
    z = np.random.default_rng(4).normal(size=(1, 1_000_000))
    a = forward(SELU(), z)[1]
    # Four standard errors of a million draws; the fourth moment of what comes out is below 8.
    assert abs(a.mean()) < 4e-3
    assert abs(a.var() - 1.0) < 4.0 * np.sqrt(7.0 / z.size)


def test_a_steep_softplus_is_nearly_relu_and_half_steep_at_zero():
    z = np.linspace(-2.0, 2.0, 41)[None]
    steep = Softplus(beta=100.0)
    np.testing.assert_allclose(forward(steep, z)[1], np.maximum(z, 0.0), atol=np.log(2.0) / 100.0 + 1e-15)
    np.testing.assert_allclose(backward(steep, np.zeros((1, 1)), np.ones((1, 1))), 0.5, rtol=1e-15)


def test_hard_tanh_has_no_slope_at_its_corners_and_beyond():
    z = np.array([[-5.0, -1.0, -0.99, 0.0, 0.99, 1.0, 5.0]])
    assert np.array_equal(forward(Hardtanh(), z)[1], [[-1.0, -1.0, -0.99, 0.0, 0.99, 1.0, 1.0]])
    assert np.array_equal(
        backward(Hardtanh(), z, np.full_like(z, 3.0)), [[0.0, 0.0, 3.0, 3.0, 3.0, 0.0, 0.0]]
    )


@pytest.mark.parametrize("beta", [0.0, 0.009, 101.0, float("nan")])
def test_a_steepness_outside_its_range_is_refused(beta):
    with pytest.raises(ValidationError, match="beta"):
        Softplus(beta=beta)


@pytest.mark.parametrize("slope", [-0.1, 1.1, float("nan")])
def test_a_slope_outside_its_range_is_refused(slope):
    with pytest.raises(ValidationError, match="negative_slope"):
        LeakyReLU(negative_slope=slope)
