"""Every modifier: blocks of runs, chains, closed formulas."""

import tracemalloc

import numpy as np
import pytest

from lrviz.engine.modifiers import (
    EMA,
    SAM,
    SWA,
    AnyModifier,
    Cautious,
    ClipNorm,
    ClipValue,
    DecoupledWeightDecay,
    Grokfast,
    Lookahead,
)
from lrviz.engine.optimizers import SGD, Adam, AdamW
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.parts import kinds, traits
from lrviz.engine.rule import bind, first_slots
from lrviz.engine.tensors import Tensor

CHAINS = {
    "clip norm": [(ClipNorm(max_norm=c),) for c in (0.01, 0.5, 1.0, 5.0, 100.0)],
    "clip value": [(ClipValue(clip_value=c),) for c in (0.01, 0.5, 1.0, 5.0, 100.0)],
    "decay": [(DecoupledWeightDecay(weight_decay=w),) for w in (0.0, 0.01, 0.1, 1.0, 5.0)],
    "sam": [(SAM(rho=r),) for r in (0.0, 0.01, 0.05, 0.5, 2.0)],
    "sam, adaptive": [(SAM(rho=r, adaptive=True),) for r in (0.0, 0.01, 0.05, 0.5, 2.0)],
    "grokfast": [
        (Grokfast(alpha=a, lamb=m),) for a, m in ((0.0, 2), (0.5, 0), (0.9, 5), (0.98, 1), (0.99, 2))
    ],
    "cautious": [(Cautious(floor=f),) for f in (1e-3, 0.01, 0.1, 0.5, 1.0)],
    "lookahead": [
        (Lookahead(la_steps=k, la_alpha=a),) for k, a in ((1, 0.5), (2, 0), (3, 1), (5, 0.8), (60, 0.5))
    ],
    "ema": [(EMA(decay=d),) for d in (0.0, 0.5, 0.9, 0.99, 0.999)],
    "swa": [(SWA(swa_start=s, swa_freq=f),) for s, f in ((1, 1), (1, 7), (20, 3), (50, 10), (1000, 1))],
    "all in one chain": [
        (
            ClipNorm(max_norm=c),
            ClipValue(clip_value=c / 2),
            SAM(rho=c / 100),
            Grokfast(lamb=c),
            DecoupledWeightDecay(weight_decay=c / 50),
            Cautious(),
            Lookahead(la_steps=3),
            EMA(decay=0.9),
        )
        for c in (0.1, 0.5, 1.0, 2.0, 10.0)
    ],
}
chains = pytest.mark.parametrize("chosen", CHAINS.values(), ids=CHAINS.keys())
OPTIMIZERS = [SGD(momentum=0.9), Adam(), AdamW(weight_decay=0.3), Adam(betas=(0.5, 0.9)), SGD()]
TENSORS = (
    Tensor("weight", (4, 6), np.arange(28).reshape(4, 7)[:, :-1].ravel()),
    Tensor("bias", (4,), np.arange(28).reshape(4, 7)[:, -1]),
    Tensor("last", (5,), np.arange(28, 33)),
)


def bumpy(params):
    return params + np.sin(params * params.dtype.type(3.0))


class Run:
    """Runs of an optimizer in a chain, on a gradient of each number by itself."""

    def __init__(self, optimizer, chain, params, lr, chunk=7):
        runs = len(params)
        self.params, self.grad = params.copy(), np.zeros_like(params)
        optimizers = [optimizer] * runs
        self.slots = first_slots(optimizers, chain, self.params, TENSORS)
        self.update = bind(
            optimizers, chain, Ground(self.params, self.grad, self.slots, TENSORS, look=self.look)
        )
        self.lr, self.chunk, self.t = np.asarray(lr, dtype=np.float64), chunk, 0

    def look(self):
        self.grad[:] = bumpy(self.params)
        return np.zeros(len(self.params))

    def go(self, steps):
        while steps > 0:
            length = min(self.chunk, steps)
            t = self.t + np.arange(1.0, length + 1)[:, None] * np.ones(len(self.lr))
            table = np.empty((self.update.factors, length, len(self.lr)))
            self.update.tabulate(self.lr / (1.0 + 0.01 * t), t, table)
            rounded = table.astype(self.params.dtype)
            for k in range(length):
                self.look()
                shape = () if len(self.params) == 1 else (len(self.params), 1)
                self.update.step(*(factor[k].reshape(shape) for factor in rounded))
            self.t += length
            steps -= length
        self.update.show()
        return self.params


def start(runs, dtype=np.float64):
    return np.random.default_rng(5).normal(size=(runs, 33)).astype(dtype)


def test_the_names_in_files_are_these():
    assert list(kinds(AnyModifier)) == [
        *("clip_norm", "clip_value", "decoupled_weight_decay", "sam", "grokfast", "cautious"),
        *("lookahead", "ema", "swa"),
    ]


@chains
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), Adam()], ids=repr)
def test_a_run_among_others_gets_the_bits_it_gets_alone(chosen, dtype, optimizer):
    lr = np.array([0.003, 0.01, 0.03, 0.02, 0.1])
    together = Run(optimizer, chosen, start(5, dtype), lr)
    together.go(60)
    assert np.isfinite(together.params).all()
    for r, chain in enumerate(chosen):
        alone = Run(optimizer, [chain], start(5, dtype)[r : r + 1], lr[r : r + 1])
        assert np.array_equal(alone.go(60)[0], together.params[r])
        assert np.array_equal(alone.update.shown[0], together.update.shown[r])


