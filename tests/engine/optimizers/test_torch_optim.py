"""The rest of `torch.optim`: blocks of runs, closed formulas, settings."""

import tracemalloc
from dataclasses import replace
from math import exp, log

import numpy as np
import pytest
from pydantic import ValidationError

from lrviz.engine.activations import Tanh
from lrviz.engine.network import Network
from lrviz.engine.optimizers import (
    ASGD,
    LBFGS,
    Adadelta,
    Adafactor,
    Adamax,
    AdamW,
    Muon,
    NAdam,
    RAdam,
    Rprop,
)
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.optimizers.muon import Partner
from lrviz.engine.rule import first_slots
from lrviz.engine.tensors import Tensor, whole
from lrviz.engine.trainer import Trainer
from lrviz.experiment import edit, live
from lrviz.experiment.build import build

RATES = [0.003, 0.01, 0.03, 0.02, 0.1]
BLOCKS = {
    "adadelta": [
        Adadelta(),
        Adadelta(rho=0.0, eps=1e-3),
        Adadelta(weight_decay=0.1),
        Adadelta(rho=0.99, eps=1e-4),
        Adadelta(rho=0.5, weight_decay=0.01),
    ],
    "adamax": [
        Adamax(),
        Adamax(betas=(0.0, 0.5)),
        Adamax(betas=(0.5, 0.0), eps=1e-3),
        Adamax(weight_decay=0.1),
        Adamax(betas=(0.8, 0.99), weight_decay=0.01),
    ],
    "rprop": [
        Rprop(),
        Rprop(etas=(0.3, 1.5)),
        Rprop(step_sizes=(1e-4, 0.01)),
        Rprop(etas=(0.9, 1.01)),
        Rprop(step_sizes=(0.001, 0.001)),
    ],
    "asgd": [
        ASGD(),
        ASGD(t0=0),
        ASGD(t0=10, lambd=0.1, alpha=0.5),
        ASGD(weight_decay=0.1),
        ASGD(t0=5, alpha=0.0, weight_decay=0.01),
    ],
    "adafactor": [
        Adafactor(),
        Adafactor(beta2_decay=-0.3, weight_decay=0.1),
        Adafactor(eps1=1e-3, eps2=0.1),
        Adafactor(d=3.0, eps2=0.0),
        Adafactor(beta2_decay=0.0, eps1=0.1),
    ],
    "muon": [
        Muon(),
        Muon(ns_steps=2, weight_decay=0.0),
        Muon(ns_steps=7, momentum=0.5, adjust_lr_fn="match_rms_adamw"),
        Muon(ns_coefficients=(2.0, -1.5, 0.5), eps=0.1, partner=Partner(lr=0.1, betas=(0.5, 0.9))),
        Muon(momentum=0.0, ns_steps=0, partner=Partner(weight_decay=0.0, eps=1e-3)),
    ],
    "muon, without nesterov": [Muon(nesterov=False, momentum=m) for m in (0.0, 0.3, 0.9, 0.95, 0.99)],
    "lbfgs": [
        LBFGS(max_iter=1),
        LBFGS(max_iter=4, history_size=2),
        LBFGS(max_iter=3, max_eval=2),
        LBFGS(max_iter=5, tolerance_grad=0.1),
        LBFGS(max_iter=4, tolerance_change=1e-3),
    ],
    "lbfgs, strong wolfe": [
        LBFGS(line_search_fn="strong_wolfe", max_iter=4),
        LBFGS(line_search_fn="strong_wolfe", max_iter=1),
        LBFGS(line_search_fn="strong_wolfe", max_iter=8, history_size=2),
        LBFGS(line_search_fn="strong_wolfe", max_iter=6, max_eval=30, tolerance_grad=0.05),
        LBFGS(line_search_fn="strong_wolfe", max_iter=3, max_eval=60, tolerance_change=1e-4),
    ],
}
for decoupled in (False, True):
    for family, part in {"nadam": NAdam, "radam": RAdam}.items():
        BLOCKS[f"{family}, decoupled {decoupled}"] = [
            part(decoupled_weight_decay=decoupled),
            part(decoupled_weight_decay=decoupled, weight_decay=0.1),
            part(decoupled_weight_decay=decoupled, betas=(0.0, 0.5)),
            part(decoupled_weight_decay=decoupled, betas=(0.5, 0.0), eps=1e-3),
            part(decoupled_weight_decay=decoupled, betas=(0.95, 0.8), weight_decay=0.01),
        ]

