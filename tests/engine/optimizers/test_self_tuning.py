"""The optimizers that find their rate themselves: blocks of runs, no allocation, ways down."""

import tracemalloc

import numpy as np
import pytest

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

FAST = {"d0": 1e-2}
BLOCKS = {
    "prodigy": [
        Prodigy(**FAST),
        Prodigy(weight_decay=0.1, **FAST),
        Prodigy(beta3=0.5, growth_rate=1.1, **FAST),
        Prodigy(betas=(0.0, 0.5), d_coef=0.5, **FAST),
        Prodigy(d0=1e-3, eps=1e-4, weight_decay=0.01),
    ],
    "prodigy, switches": [
        Prodigy(decouple=False, use_bias_correction=True, safeguard_warmup=True, weight_decay=w, **FAST)
        for w in (0.0, 0.1, 0.0, 0.01, 1.0)
    ],
    "dadapt_adam": [
        DAdaptAdam(**FAST),
        DAdaptAdam(weight_decay=0.1, **FAST),
        DAdaptAdam(growth_rate=1.05, **FAST),
        DAdaptAdam(betas=(0.0, 0.5), **FAST),
        DAdaptAdam(d0=1e-3, eps=1e-4),
    ],
    "dadapt_adam, switches": [
        DAdaptAdam(decouple=True, use_bias_correction=True, weight_decay=w, **FAST)
        for w in (0.0, 0.1, 0.0, 0.01, 1.0)
    ],
    "dadapt_sgd": [
        DAdaptSGD(**FAST),
        DAdaptSGD(momentum=0.9, **FAST),
        DAdaptSGD(growth_rate=1.1, weight_decay=0.1, **FAST),
        DAdaptSGD(d0=1e-3),
        DAdaptSGD(momentum=0.5, weight_decay=0.01, **FAST),
    ],
    "dog": [
        DoG(reps_rel=1e-2),
        DoG(init_eta=0.1),
        DoG(reps_rel=1e-2, weight_decay=0.1),
        DoG(eps=1.0, reps_rel=1e-3),
        DoG(init_eta=0.05, weight_decay=0.01),
    ],
    "dowg": [DoWG(eps=e, weight_decay=w) for e, w in ((1e-4, 0), (1e-2, 0), (1e-4, 0.1), (1, 0), (1e-3, 1))],
    "sps": [
        SPS(),
        SPS(c=0.2, fstar=3.0),
        SPS(adapt_flag="smooth_iter", n_batches_per_epoch=5),
        SPS(weight_decay=0.1),
        SPS(adapt_flag="smooth_iter", gamma=3.0, n_batches_per_epoch=20, weight_decay=0.01),
    ],
    "sls": [
        SLS(n_batches_per_epoch=5),
        SLS(reset_option=0, beta_b=0.5),
        SLS(reset_option=2, c=0.4, weight_decay=0.1),
        SLS(gamma=4.0, n_batches_per_epoch=1),
        SLS(reset_option=2, beta_b=0.7),
    ],
    "sgd_hd": [
        SGDHD(hypergrad_lr=1e-4),
        SGDHD(hypergrad_lr=1e-4, momentum=0.9),
        SGDHD(hypergrad_lr=1e-3, momentum=0.5, dampening=0.5, weight_decay=0.1),
        SGDHD(hypergrad_lr=0.0),
        SGDHD(hypergrad_lr=1e-5, dampening=0.5, weight_decay=0.01),
    ],
    "sgd_hd, nesterov": [
        SGDHD(hypergrad_lr=1e-4, momentum=m, nesterov=True) for m in (0.1, 0.3, 0.5, 0.9, 0.99)
    ],
    "adam_hd": [
        AdamHD(hypergrad_lr=1e-5),
        AdamHD(hypergrad_lr=1e-4, weight_decay=0.1),
        AdamHD(hypergrad_lr=0.0),
        AdamHD(hypergrad_lr=1e-4, betas=(0.0, 0.5), eps=1e-3),
        AdamHD(betas=(0.5, 0.9)),
    ],
    "barzilai_borwein": [
        BarzilaiBorwein(),
        BarzilaiBorwein(variant="BB2"),
        BarzilaiBorwein(weight_decay=0.1, max_step_size=0.3),
        BarzilaiBorwein(init_step_size=1.0, min_step_size=0.5),
        BarzilaiBorwein(variant="BB2", weight_decay=0.01, init_step_size=0.01),
    ],
    "barzilai_borwein, other batch": [
        BarzilaiBorwein(same_batch=False, variant=v, weight_decay=w)
        for v, w in (("BB1", 0.0), ("BB2", 0.1), ("BB1", 0.01), ("BB2", 0.0), ("BB1", 1.0))
    ],
}
RATES = {
    "sps": np.array([5.0, 1.0, 0.5, 2.0, 0.1]),
    "sls": np.array([5.0, 1.0, 10.0, 2.0, 0.1]),
    "sgd_hd": np.array([0.003, 0.01, 0.03, 0.02, 0.1]),
    "adam_hd": np.array([0.003, 0.01, 0.03, 0.02, 0.1]),
}
ONE = np.array([1.0, 0.5, 1.5, 2.0, 0.1])

