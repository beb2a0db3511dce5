"""Every initializer against PyTorch: the same distribution, not the same numbers."""

from functools import partial

import numpy as np
import pytest

from lrviz.engine.initializers import (
    KaimingNormal,
    KaimingUniform,
    LeCunNormal,
    LeCunUniform,
    Normal,
    Orthogonal,
    TorchDefault,
    XavierNormal,
    XavierUniform,
    Zeros,
)
from lrviz.engine.random import Purpose, stream

torch = pytest.importorskip("torch")

CASES = [
    (TorchDefault(), None),
    (XavierUniform(), torch.nn.init.xavier_uniform_),
    (XavierNormal(), torch.nn.init.xavier_normal_),
    (KaimingUniform(), torch.nn.init.kaiming_uniform_),
    (KaimingNormal(), torch.nn.init.kaiming_normal_),
    (LeCunUniform(), partial(torch.nn.init.kaiming_uniform_, nonlinearity="linear")),
    (LeCunNormal(), partial(torch.nn.init.kaiming_normal_, nonlinearity="linear")),
    (Orthogonal(), torch.nn.init.orthogonal_),
    (Normal(), partial(torch.nn.init.normal_, std=0.1)),
    (Normal(std=2.0), partial(torch.nn.init.normal_, std=2.0)),
    (Zeros(), torch.nn.init.zeros_),
]


@pytest.mark.conformance
@pytest.mark.parametrize(("initializer", "fill"), CASES, ids=[case[0].kind for case in CASES])
@pytest.mark.parametrize(("fan_in", "fan_out"), [(500, 200), (200, 500)])
def test_weights_are_distributed_as_in_pytorch(initializer, fill, fan_in, fan_out):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layer = torch.nn.Linear(fan_in, fan_out)
        if fill is not None:
            fill(layer.weight)
    expected = layer.weight.detach().numpy()
    weights = initializer.draw(fan_in, fan_out, stream(0, Purpose.WEIGHTS))[:, :-1]
    assert weights.shape == expected.shape
    levels = [0.01, 0.1, 0.25, 0.75, 0.9, 0.99]
    np.testing.assert_allclose(np.quantile(weights, levels), np.quantile(expected, levels), rtol=0.03)


class Given:
    """In place of a generator: these numbers."""

    def __init__(self, numbers):
        self.numbers = numbers

    def standard_normal(self, shape):
        assert self.numbers.shape == shape
        return self.numbers


@pytest.mark.conformance
@pytest.mark.parametrize(("fan_in", "fan_out"), [(12, 5), (5, 12), (8, 8), (1, 3)])
@pytest.mark.parametrize("gain", [1.0, 1.7])
def test_orthogonal_weights_are_those_of_pytorch_for_the_same_normal_numbers(fan_in, fan_out, gain):
    with torch.random.fork_rng():
        torch.manual_seed(5)
        normal = torch.empty(fan_out, fan_in, dtype=torch.float64).normal_()
        torch.manual_seed(5)
        expected = torch.nn.init.orthogonal_(torch.empty(fan_out, fan_in, dtype=torch.float64), gain).numpy()
    drawn = Orthogonal(gain=gain).draw(fan_in, fan_out, Given(normal.numpy()))
    np.testing.assert_allclose(drawn[:, :-1], expected, atol=1e-13)
    assert not drawn[:, -1].any()