blocks = pytest.mark.parametrize("specs", BLOCKS.values(), ids=BLOCKS.keys())
both_types = pytest.mark.parametrize("dtype", ["float32", "float64"])
CYCLES = {"kind": "cyclic", "max_lr": 3.0, "step_size_up": 5, "cycle_momentum": True}


@pytest.fixture
def block_of(experiment):
    """Makes a block of these optimizers on a small network, each run with α and schedule of its own."""

    def make(specs, rates, schedules, dtype="float64"):
        training = {"batch_size": 8, "steps": 100, "eval_every": 10, "dtype": dtype}
        runs = zip(specs, rates, schedules, strict=True)
        return build(
            [
                experiment(
                    network={"hidden": [{"units": 20}, {"units": 17}]},
                    optimizer=spec.model_dump(),
                    lr=lr,
                    schedule=schedule,
                    training=training,
                )
                for spec, lr, schedule in runs
            ]
        )

    return make


def trained(block, steps):
    trainer = Trainer(block)
    trainer.advance(steps)
    return trainer.state


@blocks
@both_types
def test_a_run_among_others_gets_the_bits_it_gets_alone(specs, dtype, block_of):
    schedules = ["constant", CYCLES, "cosine", "constant", CYCLES]
    together = trained(block_of(specs, RATES, schedules, dtype), 40)
    assert not together.diverged_at.any()
    for r, spec in enumerate(specs):
        alone = trained(block_of([spec], RATES[r : r + 1], schedules[r : r + 1], dtype), 40)
        assert np.array_equal(alone.params[0], together.params[r])
        for name, slot in alone.slots.items():
            assert np.array_equal(slot[0], together.slots[name][r]), name


@blocks
def test_equal_rates_for_all_tensors_are_one_rate(specs, block_of):
    if isinstance(specs[0], LBFGS):
        return
    made = block_of(specs, RATES, [CYCLES, *["constant"] * 4])
    tensors = len(made.network.tensors)
    rated = trained(replace(made, tensor_rates=np.ones((5, tensors))), 20)
    assert np.array_equal(rated.params, trained(made, 20).params)


@blocks
def test_a_tensor_with_a_rate_of_zero_stays_where_it_is(specs, block_of):
    made = block_of(specs[:1], [0.01], ["constant"])
    rates = np.ones((1, len(made.network.tensors)))
    rates[0, [0, 3]] = 0.0
    made = replace(made, tensor_rates=rates)
    if isinstance(specs[0], LBFGS):
        with pytest.raises(ValueError, match="every tensor's rate must be the same"):
            trained(made, 1)
        return
    before, after = Trainer(made).state.params[0], trained(made, 20).params[0]
    for rate, tensor in zip(rates[0], made.network.tensors, strict=True):
        # Rprop's step sizes are never below their bound.
        longest = 20 * 1.1e-5 if isinstance(specs[0], Rprop) else 0.0
        moved = np.abs(after[tensor.places] - before[tensor.places])
        assert (moved > 1e-4).any() if rate else (moved <= longest).all()


def walk(spec, gradients, lr, tensors=None, start=0.0, dtype=np.float64):
    """Parameters and slots before and after each update with these gradients (T, P); lr: one for each."""
    gradients = np.asarray(gradients, dtype=dtype)
    steps, size = gradients.shape
    params = np.full((1, size), start, dtype=dtype)
    grad = np.empty_like(params)
    tensors = tensors or whole(size)
    slots = first_slots([spec], [()], params, tensors)
    update = type(spec).bind([spec], Ground(params, grad, slots, tensors))
    table = np.empty((update.factors, steps, 1))
    update.tabulate(
        np.broadcast_to(np.asarray(lr, float), steps)[:, None], np.arange(1.0, steps + 1)[:, None], table
    )
    path = [params[0].copy()]
    for k in range(steps):
        grad[0] = gradients[k]
        update.step(*table[:, k, :, None].astype(dtype))
        path.append(params[0].copy())
    return np.array(path), slots, update


