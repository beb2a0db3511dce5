"""Every loss: value, gradient, decisions, probabilities."""

import tracemalloc

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.metrics import hinge_loss

from lrviz.engine.losses import L1, MSE, AnyLoss, Auto, BinaryCrossEntropy, CrossEntropy, Hinge, Huber
from lrviz.engine.parts import kinds

CASES = [
    (MSE(), 0),
    (L1(), 0),
    (Huber(), 0),
    (Huber(delta=0.1), 0),
    (MSE(), 2),
    (MSE(), 3),
    (MSE(), 10),
    (BinaryCrossEntropy(), 2),
    (CrossEntropy(), 2),
    (CrossEntropy(), 3),
    (CrossEntropy(), 10),
    (CrossEntropy(label_smoothing=0.1), 2),
    (CrossEntropy(label_smoothing=0.3), 5),
    (Hinge(), 2),
    (Hinge(), 3),
    (Hinge(), 10),
]
CLASSIFYING = [case for case in CASES if case[1]]
each = pytest.mark.parametrize(("loss", "classes"), CASES, ids=[f"{a.kind}-{b}" for a, b in CASES])
classifying = pytest.mark.parametrize(
    ("loss", "classes"), CLASSIFYING, ids=[f"{a.kind}-{b}" for a, b in CLASSIFYING]
)


def batch(loss, classes, runs=4, size=11, dtype=np.float64):
    """Outputs and encoded targets (runs, size, outputs), laid out as a network makes them."""
    random = np.random.default_rng(classes)
    outputs = loss.outputs(classes)
    z = random.normal(0.0, 2.0, size=(runs, outputs, size)).astype(dtype).swapaxes(1, 2)
    targets = random.integers(classes, size=runs * size) if classes else random.normal(size=runs * size)
    y = loss.encode(targets.astype(np.float64), classes).reshape(runs, size, outputs).astype(dtype)
    return z, y


def gradient(loss, z, y):
    out, scratch = np.full_like(z, np.nan), (np.full_like(z, np.nan), np.full_like(z, np.nan))
    loss.gradient(z, y, out, scratch)
    return out


def test_the_names_in_files_are_these():
    names = ["auto", "mse", "l1", "huber", "binary_cross_entropy", "cross_entropy", "hinge"]
    assert list(kinds(AnyLoss)) == names


@pytest.mark.parametrize(
    ("task", "loss"),
    [("binary", BinaryCrossEntropy()), ("multiclass", CrossEntropy()), ("regression", MSE())],
)
def test_auto_stands_for_the_usual_loss_of_the_task(task, loss):
    assert Auto().resolve(task) == loss
    assert task in loss.tasks


@each
def test_the_gradient_equals_finite_differences(loss, classes):
    z, y = batch(loss, classes)
    exact = gradient(loss, z, y)
    numeric = np.empty_like(exact)
    h = 1e-5
    for index in np.ndindex(*z.shape[1:]):
        up, down = z.copy(), z.copy()
        up[:, *index] += h
        down[:, *index] -= h
        numeric[:, *index] = (loss.value(up, y) - loss.value(down, y)) / (2.0 * h)
    np.testing.assert_allclose(exact, numeric, rtol=1e-6, atol=1e-6 * np.abs(exact).max())


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1, 8, 10, 33, 300])
def test_a_run_among_others_gets_the_bits_it_gets_alone(loss, classes, dtype, size):
    z, y = batch(loss, classes, size=size, dtype=dtype)
    values, gradients = loss.value(z, y), gradient(loss, z, y)
    assert values.dtype == gradients.dtype == dtype
    for r in range(len(z)):
        one = z[r : r + 1].copy(order="K")
        assert loss.value(one, y[r : r + 1])[0] == values[r]
        assert np.array_equal(gradient(loss, one, y[r : r + 1])[0], gradients[r])


