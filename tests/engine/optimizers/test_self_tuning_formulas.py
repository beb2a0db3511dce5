"""The optimizers that find their rate themselves: what is known of them, by closed formulas."""

import math

import numpy as np
import pytest
from pydantic import ValidationError

from lrviz.engine.optimizers import (
    SGDHD,
    SLS,
    SPS,
    AdamHD,
    BarzilaiBorwein,
    DAdaptAdam,
    DAdaptSGD,
    DoG,
    DoWG,
    Prodigy,
)
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.rule import first_slots
from lrviz.engine.tensors import whole


class Walk:
    """One run of an optimizer on `land(params (P,), step) → loss, gradient (P,)`, step by step."""

    def __init__(self, spec, params, land, lr=1.0):
        self.params = np.array(params, dtype=np.float64)[None]
        self.grad, self.land, self.lr, self.t, self.looks = np.zeros_like(self.params), land, lr, 0, 0
        tensors = whole(self.params.shape[1])
        self.slots = first_slots([spec], [()], self.params, tensors)
        ground = Ground(
            self.params, self.grad, self.slots, tensors, loss=lambda: np.array([self.loss]), look=self.look
        )
        self.update = type(spec).bind([spec], ground)

    def look(self):
        self.looks += 1
        loss, self.grad[0] = self.land(self.params[0], self.t)
        return np.array([loss])

    def step(self, lr=None):
        self.t += 1
        factors = np.empty((self.update.factors, 1, 1))
        self.update.tabulate(
            np.array([[self.lr if lr is None else lr]]), np.array([[float(self.t)]]), factors
        )
        self.loss = float(self.look()[0])
        self.looks = 0
        self.update.step(*factors[:, :, :])
        return self.params[0].copy()

    def number(self, name):
        return float(self.slots[name][0, 0])


def bowl(*steepness):
    steep = np.array(steepness)
    return lambda params, t: (0.5 * np.sum(steep * params**2), steep * params)


# Barzilai–Borwein


@pytest.mark.parametrize("variant", ["BB1", "BB2"])
@pytest.mark.parametrize("same_batch", [True, False])
def test_barzilai_borwein_is_at_the_lowest_place_of_a_parabola_after_two_steps(variant, same_batch):
    spec = BarzilaiBorwein(variant=variant, same_batch=same_batch, init_step_size=0.05)
    walk = Walk(spec, [3.0], bowl(4.0))
    np.testing.assert_allclose(walk.step(), 3.0 - 0.05 * 4.0 * 3.0)
    assert abs(walk.step()[0]) < 1e-14
    assert walk.number("step_size") == pytest.approx(1.0 / 4.0)


def test_barzilai_borwein_gets_faster_and_faster_in_two_dimensions():
    """Every three steps gain more digits than the three before: faster than any fixed factor per step."""
    walk = Walk(BarzilaiBorwein(init_step_size=0.03), [1.0, 1.0], bowl(1.0, 10.0))
    digits = -np.log10([np.linalg.norm(walk.step()) for _ in range(10)])[::3]
    assert (np.diff(digits, n=2) > 1.0).all()
    assert digits[-1] > 20.0


@pytest.mark.parametrize("variant", ["BB1", "BB2"])
def test_every_step_of_barzilai_borwein_is_between_one_over_the_curvatures(variant):
    walk = Walk(BarzilaiBorwein(variant=variant), [1.0, -2.0, 0.5], bowl(1.0, 3.0, 8.0))
    walk.step()
    for _ in range(20):
        walk.step()
        assert 1.0 / 8.0 - 1e-12 <= walk.number("step_size") <= 1.0 + 1e-12


def test_where_the_loss_curves_downwards_the_step_stays():
    walk = Walk(BarzilaiBorwein(init_step_size=0.25), [1.0], lambda params, t: (0.0, -params))
    for _ in range(3):
        walk.step()
        assert walk.number("step_size") == 0.25