WIDE = Network.build(40, [(64, Tanh())], 30).tensors


@blocks
def test_a_step_allocates_nothing(specs):
    size = sum(tensor.size for tensor in WIDE)
    params = np.random.default_rng(0).normal(size=(1, size)).astype(np.float32)
    grad, begun = np.ones_like(params), np.ones(1)

    def look():
        np.multiply(params, np.float32(0.5), out=grad)
        begun[0] *= 0.999
        return begun

    slots = first_slots(specs[:1], [()], params, WIDE)
    update = type(specs[0]).bind(specs[:1], Ground(params, grad, slots, WIDE, loss=look, look=look))
    factors = np.full((update.factors, 1, 1), 1e-3, dtype=np.float32)
    for _ in range(50):
        update.step(*factors)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(20):
            update.step(*factors)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 4096


BOWL = (Tensor("weight", (2, 3), np.arange(6)), Tensor("bias", (2,), np.arange(6, 8)))


@pytest.mark.parametrize(
    ("spec", "lr"),
    [
        (Adadelta(eps=1e-4), 1.0),
        (Adamax(), 0.1),
        (NAdam(), 0.1),
        (RAdam(), 0.1),
        (Rprop(), 0.1),
        (ASGD(), 0.05),
        (Adafactor(), 0.5),
        (Muon(weight_decay=0.0), 0.1),
        (LBFGS(), 0.1),
        (LBFGS(line_search_fn="strong_wolfe"), 1.0),
    ],
    ids=repr,
)
def test_every_optimizer_gets_down_into_a_bowl(spec, lr):
    steepness = np.geomspace(1.0, 10.0, 8)
    params = np.random.default_rng(2).normal(size=(1, 8))
    grad = np.empty_like(params)

    def look():
        grad[:] = steepness * params
        return (steepness * params**2).sum(axis=1) / 2.0

    slots = first_slots([spec], [()], params, BOWL)
    update = type(spec).bind([spec], Ground(params, grad, slots, BOWL, loss=look, look=look))
    t = np.arange(1.0, 301)[:, None]
    table = np.empty((update.factors, 300, 1))
    update.tabulate(lr * (1.0 - (t - 1.0) / 300.0), t, table)
    for k in range(300):
        look()
        update.step(*table[:, k, :, None])
    assert np.abs(update.shown).max() < 0.02


# Traps


def test_adadeltas_epsilon_stands_inside_both_roots():
    g, rho, eps = np.array([1e-3, 1.0, 50.0]), 0.9, 1e-4
    path, slots, _ = walk(Adadelta(rho=rho, eps=eps), [g], 0.5)
    delta = np.sqrt(eps) / np.sqrt((1.0 - rho) * g * g + eps) * g
    np.testing.assert_allclose(path[1], -0.5 * delta, rtol=1e-14)
    np.testing.assert_allclose(slots["acc_delta"][0], (1.0 - rho) * delta**2, rtol=1e-13)


def test_adamax_forgets_its_largest_gradient_by_beta2_only():
    path, slots, _ = walk(Adamax(betas=(0.0, 0.5), eps=1e-3), [[8.0], [1.0], [1.0], [5.0]], 0.1)
    expected = 0.1 * np.array([8.0, 1.0, 1.0, 5.0]) / [8.001, 4.0005, 2.00025, 5.001]
    np.testing.assert_allclose(-np.diff(path[:, 0]), expected)
    np.testing.assert_allclose(slots["exp_inf"], 5.001)


