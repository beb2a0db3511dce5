"""Walks on surfaces: analytic truths about learning rates, and walkers beside each other."""

import numpy as np
import pytest

from lrviz.engine.modifiers import SAM
from lrviz.engine.optimizers import SGD, Adam, AnyOptimizer
from lrviz.engine.parts import kinds
from lrviz.engine.schedules import Constant, Cosine
from lrviz.engine.surfaces import Quadratic, Rosenbrock
from lrviz.engine.walk import Walk, Walkers

CURVATURE, CONDITION = 3.0, 25.0
FLAT = Constant()
BOWL = Quadratic(curvature=CURVATURE, condition=CONDITION, angle=20.0)


def walk(optimizers, lr, surface=BOWL, starts=None, noise=0.0, schedule=FLAT, modifiers=(), **more):
    lr = np.atleast_1d(np.asarray(lr, dtype=np.float64))
    runs = len(lr)
    if not isinstance(optimizers, list):
        optimizers = [optimizers] * runs
    starts = np.tile([1.0, 0.7], (runs, 1)) if starts is None else starts
    return Walk(
        Walkers(
            surface=surface,
            optimizers=tuple(optimizers),
            modifiers=(tuple(modifiers),) * runs,
            schedules=(schedule,) * runs,
            lr=lr,
            starts=starts,
            seeds=tuple(range(runs)),
            steps=200,
            noise=np.full(runs, noise),
            **more,
        )
    )


def test_descent_converges_below_two_over_lambda_max_and_diverges_above_it():
    limit = 2.0 / CURVATURE
    path = walk(SGD(), [0.99 * limit, 1.01 * limit]).advance(2000)
    assert path.height[-1, 0] < 1e-10 * path.height[0, 0]
    assert not path.height[-1, 1] < path.height[0, 1]


@pytest.mark.parametrize("beta", [0.3, 0.9])
def test_heavy_ball_bears_two_plus_two_beta_over_lambda_max(beta):
    limit = (2.0 + 2.0 * beta) / CURVATURE
    path = walk(SGD(momentum=beta), [0.99 * limit, 1.01 * limit]).advance(4000)
    assert path.height[-1, 0] < 1e-10 * path.height[0, 0]
    assert not path.height[-1, 1] < path.height[0, 1]


def test_at_its_best_rate_descent_gains_the_factor_of_the_condition():
    best = 2.0 / (CURVATURE + CURVATURE / CONDITION)
    height = walk(SGD(), best).advance(200).height[:, 0]
    # Heights are squares of distances.
    gained = np.sqrt(height[150] / height[50]) ** (1 / 100)
    assert gained == pytest.approx((CONDITION - 1) / (CONDITION + 1), rel=1e-6)


def test_at_its_best_parameters_heavy_ball_gains_the_factor_of_the_roots_condition():
    root = np.sqrt(CONDITION)
    factor = (root - 1) / (root + 1)
    best = 4.0 / (np.sqrt(CURVATURE) + np.sqrt(CURVATURE / CONDITION)) ** 2
    places = walk(SGD(momentum=factor**2), best).advance(160).places[:, 0]
    distance = np.linalg.norm(places, axis=1)
    # At the best parameters both roots of each direction are equal: distances fall as k · factor^k.
    gained = (distance[140] / 141 / (distance[60] / 61)) ** (1 / 80)
    assert gained == pytest.approx(factor, rel=2e-3)


def test_adams_first_step_is_alpha_against_the_sign_of_the_gradient():
    start = np.array([[1.0, -2.0]])
    place = walk(Adam(eps=1e-16), 0.1, starts=start).advance(1).places[0, 0]
    by_x, by_y = BOWL.gradient(*start.T)
    np.testing.assert_allclose(place, start[0] - 0.1 * np.sign([by_x[0], by_y[0]]), rtol=1e-12)


def test_on_a_noisy_bowl_constant_rates_end_on_the_floor_of_their_noise():
    # θ ← (1 − αλ)θ − αn has the variance α σ²/(λ(2 − αλ)) in the end; the height is half its sum over λ.
    round_bowl, noise, lr = Quadratic(curvature=2.0, condition=1.0), 0.3, 0.2
    runs = 400
    path = walk(SGD(), np.full(runs, lr), surface=round_bowl, noise=noise).advance(400)
    floor = lr * noise**2 / (2.0 - lr * 2.0)
    assert path.height[200:].mean() == pytest.approx(floor, rel=0.02)


@pytest.mark.parametrize("kind", kinds(AnyOptimizer).values(), ids=kinds(AnyOptimizer).keys())
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_walker_among_others_goes_the_way_it_goes_alone(kind, dtype):
    lr = np.array([0.001, 1e9, 0.003])
    starts = np.array([[-1.2, 1.0], [0.5, 0.5], [1.5, -0.5]])
    settings = {"surface": Rosenbrock(), "schedule": Cosine(), "dtype": dtype, "noise": 0.01}
    together = walk(kind(), lr, starts=starts, **settings).advance(80)
    for row in (0, 2):
        alone = Walk(
            Walkers(
                surface=Rosenbrock(),
                optimizers=(kind(),),
                modifiers=((),),
                schedules=(Cosine(),),
                lr=lr[row : row + 1],
                starts=starts[row : row + 1],
                seeds=(row,),
                steps=200,
                noise=np.array([0.01]),
                dtype=dtype,
            )
        ).advance(80)
        assert np.array_equal(alone.places[:, 0], together.places[:, row], equal_nan=True)


def test_a_walker_that_diverges_stays_and_says_when():
    one = walk(SGD(), [0.1, 1e200])
    path = one.advance(50)
    assert one.diverged_at[0] == 0
    assert one.diverged_at[1] > 0
    assert np.isfinite(one.state.params).all()
    assert np.isnan(path.height[-1, 1])
    assert np.isfinite(path.height[:, 0]).all()


def test_modifiers_look_around_on_a_surface_as_well():
    plain = walk(SGD(), 0.01, surface=Rosenbrock()).advance(20).places
    sharp = walk(SGD(), 0.01, surface=Rosenbrock(), modifiers=[SAM(rho=0.1)]).advance(20).places
    assert not np.allclose(plain, sharp)


@pytest.mark.parametrize(
    "kind", ["sgd", "asgd", "sgld", "schedule_free_sgd", "adam", "lion", "adamax", "rmsprop"]
)
def test_adaptive_says_whether_a_steeper_gradient_makes_longer_steps(kind):
    part = kinds(AnyOptimizer)[kind]
    settings = {"temperature": 0.0} if kind == "sgld" else {}
    start = np.array([[1.0, 1.0]])
    gentle, steep = (
        np.abs(
            walk(part(**settings), 1e-3, surface=Quadratic(curvature=c, condition=1.0), starts=start)
            .advance(3)
            .places[-1]
            - start
        ).max()
        for c in (1.0, 10.0)
    )
    assert bool(steep < 1.5 * gentle) is part.adaptive
