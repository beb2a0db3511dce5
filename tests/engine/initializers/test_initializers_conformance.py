"""Every initializer against PyTorch: the same distribution, not the same numbers."""

import numpy as np
import pytest

from lrviz.engine.initializers import (
    KaimingNormal,
    KaimingUniform,
    TorchDefault,
    XavierNormal,
    XavierUniform,
)
from lrviz.engine.random import Purpose, stream

torch = pytest.importorskip("torch")

CASES = [
    (TorchDefault(), None),
    (XavierUniform(), torch.nn.init.xavier_uniform_),
    (XavierNormal(), torch.nn.init.xavier_normal_),
    (KaimingUniform(), torch.nn.init.kaiming_uniform_),
    (KaimingNormal(), torch.nn.init.kaiming_normal_),
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
