"""Published optimizers against closed formulas, above all where sources and expectations differ."""

import numpy as np
import pytest
from pydantic import ValidationError

from lrviz.engine.optimizers import (
    LAMB,
    LARS,
    SGD,
    SGLD,
    AdaBelief,
    AdamW,
    Adan,
    AdEMAMix,
    Lion,
    NormalizedSGD,
    ScheduleFreeAdamW,
    ScheduleFreeSGD,
)
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.rule import first_slots
from lrviz.engine.tensors import Tensor
from lrviz.engine.trainer import Trainer

TENSORS = (Tensor("weight", (2, 3), np.array([0, 1, 2, 4, 5, 6])), Tensor("bias", (2,), np.array([3, 7])))
WEIGHT, BIAS = (tensor.places for tensor in TENSORS)
FIRST = np.array([[0.3, -1.0, 2.0, 0.5, -0.7, 0.1, 1.5, -0.2]])
GRAD = np.array([[0.1, 3.0, -0.02, 0.4, 5.0, -1.0, 0.6, -0.3]])


class Walk:
    """Steps from FIRST with gradients and rates told one by one."""

    def __init__(self, *specs, first=FIRST, dtype=np.float64, **more):
        self.params = np.repeat(first, len(specs), axis=0).astype(dtype)
        self.grad = np.zeros_like(self.params)
        self.slots = first_slots(specs, [()] * len(specs), self.params, TENSORS)
        more = {"seeds": range(len(specs)), **more}
        self.update = type(specs[0]).bind(specs, Ground(self.params, self.grad, self.slots, TENSORS, **more))
        self.t = 0

    def step(self, grad, lr):
        """The parameters after one more update."""
        self.t += 1
        shape = (1, len(self.params))
        factors = np.empty((self.update.factors, *shape))
        self.update.tabulate(np.full(shape, lr), np.full(shape, float(self.t)), factors)
        self.grad[:] = grad
        self.update.step(*factors[:, 0, :, None].astype(self.params.dtype))
        self.update.show()
        return self.params.copy()


def close(value, expected, rtol=1e-12):
    np.testing.assert_allclose(value, expected, rtol=rtol, atol=1e-15)


# Lion


def test_lion_moves_every_weight_by_alpha_whatever_its_gradient():
    close(Walk(Lion()).step(GRAD, 0.1), FIRST - 0.1 * np.sign(GRAD))
    close(Walk(Lion()).step(0.0 * GRAD, 0.1), FIRST)


@pytest.mark.parametrize(("second", "direction"), [(-0.085, 1.0), (-0.095, -1.0)])
def test_lions_average_learns_of_a_gradient_after_its_step_and_with_beta2(second, direction):
    # The mix is 0.9 · 0.01 · 1 + 0.1 · second: it turns at second = −0.09.
    walk = Walk(Lion())
    first = walk.step(1.0, 0.1)
    close(walk.step(second, 0.1), first - 0.1 * direction)


def test_lion_decays_before_it_steps():
    close(Walk(Lion(weight_decay=2.0)).step(GRAD, 0.1), 0.8 * FIRST - 0.1 * np.sign(GRAD))


# AdaBelief


def test_adabelief_divides_a_steady_gradient_by_the_epsilons_that_have_added_up():
    walk = Walk(AdaBelief(betas=(0.0, 0.9), eps=1e-6, rectify=False))
    sum_of_eps = 1e-6 / (1.0 - 0.9)
    for _ in range(5):
        before = walk.params.copy()
        close(walk.step(GRAD, 0.1), before - 0.1 * GRAD / (np.sqrt(sum_of_eps) + 1e-6))


@pytest.mark.parametrize("early", [True, False])
def test_adabelief_takes_steps_of_sgd_or_none_until_its_average_can_be_trusted(early):
    walk = Walk(AdaBelief(degenerated_to_sgd=early))
    t = np.arange(1.0, 9.0)
    longest = 2.0 / 0.001 - 1.0
    length = longest - 2.0 * t * 0.999**t / (1.0 - 0.999**t)
    trusted = length >= 5.0
    assert trusted.tolist() == [False] * 5 + [True] * 3
    for known in trusted:
        before = walk.params.copy()
        moved = walk.step(GRAD, 0.1) - before
        if known:
            close(np.abs(moved), np.abs(moved[0, 0]), rtol=1e-6)
        else:
            close(moved, -0.1 * GRAD * early)


