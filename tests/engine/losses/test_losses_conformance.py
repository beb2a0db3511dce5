"""Every loss against PyTorch."""

import numpy as np
import pytest

from lrviz.engine.losses import MSE, BinaryCrossEntropy, CrossEntropy

torch = pytest.importorskip("torch")

CASES = [
    (MSE(), torch.nn.MSELoss(), 0),
    (MSE(), torch.nn.MSELoss(), 2),
    (MSE(), torch.nn.MSELoss(), 5),
    (BinaryCrossEntropy(), torch.nn.BCEWithLogitsLoss(), 2),
    (CrossEntropy(), torch.nn.CrossEntropyLoss(), 2),
    (CrossEntropy(), torch.nn.CrossEntropyLoss(), 10),
]


@pytest.mark.conformance
@pytest.mark.parametrize(
    ("loss", "reference", "classes"), CASES, ids=[f"{case[0].kind}-{case[2]}" for case in CASES]
)
@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_values_and_gradients_equal_those_of_pytorch(loss, reference, classes, scale):
    random = np.random.default_rng(7)
    z = random.normal(0.0, scale, size=(20, loss.outputs(classes)))
    targets = random.integers(classes, size=20).astype(np.float64) if classes else random.normal(size=20)
    y = loss.encode(targets, classes)
    at = torch.tensor(z, requires_grad=True)
    expected = reference(at, torch.tensor(y))
    expected.backward()

    out = np.empty_like(z)
    loss.gradient(z, y, out, (np.empty_like(z), np.empty_like(z)))
    np.testing.assert_allclose(loss.value(z, y), expected.item(), rtol=1e-13)
    np.testing.assert_allclose(out, at.grad.numpy(), rtol=1e-12, atol=1e-16)