def mu(t, beta1=0.9, psi=0.004):
    return beta1 * (1.0 - 0.5 * 0.96 ** (t * psi))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nadams_product_of_momenta_goes_on_where_beta1_is_edited(dtype):
    _, slots, update = walk(NAdam(momentum_decay=0.1), np.ones((3, 2)), 0.01, dtype=dtype)
    # Each momentum is rounded once to the working type.
    tight = 4.0 * np.finfo(dtype).eps
    assert slots["mu_product"].dtype == np.float64
    product = mu(1, psi=0.1) * mu(2, psi=0.1) * mu(3, psi=0.1)
    np.testing.assert_allclose(slots["mu_product"], product, rtol=tight)
    edited = rebound(update, NAdam(betas=(0.5, 0.999), momentum_decay=1.0))
    table = np.empty((edited.factors, 1, 1))
    edited.tabulate(np.full((1, 1), 0.01), np.full((1, 1), 4.0), table)
    edited.grad[:] = 1.0
    edited.step(*table[:, 0, :, None].astype(dtype))
    np.testing.assert_allclose(slots["mu_product"], product * mu(4, 0.5, 1.0), rtol=tight)


def rebound(update, spec):
    """The rule with other settings on the same ground."""
    return type(spec).bind([spec], update.ground)


def test_nadams_first_step_is_dozats():
    path, _, _ = walk(NAdam(eps=1e-30), [[3.0]], 0.1)
    first, second = mu(1), mu(2)
    by_hand = second * 0.1 / (1.0 - first * second) + (1.0 - first) / (1.0 - first)
    np.testing.assert_allclose(path[1], -0.1 * by_hand, rtol=1e-12)


def test_nadams_momentum_close_to_one_keeps_its_digits_in_float32():
    spec = NAdam(betas=(0.99999, 0.999), momentum_decay=1000.0)
    single, _, _ = walk(spec, np.ones((1, 1)), 0.01, dtype=np.float32)
    double, _, _ = walk(spec, np.ones((1, 1)), 0.01)
    np.testing.assert_allclose(single[1], double[1], rtol=1e-5)


def test_radam_rectifies_only_where_rho_is_above_five():
    beta1, beta2, eps, g = 0.9, 0.999, 1e-3, 2.0
    path, _, _ = walk(RAdam(betas=(beta1, beta2), eps=eps), np.full((12, 1), g), 0.1)
    most = 2.0 / (1.0 - beta2) - 1.0
    expected, rectified = [], []
    for t in range(1, 13):
        left = 1.0 - exp(t * log(beta2))
        rho = most - 2.0 * t * beta2**t / left
        scale = 1.0
        rectified.append(rho > 5.0)
        if rho > 5.0:
            r = np.sqrt((rho - 4.0) * (rho - 2.0) * most / ((most - 4.0) * (most - 2.0) * rho))
            scale = r * np.sqrt(left) / (np.sqrt(left) * g + eps)
        expected.append(0.1 * g * scale)
    assert rectified == [False] * 5 + [True] * 7
    np.testing.assert_allclose(-np.diff(path[:, 0]), expected, rtol=1e-9)


def test_radam_with_a_short_memory_never_rectifies():
    path, _, _ = walk(RAdam(betas=(0.0, 0.6)), np.full((50, 1), 3.0), 0.1)
    np.testing.assert_allclose(-np.diff(path[:, 0]), 0.3, rtol=1e-12)


def test_rprop_waits_where_a_sign_flips_and_then_compares_with_nothing():
    path, slots, _ = walk(Rprop(), [[1.0], [2.0], [-3.0], [-3.0], [-1.0]], 0.1)
    np.testing.assert_allclose(-np.diff(path[:, 0]), [0.1, 0.12, 0.0, -0.06, -0.072], rtol=1e-14)
    np.testing.assert_allclose(slots["step_size"], 0.072, rtol=1e-14)
    _, slots, _ = walk(Rprop(), [[1.0], [-3.0]], 0.1)
    assert slots["prev"][0, 0] == 0.0


def test_alpha_gives_rprop_its_first_step_sizes_and_nothing_more():
    gradients = np.random.default_rng(1).normal(size=(30, 4))
    falling = 0.1 / np.arange(1.0, 31.0)
    assert np.array_equal(walk(Rprop(), gradients, 0.1)[0], walk(Rprop(), gradients, falling)[0])
    assert not np.array_equal(walk(Rprop(), gradients, 0.1)[0], walk(Rprop(), gradients, 0.2)[0])


