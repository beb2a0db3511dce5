"""L-BFGS: its memory, its line search, and runs that wait for each other."""

import numpy as np
import pytest

from lrviz.engine.optimizers import LBFGS
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.optimizers.lbfgs import MOST_PAIRS, Pairs
from lrviz.engine.optimizers.strong_wolfe import Point, StrongWolfe, interpolate
from lrviz.engine.rule import first_slots
from lrviz.engine.tensors import whole

WOLFE = {"line_search_fn": "strong_wolfe"}


class Hills:
    """Runs on Σ (cosh(aθ) − 1 + ½ sin(3θ)), each with a of its own; counts the looks."""

    def __init__(self, specs, params, steepness):
        self.params, self.grad = params.copy(), np.empty_like(params)
        self.a, self.looks = np.asarray(steepness)[:, None], 0
        slots = first_slots(specs, [()] * len(specs), self.params, whole(params.shape[1]))
        tensors = whole(params.shape[1])
        self.ground = Ground(self.params, self.grad, slots, tensors, loss=lambda: self.begun, look=self.look)
        self.update = LBFGS.bind(specs, self.ground)

    def look(self):
        self.looks += 1
        theta, a = self.params, self.a
        self.grad[:] = a * np.sinh(a * theta) + 1.5 * np.cos(3.0 * theta)
        return (np.cosh(a * theta) - 1.0 + 0.5 * np.sin(3.0 * theta)).sum(axis=1)

    def go(self, lr, steps=1):
        for _ in range(steps):
            self.begun = self.look()
            self.update.step(np.asarray(lr)[:, None])
        return self.params


def places(runs, size=12):
    return np.random.default_rng(8).normal(size=(runs, size))


@pytest.mark.parametrize("search", [None, "strong_wolfe"])
def test_runs_that_end_their_steps_at_different_times_do_not_see_each_other(search):
    settings = [
        {"max_iter": 1},
        {"max_iter": 9, "history_size": 2},
        {"tolerance_grad": 1.0},
        {"tolerance_change": 0.05},
        {"max_iter": 20, "max_eval": 7},
    ]
    specs = [LBFGS(line_search_fn=search, **own) for own in settings]
    lr, steepness = np.array([0.3, 0.1, 0.2, 0.05, 0.1]), np.array([1.0, 2.0, 0.5, 1.5, 0.8])
    start, looks = places(5), set()
    together = Hills(specs, start, steepness)
    together.go(lr, 6)
    for r, spec in enumerate(specs):
        alone = Hills([spec], start[r : r + 1], steepness[r : r + 1])
        assert np.array_equal(alone.go(lr[r : r + 1], 6)[0], together.params[r])
        looks.add(alone.looks)
    assert len(looks) > 2


def test_a_run_on_flat_ground_stays_while_others_move():
    specs = [LBFGS(tolerance_grad=1.0, **WOLFE), LBFGS(**WOLFE)]
    start = np.zeros((2, 3))
    start[0] = np.arccos(0.0) / 3.0 - 0.05
    hills = Hills(specs, start, [0.1, 0.1])
    hills.go([1.0, 1.0])
    assert np.array_equal(hills.params[0], start[0])
    assert not np.array_equal(hills.params[1], start[1])


@pytest.mark.parametrize("search", [None, "strong_wolfe"])
@pytest.mark.parametrize("most", [2, 5, 9])
def test_a_step_looks_no_more_often_than_it_may(search, most):
    hills = Hills([LBFGS(line_search_fn=search, max_iter=30, max_eval=most)], places(1), [1.0])
    hills.go([0.01])
    # A line search may take one more than there is left.
    assert most <= hills.looks <= most + (search is not None)


def test_a_step_ends_where_a_long_move_leaves_the_loss_as_it_was():
    params, grad, looks = np.ones((1, 1)), np.empty((1, 1)), []

    def look():
        looks.append(params[0, 0])
        grad[:] = params
        return (params**2).sum(axis=1) / 2.0

    slots = first_slots([LBFGS()], [()], params, whole(1))
    update = LBFGS.bind([LBFGS()], Ground(params, grad, slots, whole(1), loss=look, look=look))
    look()
    update.step(np.full((1, 1), 2.0))
    assert looks[-1] == -1.0
    assert looks.count(-1.0) == 1


def test_a_step_reaches_the_lowest_point_of_a_bowl():
    size = 8
    axes = np.linalg.qr(np.random.default_rng(1).normal(size=(size, size)))[0]
    hessian = axes @ np.diag(np.geomspace(1.0, 100.0, size)) @ axes.T
    params, grad = np.ones((1, size)), np.empty((1, size))

    def look():
        grad[:] = params @ hessian
        return (grad * params).sum(axis=1) / 2.0

    spec = LBFGS(max_iter=60, max_eval=200, tolerance_change=0.0, **WOLFE)
    slots = first_slots([spec], [()], params, whole(size))
    update = LBFGS.bind([spec], Ground(params, grad, slots, whole(size), loss=look, look=look))
    look()
    update.step(np.ones((1, 1)))
    assert np.abs(params).max() < 1e-7