blocks = pytest.mark.parametrize("name", BLOCKS)
both_types = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def rates(name):
    return RATES.get(name.partition(",")[0], ONE)


def bumpy(params):
    """Value of each number (never negative) and its slope: a bowl with waves."""
    three = params.dtype.type(3.0)
    waves = (np.cos(params * three) - 1) / -three
    return params * params / 2 + waves, params + np.sin(params * three)


class Run:
    """Runs on a sum of values of each number, `chunk` steps tabulated at a time."""

    def __init__(self, specs, params, lr, chunk=7, land=bumpy):
        self.params, self.land = params.copy(), land
        self.grad = np.zeros_like(self.params)
        self.start = np.zeros(len(params))
        tensors = whole(self.params.shape[1])
        self.slots = first_slots(specs, [()] * len(specs), self.params, tensors)
        ground = Ground(self.params, self.grad, self.slots, tensors, loss=lambda: self.start, look=self.look)
        self.update = type(specs[0]).bind(specs, ground)
        self.lr, self.chunk, self.t = np.asarray(lr, dtype=np.float64), chunk, 0

    def look(self):
        values, self.grad[:] = self.land(self.params)
        return np.add.reduce(values, axis=-1).astype(np.float64)

    def rate(self, t):
        return self.lr / (1.0 + 0.01 * t)

    def go(self, steps):
        while steps > 0:
            length = min(self.chunk, steps)
            t = self.t + np.arange(1.0, length + 1)[:, None] * np.ones(len(self.lr))
            table = np.empty((self.update.factors, length, len(self.lr)))
            self.update.tabulate(self.rate(t), t, table)
            rounded = table.astype(self.params.dtype)
            shape = () if len(self.params) == 1 else (len(self.params), 1)
            for k in range(length):
                self.start[:] = self.look()
                self.update.step(*(factor[k].reshape(shape) for factor in rounded))
            self.t += length
            steps -= length
        return self.params


def start(runs, dtype, size=33):
    return np.random.default_rng(5).normal(size=(runs, size)).astype(dtype)


@blocks
@both_types
def test_a_run_among_others_gets_the_bits_it_gets_alone(name, dtype):
    specs, lr, params = BLOCKS[name], rates(name), start(5, dtype)
    together = Run(specs, params, lr)
    together.go(60)
    assert np.isfinite(together.params).all()
    assert (np.abs(together.params - params).max(axis=1) > 1e-3).all()
    for r, spec in enumerate(specs):
        alone = Run([spec], params[r : r + 1], lr[r : r + 1])
        assert np.array_equal(alone.go(60)[0], together.params[r])
        for slot, values in alone.slots.items():
            assert np.array_equal(values[0], together.slots[slot][r]), slot


@blocks
@both_types
def test_bits_do_not_depend_on_how_many_steps_are_tabulated_at_once(name, dtype):
    one, many = (Run(BLOCKS[name][1:2], start(1, dtype), rates(name)[1:2], chunk=chunk) for chunk in (1, 40))
    assert np.array_equal(one.go(40), many.go(40))