def test_rprops_steps_stay_in_their_bounds_from_the_first_on():
    path, _, _ = walk(Rprop(step_sizes=(0.01, 0.02)), np.ones((6, 1)), 1.0)
    np.testing.assert_allclose(-np.diff(path[:, 0]), 0.02)
    path, _, _ = walk(Rprop(step_sizes=(0.01, 0.02)), np.ones((6, 1)), 1e-6)
    np.testing.assert_allclose(-np.diff(path[:, 0]), [0.01, 0.012, 0.0144, 0.01728, 0.02, 0.02])


def test_asgd_shows_the_average_of_the_weights_after_t0():
    path, _, update = walk(ASGD(lambd=0.0, t0=2), np.ones((8, 3)), 0.1)
    # The update behind t0 + 1 is the first to be averaged; until then the average is the weights.
    np.testing.assert_allclose(update.shown[0], path[4:].mean(axis=0), rtol=1e-13)
    for steps in range(1, 5):
        path, _, update = walk(ASGD(lambd=0.0, t0=3), np.ones((steps, 3)), 0.1)
        assert np.array_equal(update.shown[0], path[-1])


def test_asgd_shows_the_first_weights_before_any_step():
    params = np.arange(6.0).reshape(1, 6)
    slots = first_slots([ASGD()], [()], params, whole(6))
    update = ASGD.bind([ASGD()], Ground(params, params.copy(), slots, whole(6)))
    assert np.array_equal(update.shown, params)


def test_asgds_rate_falls_and_takes_an_edit_of_alpha_one_update_later():
    lr = np.array([0.1, 0.1, 0.5, 0.5, 0.5])
    path, _, _ = walk(ASGD(lambd=0.2, alpha=0.5), np.ones((5, 1)), lr)
    theta, eta = 0.0, 0.1
    for t in range(1, 6):
        theta = (1.0 - 0.2 * eta) * theta - eta
        eta = lr[t - 1] / (1.0 + 0.2 * lr[t - 1] * t) ** 0.5
        np.testing.assert_allclose(path[t], theta, rtol=1e-13)


def test_adafactor_keeps_rows_and_columns_of_matrices_and_all_numbers_of_vectors():
    slots = Adafactor().slots(BOWL)
    assert {name: slot.shape for name, slot in slots.items()} == {
        "row_var": (2,),
        "col_var": (3,),
        "variance": (2,),
    }


def test_adafactors_first_step_is_the_sign_where_squares_are_of_rank_one():
    rows, columns, bias = np.array([2.0, -3.0]), np.array([1.0, -0.1, 5.0]), np.array([1e-3, -40.0])
    gradient = np.concatenate([np.outer(rows, columns).ravel(), bias])
    path, _, _ = walk(Adafactor(), [gradient], 0.05, BOWL, start=4.0)
    np.testing.assert_allclose(path[1], 4.0 - 0.05 * 4.0 * np.sign(gradient), rtol=1e-12)
    other = gradient.copy()
    other[0] *= 7.0
    assert not np.allclose(walk(Adafactor(), [other], 0.05, BOWL, start=4.0)[0][1], path[1])


def test_adafactors_rate_is_at_most_one_by_the_root_of_t_and_relative_to_each_tensor():
    path, _, _ = walk(Adafactor(), np.ones((3, 8)), 10.0, BOWL, start=2.0)
    np.testing.assert_allclose(path[1], 2.0 - 2.0 * 1.0)
    small = (Tensor("one", (4,), np.arange(4)), Tensor("two", (4,), np.arange(4, 8)))
    path, _, _ = walk(Adafactor(eps2=0.5), np.ones((1, 8)), 0.1, small, start=np.repeat([3.0, 0.0], 4))
    np.testing.assert_allclose(path[0] - path[1], 0.1 * np.repeat([3.0, 0.5], 4))