def test_adabeliefs_decay_follows_alpha_or_does_not_or_is_part_of_the_gradient():
    still = np.zeros_like(GRAD)
    close(Walk(AdaBelief(weight_decay=0.5)).step(still, 0.1), 0.95 * FIRST)
    close(Walk(AdaBelief(weight_decay=0.5, fixed_decay=True)).step(still, 0.1), 0.5 * FIRST)
    # An early step is one of SGD, whose m̂ is the gradient.
    close(Walk(AdaBelief(weight_decay=0.5, weight_decouple=False)).step(still, 0.1), 0.95 * FIRST)


def test_amsgrad_in_adabelief_is_refused_where_it_would_change_nothing():
    with pytest.raises(ValidationError, match="needs rectify off"):
        AdaBelief(amsgrad=True)


# Adan and AdEMAMix


def test_adan_sees_no_change_at_the_first_update_and_all_of_it_at_the_second():
    spec = Adan(betas=(0.0, 0.5, 0.0), eps=1e-12)
    walk = Walk(spec)
    close(walk.step(GRAD, 0.1), FIRST - 0.1 * np.sign(GRAD), rtol=1e-9)
    before, change = walk.params.copy(), GRAD
    # d = 0.5 Δ, corrected by 1 − 0.5²; the denominator is |g + β₂Δ|.
    step = (2.0 * GRAD + 0.5 * 0.5 * change / 0.75) / np.abs(2.0 * GRAD + 0.5 * change)
    close(walk.step(2.0 * GRAD, 0.1), before - 0.1 * step, rtol=1e-9)


def test_adans_decay_cannot_turn_a_weights_sign_but_that_of_adamw_can():
    still = np.zeros_like(GRAD)
    close(Walk(Adan(weight_decay=5.0)).step(still, 1.0), FIRST / 6.0)
    close(Walk(Adan(weight_decay=5.0, no_prox=True)).step(still, 1.0), -4.0 * FIRST)


def test_ademamix_without_its_slow_share_is_adamw():
    mixed, plain = Walk(AdEMAMix(alpha=0.0, weight_decay=0.1)), Walk(AdamW(weight_decay=0.1))
    for k in range(1, 20):
        close(mixed.step(GRAD * np.cos(k), 0.1), plain.step(GRAD * np.cos(k), 0.1))


def test_ademamix_corrects_its_fast_average_only():
    spec = AdEMAMix(betas=(0.9, 0.999, 0.75), alpha=2.0, eps=1e-16)
    close(Walk(spec).step(GRAD, 0.1), FIRST - 0.1 * (1.0 + 2.0 * 0.25) * np.sign(GRAD))


def test_ademamix_warms_up_its_share_linearly_and_its_memory_by_half_life():
    spec = AdEMAMix(betas=(0.9, 0.999, 0.9999), alpha=3.0, alpha_warmup=10, beta3_warmup=40)
    update = Walk(spec).update
    t = np.arange(1.0, 61.0)[:, None]
    factors = np.empty((update.factors, 60, 1))
    update.tabulate(np.ones_like(t), t, factors)
    share = factors[1] / np.sqrt(1.0 - 0.999**t)
    close(share, 3.0 * np.minimum(t / 10.0, 1.0))
    half_life = np.log(0.5) / np.log(factors[4])
    first, last = (np.log(0.5) / np.log(beta) for beta in (0.9, 0.9999))
    # The 10⁻⁸ that is added to β lengthens the longest half-life by 10⁻⁸/10⁻⁴ of itself.
    close(half_life, first + (last - first) * np.minimum(t / 40.0, 1.0), rtol=2e-4)
    assert (factors[4, 39:] == 0.9999).all()