def test_steps_stay_within_their_bounds():
    flat = Walk(BarzilaiBorwein(max_step_size=2.0), [1.0], bowl(0.01))
    steep = Walk(BarzilaiBorwein(min_step_size=0.05, init_step_size=0.05), [1.0], bowl(1000.0))
    for walk, bound in ((flat, 2.0), (steep, 0.05)):
        walk.step()
        walk.step()
        assert walk.number("step_size") == bound
    with pytest.raises(ValidationError, match="must not be above"):
        BarzilaiBorwein(min_step_size=20.0)


def test_on_the_same_batch_the_noise_of_batches_does_not_enter_the_curvature():
    def batches(params, t):
        return 0.0, 4.0 * params + math.sin(7.0 * t)

    steps = {}
    for same_batch in (True, False):
        walk = Walk(BarzilaiBorwein(same_batch=same_batch), [1.0], batches)
        walk.step()
        walk.step()
        steps[same_batch] = walk.number("step_size")
    assert steps[True] == pytest.approx(0.25)
    assert steps[False] != pytest.approx(0.25, rel=0.05)


def test_on_all_examples_it_makes_no_difference_where_the_last_gradient_comes_from():
    again, kept = (
        Walk(BarzilaiBorwein(same_batch=same, weight_decay=0.3), [1.0, -2.0], bowl(1.0, 5.0))
        for same in (True, False)
    )
    for _ in range(8):
        assert np.array_equal(again.step(), kept.step())


# Polyak


def test_polyaks_step_on_a_bowl_is_as_long_as_the_loss_says():
    """f = a/2 x², f* = 0: f/(c g²) is 1/(2ca), so c = 1/2 ends at the lowest place and c = 1 halves x."""
    assert abs(Walk(SPS(eps=1e-30), [3.0], bowl(5.0)).step()[0]) < 1e-14
    np.testing.assert_allclose(Walk(SPS(c=1.0, eps=1e-30), [3.0], bowl(5.0)).step(), 1.5)


def test_polyaks_step_comes_ever_closer_on_a_narrow_bowl():
    walk = Walk(SPS(c=1.0), [1.0, -2.0, 3.0], bowl(1.0, 10.0, 30.0), lr=1e6)
    distance = [np.linalg.norm(walk.params)] + [np.linalg.norm(walk.step()) for _ in range(50)]
    assert (np.diff(distance) < 0.0).all()
    assert distance[-1] < 0.1 * distance[0]


def test_alpha_is_the_longest_step_of_polyak():
    np.testing.assert_allclose(Walk(SPS(), [3.0], bowl(5.0), lr=0.01).step(), 3.0 - 0.01 * 15.0)


def test_polyak_knows_a_lowest_loss_above_zero_and_stays_below_it():
    def lifted(params, t):
        loss, gradient = bowl(5.0)(params, t)
        return loss + 2.0, gradient

    assert abs(Walk(SPS(fstar=2.0, eps=1e-30), [3.0], lifted).step()[0]) < 1e-14
    assert Walk(SPS(fstar=100.0), [3.0], lifted).step()[0] == 3.0


def test_the_growing_bound_grows_by_gamma_in_an_epoch_and_shrinks_at_once():
    spec = SPS(adapt_flag="smooth_iter", gamma=2.0, n_batches_per_epoch=3)
    walk = Walk(spec, [0.0], lambda params, t: (1.0, np.ones(1)), lr=0.1)
    assert -np.diff([0.0, *(walk.step()[0] for _ in range(3))])[-1] == pytest.approx(0.2)
    walk.land = lambda params, t: (1e-3, np.ones(1))
    before = walk.params[0, 0]
    assert before - walk.step()[0] == pytest.approx(2e-3, rel=1e-6)
    before = walk.params[0, 0]
    walk.land = lambda params, t: (1.0, np.ones(1))
    assert before - walk.step()[0] == pytest.approx(2e-3 * 2.0 ** (1.0 / 3.0), rel=1e-6)


def test_polyak_steps_by_the_loss_with_its_weight_decay():
    """f + λ/2 x² is a bowl of steepness a + λ: c = 1 halves x there too."""
    np.testing.assert_allclose(Walk(SPS(c=1.0, eps=1e-30, weight_decay=2.0), [3.0], bowl(5.0)).step(), 1.5)


