"""Norms against PyTorch's modules."""

import numpy as np
import pytest

from lrviz.engine.norms import BatchNorm, LayerNorm
from lrviz.engine.norms.base import Site

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.conformance

UNITS, BATCH = 6, 9
CASES = [
    (BatchNorm(), torch.nn.BatchNorm1d(UNITS, dtype=torch.float64)),
    (BatchNorm(eps=0.02, momentum=0.3), torch.nn.BatchNorm1d(UNITS, 0.02, 0.3, dtype=torch.float64)),
    (LayerNorm(), torch.nn.LayerNorm(UNITS, dtype=torch.float64)),
    (LayerNorm(eps=0.02), torch.nn.LayerNorm(UNITS, 0.02, dtype=torch.float64)),
]


@pytest.mark.parametrize(("norm", "module"), CASES, ids=[repr(norm) for norm, _ in CASES])
def test_a_norm_does_what_pytorchs_module_does(norm, module):
    random = np.random.default_rng(0)
    weight, bias = random.normal(size=(2, UNITS, 1))
    with torch.no_grad():
        module.weight.copy_(torch.tensor(weight[:, 0]))
        module.bias.copy_(torch.tensor(bias[:, 0]))
    x, out, weight_grad, bias_grad = (np.empty((UNITS, n)) for n in (BATCH, BATCH, 1, 1))
    buffers = {name: np.full((UNITS, 1), first) for name, first in norm.buffers.items()}
    site = Site(x, out, weight, bias, weight_grad, bias_grad, buffers)
    bound, settled = norm.bind(site), norm.settled(site)
    for step in range(5):
        x[:] = random.normal(step, 1.0 + step, size=x.shape)
        delta = random.normal(size=x.shape)
        given = torch.tensor(x.T.copy(), requires_grad=True)
        module.zero_grad()
        expected = module.train()(given)
        expected.backward(torch.tensor(delta.T.copy()))
        bound.forward()
        bound.commit()
        bound.backward(delta)
        pairs = [
            (out.T, expected.detach()),
            (delta.T, given.grad),
            (weight_grad[:, 0], module.weight.grad),
            (bias_grad[:, 0], module.bias.grad),
            *((buffer[:, 0], getattr(module, name)) for name, buffer in buffers.items()),
        ]
        for ours, theirs in pairs:
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-11, atol=1e-13)
        settled.forward()
        evaluated = module.eval()(given).detach().numpy()
        np.testing.assert_allclose(out.T, evaluated, rtol=1e-11, atol=1e-13)


def test_pytorch_refuses_a_batch_of_one_example_too():
    with pytest.raises(ValueError, match="more than 1 value"):
        torch.nn.BatchNorm1d(3)(torch.ones(1, 3))
