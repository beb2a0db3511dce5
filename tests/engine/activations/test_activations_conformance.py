"""Every activation against PyTorch."""

import numpy as np
import pytest

from lrviz.engine.activations import (
    ELU,
    GELU,
    SELU,
    Hardtanh,
    LeakyReLU,
    Linear,
    Mish,
    ReLU,
    Sigmoid,
    SiLU,
    Sine,
    Softplus,
    Tanh,
)

torch = pytest.importorskip("torch")

PAIRS = [
    (Linear(), torch.nn.Identity()),
    (ReLU(), torch.nn.ReLU()),
    (LeakyReLU(), torch.nn.LeakyReLU()),
    (LeakyReLU(negative_slope=0.3), torch.nn.LeakyReLU(0.3)),
    (ELU(), torch.nn.ELU()),
    (ELU(alpha=0.4), torch.nn.ELU(0.4)),
    (SELU(), torch.nn.SELU()),
    (GELU(), torch.nn.GELU()),
    (SiLU(), torch.nn.SiLU()),
    (Mish(), torch.nn.Mish()),
    # A threshold of 40 makes PyTorch's softplus exact to the last bit, too.
    (Softplus(), torch.nn.Softplus(threshold=40)),
    (Softplus(beta=0.3), torch.nn.Softplus(0.3, threshold=40)),
    (Softplus(beta=5.0), torch.nn.Softplus(5.0, threshold=40)),
    (Tanh(), torch.nn.Tanh()),
    (Hardtanh(), torch.nn.Hardtanh()),
    (Sigmoid(), torch.nn.Sigmoid()),
    (Sine(), torch.sin),
]


@pytest.mark.conformance
@pytest.mark.parametrize(("activation", "reference"), PAIRS, ids=[repr(pair[0]) for pair in PAIRS])
def test_values_and_derivatives_equal_those_of_pytorch(activation, reference):
    z = np.concatenate([np.linspace(-30.0, 30.0, 601), [-1e300, -800.0, 800.0, 1e300]])
    at = torch.tensor(z, requires_grad=True)
    expected = reference(at)
    expected.sum().backward()

    a, delta = np.empty_like(z), np.ones_like(z)
    scratch = [np.empty_like(z) for _ in range(activation.scratches)]
    with np.errstate(over="ignore"):
        activation.forward(z, a, scratch)
        activation.backward(z, a, delta, scratch)
    np.testing.assert_allclose(a, expected.detach().numpy(), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(delta, at.grad.numpy(), rtol=1e-14, atol=1e-15)


@pytest.mark.conformance
@pytest.mark.parametrize("beta", [0.3, 1.0, 5.0])
def test_softplus_differs_from_pytorchs_default_by_less_than_it_says(beta):
    z = np.linspace(-30.0, 120.0, 1501)
    expected = torch.nn.Softplus(beta)(torch.tensor(z)).numpy()
    a = np.empty_like(z)
    Softplus(beta=beta).forward(z, a, [np.empty_like(z)])
    assert np.abs(a - expected).max() < 2.1e-9 / beta