@chains
def test_bits_do_not_depend_on_how_many_steps_are_tabulated_at_once(chosen):
    one, many = (Run(Adam(), chosen[2:3], start(1), [0.01], chunk=chunk) for chunk in (1, 40))
    assert np.array_equal(one.go(40), many.go(40))


@chains
def test_rates_for_each_parameter_that_are_all_equal_change_nothing(chosen):
    by_run, by_parameter = (
        Run(Adam(), chosen, start(5), np.full(5, 0.01)),
        Run(Adam(), chosen, start(5), np.full(5, 0.01)),
    )
    by_run.go(20)
    t = np.arange(1.0, 21.0)[:, None, None] * np.ones((1, 5))
    table = np.empty((by_parameter.update.factors, 20, len(TENSORS), 5))
    lr = np.broadcast_to(0.01 / (1.0 + 0.01 * t), (20, len(TENSORS), 5))
    by_parameter.update.tabulate(lr, t, table)
    owner = np.zeros(33, dtype=int)
    for k in range(20):
        by_parameter.look()
        by_parameter.update.step(*(factor[k].T[:, owner] for factor in table))
    assert np.array_equal(by_run.params, by_parameter.params)


@chains
def test_a_step_allocates_nothing(chosen):
    run = Run(SGD(momentum=0.9), chosen[1:2], start(1, np.float32), [1e-3], chunk=20)
    run.look = lambda: None
    run.update.ground.__dict__["look"] = lambda: None
    run.go(20)
    factors = [np.float32(1e-3).reshape(())] * run.update.factors
    for _ in range(3):
        run.update.step(*factors)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(50):
            run.update.step(*factors)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 4096


def test_a_gradient_within_the_limit_is_not_clipped_and_a_longer_one_ends_at_the_limit():
    long, short = (Run(SGD(), [(ClipNorm(max_norm=2.0),)], start(1), [1.0]) for _ in range(2))
    for run, size in ((long, 10.0), (short, 0.1)):
        before = run.params.copy()
        run.grad[:] = size
        run.update.step(np.array(0.0), *[np.array(1.0)][1:]) if run.update.factors == 2 else run.update.step(
            np.array(1.0)
        )
        moved = np.linalg.norm(before - run.params)
        # Divided by the norm + 1e-6, a clipped gradient is a little shorter than the limit.
        expected = (
            2.0 * 10.0 * np.sqrt(33) / (10.0 * np.sqrt(33) + 1e-6) if size == 10.0 else 0.1 * np.sqrt(33)
        )
        assert moved == pytest.approx(expected, rel=1e-12)


def test_decay_around_adam_is_adamw():
    one = Run(Adam(), [(DecoupledWeightDecay(weight_decay=0.3),)], start(1), [0.01])
    other = Run(AdamW(weight_decay=0.3), [()], start(1), [0.01])
    assert np.array_equal(one.go(50), other.go(50))


def test_sam_of_radius_zero_is_plain_descent_and_a_radius_changes_it():
    plain, zero, wide = (
        Run(SGD(), [chain], start(1), [0.01]).go(30) for chain in ((), (SAM(rho=0.0),), (SAM(rho=0.5),))
    )
    assert np.array_equal(plain, zero)
    assert not np.allclose(plain, wide)


def test_lookahead_goes_half_the_way_of_its_steps():
    fast = Run(SGD(), [()], start(1), [0.01])
    slow = Run(SGD(), [(Lookahead(la_steps=5, la_alpha=0.5),)], start(1), [0.01])
    fast.go(5)
    slow.go(5)
    np.testing.assert_allclose(slow.params, (start(1) + fast.params) / 2, rtol=1e-14)


def test_averages_leave_training_as_it_is_and_are_what_is_shown():
    plain = Run(Adam(), [()], start(1), [0.01])
    path = [plain.go(1).copy() for _ in range(30)]
    for chain, expected in (
        ((SWA(swa_start=10, swa_freq=5),), np.mean([path[k] for k in (9, 14, 19, 24, 29)], axis=0)),
        ((EMA(decay=0.0),), path[-1]),
    ):
        averaged = Run(Adam(), [chain], start(1), [0.01])
        assert np.array_equal(averaged.go(30), plain.params)
        np.testing.assert_allclose(averaged.update.shown, expected, rtol=1e-13)


def test_before_the_first_step_an_average_is_the_first_weights():
    for chain in ((EMA(),), (SWA(),)):
        assert np.array_equal(Run(Adam(), [chain], start(1), [0.01]).update.shown, start(1))


def test_cautious_leaves_out_what_the_gradient_does_not_want():
    run = Run(SGD(momentum=0.9), [(Cautious(),)], np.zeros((1, 33)), [0.1])
    run.grad[:] = 1.0
    run.update.step(*map(np.array, (0.1, 0.9, 1.0)))
    before = run.params.copy()
    run.grad[:] = np.where(np.arange(33) % 2, 0.5, -0.5)
    run.update.step(*map(np.array, (0.1, 0.9, 1.0)))
    moved = before - run.params
    assert (moved[0, ::2] == 0).all()
    # Momentum is 0.9 + 0.5; half of each even tensor agrees, so what is left counts double there.
    weight = TENSORS[0].places
    share = (weight % 2).mean()
    np.testing.assert_allclose(moved[0, weight[weight % 2 == 1]], 0.1 * 1.4 / share, rtol=1e-12)


@pytest.mark.parametrize("part", kinds(AnyModifier).values())
def test_every_field_explains_itself_and_can_be_edited_live(part):
    for name, info in part.model_fields.items():
        if name != "kind":
            assert info.title, name
            assert info.description, name
            assert traits(info)["live"], name