def test_adafactor_shortens_updates_after_a_sudden_large_gradient():
    share = 2.0**-0.8
    gradients = [[1.0] * 4, [10.0] * 4]
    for d in (1.0, 1.2, 5.0):
        path, _, _ = walk(Adafactor(d=d, eps2=1.0), gradients, 0.01)
        update = 10.0 / np.sqrt(share * 100.0 + 1.0 - share)
        np.testing.assert_allclose(path[1] - path[2], 0.01 * update / max(1.0, update / d), rtol=1e-12)


def singular_values(sigma, coefficients=(3.4445, -4.775, 2.0315), steps=5):
    a, b, c = coefficients
    sigma = sigma / np.linalg.norm(sigma)
    for _ in range(steps):
        sigma = a * sigma + b * sigma**3 + c * sigma**5
    return sigma


@pytest.mark.parametrize("shape", [(2, 5), (5, 2), (3, 3), (1, 4), (4, 1)])
def test_muon_keeps_singular_vectors_and_sends_the_values_through_its_polynomial(shape):
    tensors = (Tensor("weight", shape, np.random.default_rng(3).permutation(shape[0] * shape[1])),)
    gradient = np.random.default_rng(4).normal(size=shape)
    flat = np.empty(gradient.size)
    flat[tensors[0].places] = gradient.ravel()
    path, _, _ = walk(Muon(weight_decay=0.0), [flat], 0.1, tensors)
    u, sigma, vt = np.linalg.svd(gradient, full_matrices=False)
    step = max(1.0, shape[0] / shape[1]) ** 0.5 * (u * singular_values(sigma)) @ vt
    np.testing.assert_allclose(path[1][tensors[0].places], -0.1 * step.ravel(), rtol=1e-10, atol=1e-13)
    path, _, _ = walk(
        Muon(weight_decay=0.0, adjust_lr_fn="match_rms_adamw", ns_steps=9), [flat], 0.1, tensors
    )
    step = 0.2 * max(shape) ** 0.5 * (u * singular_values(sigma, steps=9)) @ vt
    np.testing.assert_allclose(path[1][tensors[0].places], -0.1 * step.ravel(), rtol=1e-10, atol=1e-13)


def test_muons_biases_are_stepped_by_its_partner():
    gradients = np.random.default_rng(5).normal(size=(20, 8))
    partner = Partner(lr=0.25, betas=(0.5, 0.9), eps=1e-3, weight_decay=0.3)
    path, _, _ = walk(Muon(partner=partner), gradients, 0.2, BOWL, start=1.0)
    alone = AdamW(betas=(0.5, 0.9), eps=1e-3, weight_decay=0.3)
    expected, _, _ = walk(alone, gradients[:, 6:], 0.05, start=1.0)
    assert np.array_equal(path[:, 6:], expected)


def test_muons_decay_is_of_alpha_whatever_the_shape():
    path, _, _ = walk(Muon(weight_decay=0.5), np.zeros((1, 8)), 0.1, BOWL, start=1.0)
    np.testing.assert_allclose(path[1][:6], 0.95)


def test_the_partner_is_edited_live_like_any_field(experiment):
    before = experiment(optimizer="muon")
    after = edit(before, "optimizer.partner.betas.0", 0.5)
    assert after.optimizer.partner == Partner(betas=(0.5, 0.999))
    assert live(after, "optimizer.partner.betas.0")


@pytest.mark.parametrize(
    ("part", "settings"),
    [
        (Rprop, {"etas": (1.0, 1.2)}),
        (Rprop, {"etas": (0.5, 1.0)}),
        (Adafactor, {"d": 0.9}),
        (Adafactor, {"beta2_decay": 0.1}),
        (Muon, {"ns_steps": 100}),
        (LBFGS, {"history_size": 101}),
        (NAdam, {"betas": (1.0, 0.9)}),
    ],
)
def test_settings_out_of_range_are_refused(part, settings):
    with pytest.raises(ValidationError, match=next(iter(settings))):
        part(**settings)


def test_a_smallest_step_above_the_largest_is_refused():
    with pytest.raises(ValidationError, match=r"smallest step 0\.1 is above the largest 0\.01"):
        Rprop(step_sizes=(0.1, 0.01))
