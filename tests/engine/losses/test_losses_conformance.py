"""Every loss against PyTorch."""

import numpy as np
import pytest

from lrviz.engine.losses import L1, MSE, BinaryCrossEntropy, CrossEntropy, Hinge, Huber

torch = pytest.importorskip("torch")

CASES = [
    (MSE(), torch.nn.MSELoss(), 0),
    (MSE(), torch.nn.MSELoss(), 2),
    (MSE(), torch.nn.MSELoss(), 5),
    (L1(), torch.nn.L1Loss(), 0),
    (Huber(), torch.nn.HuberLoss(), 0),
    (Huber(delta=0.3), torch.nn.HuberLoss(delta=0.3), 0),
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


NUMBERED = [
    (CrossEntropy(label_smoothing=0.1), torch.nn.CrossEntropyLoss(label_smoothing=0.1), 2),
    (CrossEntropy(label_smoothing=0.4), torch.nn.CrossEntropyLoss(label_smoothing=0.4), 10),
    (CrossEntropy(label_smoothing=1.0), torch.nn.CrossEntropyLoss(label_smoothing=1.0), 4),
    (Hinge(), torch.nn.MultiMarginLoss(), 3),
    (Hinge(), torch.nn.MultiMarginLoss(), 10),
]


@pytest.mark.conformance
@pytest.mark.parametrize(
    ("loss", "reference", "classes"), NUMBERED, ids=[f"{case[0].kind}-{case[2]}" for case in NUMBERED]
)
@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_losses_that_pytorch_gives_class_numbers_equal_its_own(loss, reference, classes, scale):
    random = np.random.default_rng(8)
    z = random.normal(0.0, scale, size=(20, classes))
    targets = random.integers(classes, size=20)
    y = loss.encode(targets.astype(np.float64), classes)
    at = torch.tensor(z, requires_grad=True)
    expected = reference(at, torch.tensor(targets))
    expected.backward()

    out = np.empty_like(z)
    loss.gradient(z, y, out, (np.empty_like(z), np.empty_like(z)))
    np.testing.assert_allclose(loss.value(z, y), expected.item(), rtol=1e-13)
    np.testing.assert_allclose(out, at.grad.numpy(), rtol=1e-12, atol=1e-16)


@pytest.mark.conformance
def test_hinge_of_two_classes_is_twice_pytorchs_margin_loss_of_the_outputs_zero_and_z():
    random = np.random.default_rng(9)
    z, targets = random.normal(0.0, 2.0, size=(40, 1)), random.integers(2, size=40)
    y = Hinge().encode(targets.astype(np.float64), 2)
    at = torch.tensor(z, requires_grad=True)
    expected = 2.0 * torch.nn.MultiMarginLoss()(
        torch.cat([torch.zeros_like(at), at], dim=1), torch.tensor(targets)
    )
    expected.backward()

    out = np.empty_like(z)
    Hinge().gradient(z, y, out, (np.empty_like(z), np.empty_like(z)))
    np.testing.assert_allclose(Hinge().value(z, y), expected.item(), rtol=1e-13)
    np.testing.assert_allclose(out, at.grad.numpy(), rtol=1e-12, atol=1e-16)