# Line search


def waves(params, t):
    loss = 0.5 * np.sum(params**2) + np.sum(1.0 - np.cos(5.0 * params))
    return loss, params + 5.0 * np.sin(5.0 * params)


@pytest.mark.parametrize("option", [0, 1, 2])
@pytest.mark.parametrize(("c", "beta"), [(0.1, 0.9), (0.4, 0.5)])
def test_armijos_condition_holds_at_the_step_taken_and_not_at_the_try_before(option, c, beta):
    spec = SLS(c=c, beta_b=beta, reset_option=option, n_batches_per_epoch=4)
    walk = Walk(spec, [2.0, -1.5, 1.1], waves, lr=2.0)
    multiple, shortened = 1.0, 0
    for _ in range(25):
        here = walk.params[0].copy()
        loss, gradient = waves(here, 0)
        first = {0: multiple, 1: min(1.0, multiple * 2.0**0.25), 2: 1.0}[option]
        there = walk.step()
        multiple = walk.number("step_size")
        np.testing.assert_allclose(there, here - 2.0 * multiple * gradient, rtol=1e-9, atol=1e-12)
        squares = gradient @ gradient
        if squares < 1e-12:
            break
        assert waves(there, 0)[0] <= loss - c * 2.0 * multiple * squares
        if multiple < 0.999 * first:
            longer = 2.0 * multiple / beta
            assert waves(here - longer * gradient, 0)[0] > loss - c * longer * squares
            shortened += 1
        assert walk.looks == 1 + round(math.log(multiple / first, beta))
    assert shortened


def test_a_loss_that_is_not_finite_is_refused():
    def walled(params, t):
        return (0.5 * params[0] ** 2 if abs(params[0]) <= 1.0 else math.nan), params

    assert abs(Walk(SLS(), [1.0], walled, lr=100.0).step()[0]) < 1.0


def test_where_no_step_is_found_the_last_resort_is_a_millionth_of_alpha():
    walk = Walk(SLS(), [1.0], lambda params, t: (1.0, np.array([0.5])), lr=2.0)
    np.testing.assert_allclose(walk.step(), 1.0 - 2.0 * 1e-6 * 0.5, rtol=1e-14)
    assert walk.looks == 100
    assert walk.number("step_size") == pytest.approx(0.9**100)


def test_a_run_that_needs_no_search_looks_once():
    walk = Walk(SLS(), [1.0], bowl(1.0), lr=1.0)
    assert walk.step()[0] == 0.0
    assert walk.looks == 1


def test_a_warm_up_raises_the_steps_of_a_search_that_never_grows():
    walk = Walk(SLS(reset_option=0), [4.0], bowl(0.1))
    for lr in (0.1, 0.5, 1.0):
        before = walk.params[0, 0]
        assert before - walk.step(lr)[0] == pytest.approx(lr * 0.1 * before)


def test_the_search_looks_at_the_loss_with_its_weight_decay():
    """f = 0 everywhere: only λ/2 x² falls, by Armijo's share for η ≤ 2(1 − c)/λ."""
    walk = Walk(SLS(weight_decay=4.0, c=0.5, beta_b=0.5), [1.0], lambda params, t: (0.0, np.zeros(1)), lr=1.0)
    np.testing.assert_allclose(walk.step(), 1.0 - 0.25 * 4.0, atol=1e-15)


# DoG and DoWG


def test_multiplying_the_loss_by_a_number_changes_nothing_for_dog():
    paths = []
    for scale in (1.0, 2.0**20, 2.0**-20):
        walk = Walk(
            DoG(eps=1e-300, reps_rel=1e-3),
            [2.0, -1.0],
            lambda params, t, scale=scale: (0.0, scale * bowl(1.0, 10.0)(params, t)[1]),
        )
        paths.append([walk.step() for _ in range(100)])
    assert np.array_equal(paths[0], paths[1])
    assert np.array_equal(paths[0], paths[2])