# The line search


@pytest.mark.parametrize("first", [1e-6, 0.1, 1.0, 100.0])
def test_what_a_search_chooses_fulfils_both_wolfe_conditions(first):
    runs = 40
    hills = Hills([LBFGS()] * runs, places(runs, 4), np.geomspace(0.3, 2.0, runs))
    x, loss, grad = hills.params.copy(), hills.look(), hills.grad.copy()
    d = -grad / np.abs(grad).sum(axis=1, keepdims=True)
    search = StrongWolfe(hills.ground, d)
    search.start.loss[:], search.start.grad[:] = loss, grad
    search.start.slope[:] = slope = (grad * d).sum(axis=1)
    everyone = np.ones(runs, dtype=bool)
    with np.errstate(invalid="ignore"):
        search(everyone, np.full(runs, first), np.full(runs, 60), np.full(runs, 1e-12))
    t = search.chosen.t
    np.testing.assert_allclose(hills.params, x + t[:, None] * d, rtol=1e-14)
    assert (hills.look() <= loss + 1e-4 * t * slope).all()
    assert (np.abs((hills.grad * d).sum(axis=1)) <= 0.9 * np.abs(slope)).all()
    assert np.array_equal(hills.grad, search.chosen.grad)
    assert len(np.unique(search.looks)) > 1


def point(t, loss, slope):
    made = Point(np.zeros((len(t), 1)))
    made.t[:], made.loss[:], made.slope[:] = t, loss, slope
    return made


def test_a_cubics_lowest_point_is_found_from_both_its_ends():
    random = np.random.default_rng(2)
    low, high = random.uniform(-2.0, 0.0, size=50), random.uniform(1.0, 3.0, size=50)
    least, turn = random.uniform(0.0, 1.0, size=50), random.uniform(-5.0, -3.0, size=50)

    def loss(t):
        return t**3 / 3.0 - (least + turn) * t**2 / 2.0 + least * turn * t

    ends = [point(t, loss(t), (t - least) * (t - turn)) for t in (low, high)]
    np.testing.assert_allclose(interpolate(*ends), least, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(interpolate(*reversed(ends)), least, rtol=1e-9, atol=1e-9)


def test_a_cubic_that_only_falls_has_no_lowest_point():
    with np.errstate(invalid="ignore"):
        assert np.isnan(interpolate(point([0.0], [0.0], [-1.0]), point([1.0], [-4.0 / 3.0], [-2.0])))[0]


# The memory


@pytest.mark.parametrize("pairs", [1, 3, 7, MOST_PAIRS + 8])
def test_a_direction_is_that_of_the_matrix_the_pairs_stand_for(pairs):
    size, runs, most = 6, 3, np.array([1, 4, MOST_PAIRS])
    random = np.random.default_rng(3)
    slots = first_slots([LBFGS()] * runs, [()] * runs, np.zeros((runs, size)), whole(size))
    memory = Pairs(Ground(np.zeros((runs, size)), np.zeros((runs, size)), slots, whole(size)), most)
    curvature = np.diag(np.geomspace(0.5, 2.0, size))
    kept = [[] for _ in range(runs)]
    for _ in range(pairs):
        s = random.normal(size=(runs, size))
        y = s @ curvature + 0.1 * random.normal(size=(runs, size))
        memory.s[:], memory.y[:] = s, y
        where = random.random(runs) < 0.9
        memory.remember(where)
        for r in np.flatnonzero(where & ((s * y).sum(axis=1) > 1e-10)):
            kept[r] = [*kept[r], (s[r], y[r])][-most[r] :]
    grad = random.normal(size=(runs, size))
    direction = memory.direction(grad)
    for r in range(runs):
        if not kept[r]:
            continue
        s, y = kept[r][-1]
        inverse = np.eye(size) * (s @ y) / (y @ y)
        for s, y in kept[r]:
            turn = np.eye(size) - np.outer(s, y) / (s @ y)
            inverse = turn @ inverse @ turn.T + np.outer(s, s) / (s @ y)
        np.testing.assert_allclose(direction[r], -inverse @ grad[r], rtol=1e-7, atol=1e-9)


def test_a_pair_along_which_the_loss_bends_down_is_not_kept():
    slots = first_slots([LBFGS()], [()], np.zeros((1, 2)), whole(2))
    memory = Pairs(Ground(np.zeros((1, 2)), np.zeros((1, 2)), slots, whole(2)), np.array([5]))
    memory.s[:], memory.y[:] = 1.0, -1.0
    memory.remember(np.array([True]))
    assert slots["pairs"][0, 0] == 0.0
    np.testing.assert_array_equal(memory.direction(np.array([[3.0, -2.0]])), [[-3.0, 2.0]])