@blocks
def test_rates_for_each_parameter_that_are_all_equal_change_no_more_than_rounding(name):
    runs = [Run(BLOCKS[name], start(5, np.float64), rates(name)) for _ in range(2)]
    by_run, by_parameter = runs
    t = np.arange(1.0, 11.0)[:, None] * np.ones(5)
    for run in runs:
        table = np.empty((run.update.factors, 10, 5))
        run.update.tabulate(run.rate(t), t, table)
        for k in range(10):
            run.start[:] = run.look()
            factors = [factor[k][:, None] for factor in table]
            wide = [np.repeat(factor, 33, axis=1) for factor in factors]
            run.update.step(*(wide if run is by_parameter else factors))
    np.testing.assert_allclose(by_parameter.params, by_run.params, rtol=1e-9)


@blocks
def test_factors_broadcast_over_tensors_with_rates_of_their_own(name):
    update = Run(BLOCKS[name], start(5, np.float64), rates(name)).update
    t = np.arange(1.0, 4.0)[:, None] * np.ones(5)
    lr = np.stack([rates(name) / t, rates(name) / (2.0 * t)], axis=1)
    both, one = np.empty((update.factors, 3, 2, 5)), np.empty((update.factors, 3, 5))
    update.tabulate(lr, t[:, None], both)
    for tensor in range(2):
        update.tabulate(lr[:, tensor], t, one)
        assert np.array_equal(both[:, :, tensor], one)


@blocks
def test_a_step_allocates_nothing(name):
    run = Run(BLOCKS[name][:1], start(1, np.float32, size=5000), rates(name)[:1])
    run.go(20)
    steep = run.grad.copy()

    def look():
        np.copyto(run.grad, steep)
        return run.start

    run.update.ground = Ground(run.params, run.grad, run.slots, loss=lambda: run.start, look=look)
    factors = [np.full((), 1e-3, dtype=np.float32)] * run.update.factors
    for _ in range(3):
        look()
        run.update.step(*factors)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(20):
            look()
            run.update.step(*factors)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 4096


@pytest.mark.parametrize(
    ("spec", "lr", "steps"),
    [
        (Prodigy(), 1.0, 600),
        (DAdaptAdam(), 1.0, 600),
        (DAdaptSGD(), 1.0, 600),
        (DAdaptSGD(momentum=0.9), 1.0, 600),
        (DoG(reps_rel=1e-3), 1.0, 2000),
        (DoWG(), 1.0, 600),
        (SPS(c=1.0), 1.0, 300),
        (SPS(c=1.0, adapt_flag="smooth_iter"), 1.0, 300),
        (SLS(), 1.0, 300),
        (SLS(reset_option=2), 1.0, 300),
        (SGDHD(hypergrad_lr=1e-4), 0.01, 300),
        (AdamHD(hypergrad_lr=1e-3), 0.01, 300),
        (BarzilaiBorwein(), 1.0, 100),
        (BarzilaiBorwein(variant="BB2", same_batch=False), 1.0, 100),
    ],
    ids=repr,
)
def test_every_optimizer_gets_down_into_a_bowl(spec, lr, steps):
    steep = np.array([[1.0, 10.0]])

    def bowl(params):
        return steep * params * params / 2, steep * params

    run = Run([spec], np.array([[2.0, -1.0]]), [lr], land=bowl)
    assert np.abs(run.go(steps)).max() < 0.02


@blocks
def test_a_rate_of_zero_moves_nothing_and_spoils_nothing(name):
    run = Run(BLOCKS[name], start(5, np.float64), np.zeros(5))
    run.go(5)
    np.testing.assert_allclose(run.params, start(5, np.float64), rtol=1e-15)
    run.lr = rates(name)
    run.go(20)
    assert np.isfinite(run.params).all()
    assert (np.abs(run.params - start(5, np.float64)).max(axis=1) > 1e-4).all()


@blocks
def test_a_gradient_of_zero_moves_nothing_and_spoils_nothing(name):
    run = Run(BLOCKS[name], start(5, np.float64), rates(name), land=lambda params: (params * params, 0.0))
    still = [r for r, spec in enumerate(BLOCKS[name]) if spec.weight_decay == 0.0]
    run.go(5)
    np.testing.assert_allclose(run.params[still], start(5, np.float64)[still], rtol=1e-15)
    run.land = bumpy
    run.go(20)
    assert np.isfinite(run.params).all()
    assert (np.abs(run.params - start(5, np.float64)).max(axis=1) > 1e-4).all()