def test_the_first_step_of_dog_is_its_first_distance_long():
    walk = Walk(DoG(reps_rel=0.01, eps=1e-30), [3.0, 4.0], bowl(1.0, 10.0))
    start = walk.params[0].copy()
    assert np.linalg.norm(walk.step() - start) == pytest.approx(0.01 * (1.0 + 5.0))


def test_the_steps_of_dog_and_dowg_are_distance_over_gradients():
    for spec, weighted in ((DoG(reps_rel=0.01), False), (DoWG(eps=1e-3), True)):
        walk = Walk(spec, [3.0, 4.0], bowl(1.0, 10.0))
        start, total = walk.params[0].copy(), 0.0 if weighted else spec.eps
        distance = math.sqrt(spec.eps) if weighted else 0.06
        for _ in range(50):
            here = walk.params[0].copy()
            gradient = bowl(1.0, 10.0)(here, 0)[1]
            distance = max(distance, np.linalg.norm(here - start))
            total += gradient @ gradient * (distance**2 if weighted else 1.0)
            eta = distance**2 / (math.sqrt(total) + spec.eps) if weighted else distance / math.sqrt(total)
            np.testing.assert_allclose(walk.step(), here - eta * gradient, rtol=1e-12)


def test_a_first_rate_takes_the_place_of_the_first_distance():
    walk = Walk(DoG(init_eta=0.02), [3.0], bowl(2.0))
    assert walk.step()[0] == pytest.approx(3.0 - 0.02 * 6.0)
    assert walk.number("rbar") == 0.0
    walk.step()
    assert walk.number("rbar") == pytest.approx(0.12)


# D-Adaptation and Prodigy


@pytest.mark.parametrize("spec", [Prodigy(), DAdaptAdam(), DAdaptSGD(momentum=0.5)], ids=repr)
def test_d_never_falls_and_grows_from_its_first_value_by_orders_of_magnitude(spec):
    walk = Walk(spec, [2.0, -1.0], bowl(1.0, 3.0))
    found = [1e-6]
    for _ in range(200):
        walk.step()
        found.append(walk.number("d"))
    assert (np.diff(found) >= 0.0).all()
    assert found[1] == 1e-6
    assert found[-1] > 0.01


def test_d_stays_below_twice_the_distance_to_the_solution_of_a_convex_problem():
    """0 ≤ Σ αd (f − f*) ≤ Σ αd g·(θ − θ*) = −r + s·(θ₀ − θ*) ≤ −r + ‖s‖D, and d̂ is 2r/‖s‖."""

    def cone(params, t):
        return float(np.linalg.norm(params)), params / np.linalg.norm(params)

    walk = Walk(DAdaptSGD(), [2.0, -1.0, 2.0], cone)
    for _ in range(300):
        walk.step()
        assert walk.number("d") <= 2.0 * 3.0
    assert walk.number("d") > 1.5


def test_d_grows_no_faster_than_it_may():
    for spec in (Prodigy(growth_rate=1.02), DAdaptAdam(growth_rate=1.02), DAdaptSGD(growth_rate=1.02)):
        walk = Walk(spec, [2.0, -1.0], bowl(1.0, 3.0))
        for _ in range(3):
            walk.step()
        found = walk.number("d")
        for _ in range(30):
            walk.step()
            assert found <= walk.number("d") <= 1.02 * found * (1.0 + 1e-15)
            found = walk.number("d")
        assert found > 1.3e-6


def test_where_it_starts_makes_it_start_again_and_nothing_else_does():
    for kind, name in (
        (Prodigy, "d0"),
        (DAdaptAdam, "d0"),
        (DAdaptSGD, "d0"),
        (DoG, "reps_rel"),
        (DoWG, "eps"),
    ):
        assert kind(**{name: 1e-3}).restarts(kind())
        assert not kind(weight_decay=0.1).restarts(kind())
    assert DoG(init_eta=0.1).restarts(DoG())