@each
def test_leading_axes_may_be_many_or_none(loss, classes):
    z, y = batch(loss, classes, runs=6)
    values = loss.value(z, y)
    several = loss.value(z.reshape(2, 3, *z.shape[1:]), y.reshape(2, 3, *y.shape[1:]))
    np.testing.assert_allclose(several.ravel(), values, rtol=1e-14)
    np.testing.assert_allclose([loss.value(*pair) for pair in zip(z, y, strict=True)], values, rtol=1e-14)


@pytest.mark.parametrize(
    "loss",
    [BinaryCrossEntropy(), CrossEntropy(), CrossEntropy(label_smoothing=0.2), Hinge()],
    ids=["binary", "softmax", "smoothed", "hinge"],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_huge_outputs_give_finite_losses_and_gradients(loss, dtype):
    column = np.array([-1e30, -1000.0, 0.0, 1000.0, 1e30], dtype=dtype)
    z = column[:, None] if loss.outputs(2) == 1 else np.stack([column, -column / 2], axis=-1)
    for target in (0.0, 1.0):
        y = loss.encode(np.full(5, target), 2).astype(dtype)
        with np.errstate(over="ignore"):
            slope = gradient(loss, z, y)
        assert np.isfinite(loss.value(z, y))
        assert (np.abs(slope) <= 1.0 / 5.0).all()


@each
def test_nothing_is_allocated_where_scratch_is_given(loss, classes):
    z, y = (np.ascontiguousarray(array) for array in batch(loss, classes, runs=8, size=400))
    out, scratch = np.empty_like(z), (np.empty_like(z), np.empty_like(z))
    loss.gradient(z, y, out, scratch)
    loss.value(z, y, scratch)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(20):
            loss.gradient(z, y, out, scratch)
            loss.value(z, y, scratch)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 4096


@each
def test_scratch_changes_no_bit_of_the_value(loss, classes):
    z, y = batch(loss, classes)
    scratch = (np.full_like(z, np.nan), np.full_like(z, np.nan))
    assert np.array_equal(loss.value(z, y, scratch), loss.value(z, y))


def test_a_network_that_knows_nothing_has_the_loss_of_guessing():
    zeros = np.zeros((6, 10))
    targets = np.arange(6.0)
    guess = CrossEntropy().value(zeros, CrossEntropy().encode(targets, 10))
    np.testing.assert_allclose(guess, np.log(10.0), rtol=1e-15)
    toss = BinaryCrossEntropy().value(zeros[:, :1], BinaryCrossEntropy().encode(targets % 2, 2))
    np.testing.assert_allclose(toss, np.log(2.0), rtol=1e-15)


def test_cross_entropy_of_two_classes_equals_binary_cross_entropy_of_their_difference():
    z, y = batch(CrossEntropy(), 2)
    binary = BinaryCrossEntropy().value(z[..., 1:] - z[..., :1], y[..., 1:])
    np.testing.assert_allclose(CrossEntropy().value(z, y), binary, rtol=1e-13)


@classifying
def test_encoded_targets_are_decided_to_be_what_they_encode(loss, classes):
    targets = np.arange(classes, dtype=np.float64)
    y = loss.encode(targets, classes)
    assert y.shape == (classes, loss.outputs(classes))
    at_half = 0.5 if isinstance(loss, BinaryCrossEntropy) else 0.0
    assert np.array_equal(loss.decide(y - at_half), targets)


@classifying
def test_probabilities_sum_to_one_and_agree_with_the_decision(loss, classes):
    z, _ = batch(loss, classes)
    p = loss.probabilities(z)
    assert p.shape == (*z.shape[:-1], classes)
    assert (p >= 0.0).all()
    np.testing.assert_allclose(p.sum(axis=-1), 1.0, rtol=1e-14)
    assert np.array_equal(p.argmax(axis=-1), loss.decide(z))


def test_squared_error_reads_probabilities_as_they_are_and_others_as_the_closest():
    p = np.array([[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]])
    np.testing.assert_allclose(MSE().probabilities(p), p, atol=1e-15)
    z = np.array([[0.9, 0.4, -0.5], [-1.0, -1.0, -1.0], [5.0, 1.0, 0.0]])
    closest = [[0.75, 0.25, 0.0], [1 / 3, 1 / 3, 1 / 3], [1.0, 0.0, 0.0]]
    np.testing.assert_allclose(MSE().probabilities(z), closest, atol=1e-15)


def test_regression_targets_are_kept_as_they_are():
    assert np.array_equal(MSE().encode(np.array([1.5, -2.0]), 0), [[1.5], [-2.0]])


def test_smoothed_targets_share_out_what_they_take_from_the_right_class():
    y = CrossEntropy(label_smoothing=0.3).encode(np.array([2.0, 0.0]), 3)
    np.testing.assert_allclose(y, [[0.1, 0.1, 0.8], [0.8, 0.1, 0.1]], rtol=1e-15)
    assert np.array_equal(CrossEntropy().encode(np.array([1.0]), 3), [[0.0, 1.0, 0.0]])


def test_a_smoothed_loss_is_least_at_the_smoothed_probabilities():
    loss = CrossEntropy(label_smoothing=0.3)
    y = loss.encode(np.array([2.0]), 3)
    np.testing.assert_allclose(gradient(loss, np.log(y), y), 0.0, atol=1e-15)


def test_huber_is_half_the_squared_error_near_and_a_straight_line_far():
    z, y = batch(MSE(), 0)
    np.testing.assert_allclose(Huber(delta=1000.0).value(z, y), MSE().value(z, y) / 2.0, rtol=1e-13)
    far = 10.0 + np.arange(5.0)[:, None]
    expected = 0.5 * (far.mean() - 0.25)
    np.testing.assert_allclose(Huber(delta=0.5).value(far, np.zeros((5, 1))), expected, rtol=1e-15)
    np.testing.assert_allclose(gradient(Huber(delta=0.5), -far, np.zeros((5, 1))), -0.5 / 5.0, rtol=1e-15)


def test_an_exact_prediction_has_no_slope():
    z = np.ones((4, 1))
    for loss in (L1(), Huber()):
        assert loss.value(z, z) == 0.0
        assert not gradient(loss, z, z).any()


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_a_lead_of_one_is_all_that_hinge_asks_for(classes):
    loss = Hinge()
    y = loss.encode(np.arange(classes, dtype=np.float64), classes)
    for lead in (1.0, 1.5, 100.0):
        assert loss.value(lead * y, y) == 0.0
        assert not gradient(loss, lead * y, y).any()
    assert loss.value(0.99 * y, y) > 0.0
    certain = y if classes > 2 else np.concatenate([y < 0.0, y > 0.0], axis=-1)
    assert np.array_equal(loss.probabilities(1.5 * y), certain)


def test_hinge_of_two_classes_is_that_of_scikit_learn():
    z, y = batch(Hinge(), 2, runs=1, size=50)
    expected = hinge_loss(y[0, :, 0], z[0, :, 0])
    np.testing.assert_allclose(Hinge().value(z, y), [expected], rtol=1e-14)


@pytest.mark.parametrize("z", [-3.0, -1.0, -0.4, 0.3, 1.0, 2.0])
def test_hinge_reads_the_output_of_two_classes_as_the_way_from_margin_to_margin(z):
    p = Hinge().probabilities(np.array([[z]]))
    share = min(max((1.0 + z) / 2.0, 0.0), 1.0)
    np.testing.assert_allclose(p, [[1.0 - share, share]], atol=1e-15)


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        (Huber, {"delta": 0.0}),
        (Huber, {"delta": 1001.0}),
        (CrossEntropy, {"label_smoothing": -0.1}),
        (CrossEntropy, {"label_smoothing": 1.1}),
    ],
)
def test_values_out_of_range_are_refused(part, wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        part(**wrong)