# LARS and LAMB


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_lars_moves_a_weight_matrix_in_proportion_to_its_size_and_a_bias_by_sgd(scale):
    spec = LARS(trust_coeff=0.01, weight_decay=1e-12, eps=1e-16)
    moved = Walk(spec).step(scale * GRAD, 3.0) - FIRST
    assert np.linalg.norm(moved[:, WEIGHT]) == pytest.approx(3.0 * 0.01 * np.linalg.norm(FIRST[:, WEIGHT]))
    close(moved[:, BIAS], -3.0 * scale * GRAD[:, BIAS], rtol=1e-9)


def test_lars_puts_the_decay_into_its_ratio():
    size, slope = np.linalg.norm(FIRST[:, WEIGHT]), np.linalg.norm(GRAD[:, WEIGHT])
    ratio = 0.001 * size / (slope + 0.5 * size + 1e-8)
    expected = FIRST[:, WEIGHT] - 2.0 * ratio * (GRAD + 0.5 * FIRST)[:, WEIGHT]
    close(Walk(LARS(weight_decay=0.5)).step(GRAD, 2.0)[:, WEIGHT], expected)


def test_lars_without_decay_is_sgd_unless_it_always_adapts():
    plain, sgd = Walk(LARS(weight_decay=0.0, momentum=0.9)), Walk(SGD(momentum=0.9))
    for k in range(1, 10):
        assert np.array_equal(plain.step(GRAD / k, 0.1), sgd.step(GRAD / k, 0.1))
    adapted = Walk(LARS(weight_decay=0.0, always_adapt=True)).step(GRAD, 0.1)
    assert not np.allclose(adapted, FIRST - 0.1 * GRAD)


def test_weights_or_gradients_of_zero_have_a_trust_ratio_of_one():
    for spec in (LARS(weight_decay=0.1), LAMB(weight_decay=0.1, max_grad_norm=None, eps=1e-16)):
        step = GRAD if isinstance(spec, LARS) else np.sign(GRAD)
        close(Walk(spec, first=0.0 * FIRST).step(GRAD, 0.1), -0.1 * step)
    close(Walk(LARS(weight_decay=0.1)).step(0.0 * GRAD, 0.1)[:, WEIGHT], 0.99 * FIRST[:, WEIGHT])


def test_a_clipped_lars_moves_no_further_than_sgd_however_high_its_trust():
    clipped = LARS(trust_coeff=100.0, trust_clip=True, weight_decay=1e-12)
    close(Walk(clipped).step(GRAD, 0.1), FIRST - 0.1 * GRAD, rtol=1e-9)
    # Below the cap the step is what it is without one, but α does not lengthen it.
    spec = {"trust_coeff": 0.001, "weight_decay": 0.1}
    capped = Walk(LARS(trust_clip=True, **spec)).step(GRAD, 4.0)[:, WEIGHT]
    close(capped, Walk(LARS(**spec)).step(GRAD, 1.0)[:, WEIGHT])


@pytest.mark.parametrize("scale", [10.0, 1e3])
def test_lamb_moves_a_weight_matrix_by_alpha_times_its_size_and_a_bias_by_adam(scale):
    moved = Walk(LAMB(eps=1e-16)).step(scale * GRAD, 0.1) - FIRST
    assert np.linalg.norm(moved[:, WEIGHT]) == pytest.approx(0.1 * np.linalg.norm(FIRST[:, WEIGHT]))
    close(moved[:, BIAS], -0.1 * np.sign(GRAD[:, BIAS]))


def test_lamb_shortens_long_gradients_of_the_whole_network_only():
    long, short = GRAD / np.linalg.norm(GRAD) * 3.0, GRAD / np.linalg.norm(GRAD) * 0.3
    for grad, seen in ((long, long / 3.0), (short, short)):
        walk = Walk(LAMB())
        walk.step(grad, 0.1)
        close(walk.slots["exp_avg"], 0.1 * seen)