@pytest.mark.parametrize("kind", [Prodigy, DAdaptAdam])
def test_a_step_with_a_rate_of_zero_is_as_if_it_had_not_been(kind):
    straight, paused = (Walk(kind(d0=1e-3, weight_decay=0.1), [2.0, -1.0], bowl(1.0, 3.0)) for _ in range(2))
    for t in range(1, 40):
        straight.step()
        paused.step()
        if t % 7 == 0:
            paused.step(0.0)
        assert np.array_equal(straight.params, paused.params)


@pytest.mark.parametrize("kind", [Prodigy, DAdaptAdam])
def test_a_schedule_moves_beta_one(kind):
    """With β₁ 0 from a schedule, factors are those of a run whose own β₁ is 0."""
    moved, own = (
        Walk(kind(d0=1e-2, betas=b), [2.0, -1.0], bowl(1.0, 3.0)) for b in ((0.9, 0.99), (0.0, 0.99))
    )
    factors = [np.empty((walk.update.factors, 1, 1)) for walk in (moved, own)]
    moved.update.tabulate(np.ones((1, 1)), np.ones((1, 1)), factors[0], np.zeros((1, 1)))
    own.update.tabulate(np.ones((1, 1)), np.ones((1, 1)), factors[1], None)
    assert np.array_equal(*factors)


# Hypergradient descent


@pytest.mark.parametrize(
    "spec",
    [
        SGDHD(hypergrad_lr=1e-3),
        SGDHD(hypergrad_lr=1e-3, momentum=0.9, weight_decay=0.3),
        SGDHD(hypergrad_lr=1e-3, momentum=0.9, nesterov=True),
        AdamHD(hypergrad_lr=1e-3, betas=(0.5, 0.9)),
    ],
    ids=repr,
)
def test_the_rate_follows_the_finite_difference_of_the_loss_by_the_rate(spec):
    """Steps 1 to 3 are equal; the loss after a 4th with α(1 ± h) gives what the rate gains in the 5th."""
    h, lr, decay = 1e-5, 0.03, spec.weight_decay
    losses = []
    for factor in (1.0 + h, 1.0 - h, 1.0):
        walk = Walk(spec, [1.0, -0.7], waves, lr)
        for _ in range(3):
            walk.step()
        multiple = walk.number("lr")
        place = walk.params[0].copy()
        there = walk.step()
        rate = lr * walk.number("lr")
        there = place + factor * (there - place)
        losses.append(waves(there, 0)[0] + 0.5 * decay * there @ there)
    slope = (losses[0] - losses[1]) / (2.0 * h * rate)
    before = walk.number("lr")
    walk.step()
    assert walk.number("lr") != before != multiple
    assert (walk.number("lr") - before) * lr == pytest.approx(-1e-3 * slope, rel=1e-5)


def test_a_schedule_multiplies_the_learned_rate():
    """With a constant gradient g the rate gains β g² a step; what was gained is halved with α."""
    walk = Walk(SGDHD(hypergrad_lr=0.01), [0.0], lambda params, t: (0.0, np.array([2.0])), lr=0.1)
    places = [0.0, *(walk.step()[0] for _ in range(3))]
    np.testing.assert_allclose(-np.diff(places) / 2.0, [0.1, 0.14, 0.18])
    before = walk.params[0, 0]
    assert (before - walk.step(0.05)[0]) / 2.0 == pytest.approx(0.09 + 0.04)


def test_without_its_own_rate_the_rate_stays():
    walk = Walk(SGDHD(hypergrad_lr=0.0, momentum=0.9), [1.0], bowl(3.0), lr=0.05)
    for _ in range(10):
        walk.step()
    assert walk.number("lr") == 1.0


def test_the_rate_falls_where_steps_overshoot():
    walk = Walk(SGDHD(hypergrad_lr=1e-3), [1.0], bowl(10.0), lr=0.19)
    for _ in range(5):
        walk.step()
    assert walk.number("lr") < 1.0


@pytest.mark.parametrize("settings", [{}, {"momentum": 0.9, "dampening": 0.1}])
def test_nesterov_without_plain_momentum_is_refused(settings):
    with pytest.raises(ValidationError, match="needs momentum above 0 and dampening 0"):
        SGDHD(nesterov=True, **settings)