def test_lamb_sums_gradients_where_it_does_not_average_them():
    walk = Walk(LAMB(grad_averaging=False, max_grad_norm=None))
    walk.step(GRAD, 0.1)
    walk.step(GRAD, 0.1)
    close(walk.slots["exp_avg"], 1.9 * GRAD)


# Schedule-Free


@pytest.mark.parametrize("spec", [ScheduleFreeSGD(momentum=0.8), ScheduleFreeAdamW(betas=(0.8, 0.99))])
def test_schedule_free_shows_the_mean_of_its_points_and_trains_between_them(spec):
    walk = Walk(spec)
    points = []
    for k in range(1, 30):
        walk.step(GRAD * np.cos(k), 0.1)
        points.append(walk.slots["z"].copy())
        shown = walk.update.shown
        close(shown, np.mean(points, axis=0), rtol=1e-10)
        close(walk.params, 0.2 * points[-1] + 0.8 * shown, rtol=1e-10)


@pytest.mark.parametrize(
    ("r", "power", "rates"),
    [(0.0, 2.0, [0.1, 0.05, 0.2]), (2.0, 0.0, [0.1, 0.2, 0.3]), (1.0, 100.0, [1e-9, 2e-9, 1e-9])],
)
def test_schedule_free_weighs_points_by_time_and_by_the_largest_alpha_so_far(r, power, rates):
    walk = Walk(ScheduleFreeSGD(r=r, weight_lr_power=power))
    points = []
    for rate in rates:
        walk.step(GRAD, rate)
        points.append(walk.slots["z"].copy())
    largest = np.maximum.accumulate(rates) / max(rates)
    weights = np.arange(1.0, 4.0) ** r * largest**power
    close(walk.update.shown, np.average(points, axis=0, weights=weights), rtol=1e-10)


def test_schedule_free_warms_up_alpha_step_by_step():
    walk = Walk(ScheduleFreeSGD(warmup_steps=4))
    z = FIRST.copy()
    for part in (0.25, 0.5, 0.75, 1.0, 1.0):
        walk.step(GRAD, 0.1)
        z = z - 0.1 * part * GRAD
        close(walk.slots["z"], z)


def test_schedule_free_adamw_decays_besides_its_normalized_step():
    walk = Walk(ScheduleFreeAdamW(weight_decay=0.5, eps=1e-16))
    walk.step(GRAD, 0.1)
    close(walk.slots["z"], FIRST - 0.1 * (np.sign(GRAD) + 0.5 * FIRST))


def test_schedule_free_weighs_all_tensors_alike_whatever_their_rates():
    update = Walk(ScheduleFreeSGD(), ScheduleFreeSGD(warmup_steps=4)).update
    lr = np.array([[[0.0, 0.0], [0.3, 0.6]]])
    factors = np.empty((update.factors, *lr.shape))
    update.tabulate(lr, np.ones((1, 1, 2)), factors)
    close(factors[0], [[[0.0, 0.0], [0.3, 0.15]]])
    close(factors[1], [[[0.3, 0.15], [0.3, 0.15]]])


def test_a_schedule_that_begins_at_zero_leaves_schedule_free_finite():
    walk = Walk(ScheduleFreeSGD(weight_lr_power=2.0), ScheduleFreeSGD(weight_lr_power=0.0))
    close(walk.step(GRAD, 0.0), np.repeat(FIRST, 2, axis=0))
    moved = walk.step(GRAD, 0.1)
    assert np.isfinite(moved).all()
    close(walk.update.shown[0], FIRST[0] - 0.1 * GRAD[0])


def test_another_momentum_starts_schedule_free_afresh_and_nothing_else_does():
    assert ScheduleFreeSGD(momentum=0.5).restarts(ScheduleFreeSGD())
    assert ScheduleFreeAdamW(betas=(0.5, 0.9)).restarts(ScheduleFreeAdamW())
    assert not ScheduleFreeSGD(r=1.0).restarts(ScheduleFreeSGD())
    assert not ScheduleFreeAdamW(betas=(0.9, 0.9)).restarts(ScheduleFreeAdamW())


def test_a_trainer_evaluates_and_hands_out_schedule_frees_average(block):
    trainer = Trainer(block((0.5,), optimizer="schedule_free_sgd"))
    trainer.advance(40)
    y, z = trainer.state.params, trainer.state.slots["z"]
    close(trainer.model(0).params, (z + (y - z) / 0.9)[0].astype(np.float32), rtol=1e-4)
    assert not np.array_equal(trainer.model(0).params, y[0])


# Normalized gradient


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_every_step_of_normalized_sgd_is_alpha_long(scale):
    walk = Walk(NormalizedSGD(), NormalizedSGD(momentum=0.9))
    for k in range(3):
        before = walk.params.copy()
        moved = walk.step(scale * GRAD * (-1.0) ** k, 0.1) - before
        close(np.linalg.norm(moved, axis=1), 0.1, rtol=1e-9)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 1.5, 2.0])
def test_a_step_is_alpha_times_the_norm_to_the_power_of_one_minus_p(power):
    for scale in (1e-3, 1.0, 1e3):
        norm = np.linalg.norm(scale * GRAD)
        moved = Walk(NormalizedSGD(power=power, momentum=0.9)).step(scale * GRAD, 0.1) - FIRST
        close(moved, -0.1 * scale * GRAD / norm**power, rtol=1e-9)


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_a_gradient_of_zero_moves_normalized_sgd_nowhere(power):
    still = Walk(NormalizedSGD(power=power, eps=1e-16), dtype=np.float32)
    assert np.array_equal(still.step(0.0, 0.1), FIRST.astype(np.float32))


# SGLD


def test_sgld_without_temperature_is_sgd():
    cold, sgd = Walk(SGLD(temperature=0.0, weight_decay=0.1)), Walk(SGD(weight_decay=0.1))
    for _ in range(5):
        assert np.array_equal(cold.step(GRAD, 0.1), sgd.step(GRAD, 0.1))


def test_the_noise_of_sgld_has_the_size_that_temperature_rate_and_examples_give_it():
    hot = Walk(SGLD(temperature=3.0), examples=50)
    cool = Walk(SGLD(temperature=0.75), examples=200)
    noise = hot.step(0.0, 0.2) - FIRST
    close(noise, 8.0 * (cool.step(0.0, 0.05) - FIRST))
    draws = np.concatenate([hot.step(0.0, 0.2) for _ in range(2000)])
    steps = np.diff(draws, axis=0)
    # Five standard errors of a variance of that many numbers.
    expected = 2.0 * 0.2 * 3.0 / 50.0
    assert abs(steps.var() / expected - 1.0) < 5.0 * np.sqrt(2.0 / steps.size)


def test_the_noise_of_sgld_depends_on_the_seed_and_the_update_alone():
    spec = SGLD()
    walk = Walk(spec, spec, spec, seeds=[4, 9, 4])
    one, two = walk.step(0.0, 0.1), walk.step(0.0, 0.1)
    assert np.array_equal(one[0], one[2])
    assert not np.isclose(one[0], one[1]).any()
    assert not np.isclose(two[0] - one[0], one[0] - FIRST[0]).any()


def test_runs_of_sgld_settle_to_the_variance_of_a_bowl():
    steep, temperature, examples, lr, runs = np.array([0.5, 2.0] * 4), 2.0, 10, 0.25, 400
    walk = Walk(*[SGLD(temperature=temperature)] * runs, first=0.0 * FIRST, examples=examples)
    for _ in range(60):
        samples = walk.step(steep * walk.params, lr)
    # θ ← (1 − αh)θ + √(2αT/N)ξ is stationary with the variance 2T/(Nh(2 − αh)).
    expected = 2.0 * temperature / (examples * steep * (2.0 - lr * steep))
    errors = samples.var(axis=0) / expected - 1.0
    assert (np.abs(errors) < 5.0 * np.sqrt(2.0 / runs)).all()
    assert abs(errors.mean()) < 5.0 * np.sqrt(2.0 / samples.size)
