"""Published optimizers that PyTorch does not have: blocks of runs, memory, bowls, schedules of momentum."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from lrviz.engine.activations import Tanh
from lrviz.engine.network import Network
from lrviz.engine.optimizers import (
    LAMB,
    LARS,
    SGLD,
    AdaBelief,
    Adan,
    AdEMAMix,
    Lion,
    NormalizedSGD,
    ScheduleFreeAdamW,
    ScheduleFreeSGD,
)
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.rule import first_slots
from lrviz.engine.tensors import whole
from lrviz.engine.trainer import Trainer

NETWORK = Network.build(2, [(5, Tanh()), (4, Tanh())], 3)
RATES = np.array([0.003, 0.01, 0.03, 0.02, 0.1])
DECAYS = (0.0, 0.1, 0.0, 0.01, 1.0)
TWO = [(0.9, 0.999), (0.5, 0.9), (0.0, 0.3), (0.95, 0.0), (0.8, 0.99)]
THREE = [(0.98, 0.92, 0.99), (0.9, 0.0, 0.5), (0.0, 0.5, 0.9), (0.5, 0.99, 0.0), (0.9, 0.999, 0.9999)]


def five(part, betas=TWO, **fields):
    """Five settings that differ in their betas, decay and ε."""
    return [part(betas=pair, weight_decay=decay, **fields) for pair, decay in zip(betas, DECAYS, strict=True)]


BLOCKS = {
    "lion": five(Lion),
    "adabelief, fixed decay": [AdaBelief(fixed_decay=True, weight_decay=w / 9) for w in DECAYS],
    "lion, none with decay": [Lion(betas=pair) for pair in TWO],
    "adabelief": five(AdaBelief),
    "adabelief, L2": five(AdaBelief, weight_decouple=False, degenerated_to_sgd=False),
    "adabelief, amsgrad": five(AdaBelief, rectify=False, amsgrad=True, eps=1e-3),
    "adan": five(Adan, THREE),
    "adan, no prox": five(Adan, THREE, no_prox=True),
    "ademamix": [
        AdEMAMix(betas=betas, alpha=alpha, alpha_warmup=warmup, beta3_warmup=warmup, weight_decay=alpha / 50)
        for betas, alpha, warmup in zip(THREE, (2.0, 0.0, 5.0, 8.0, 1.0), (None, 7, 1, 100, 30), strict=True)
    ],
    "lars": [
        LARS(momentum=m, weight_decay=w, trust_coeff=0.1)
        for m, w in zip((0.0, 0.9, 0.0, 0.5, 0.9), DECAYS, strict=True)
    ],
    "lars, clipped": [
        LARS(momentum=0.9, nesterov=True, weight_decay=w, trust_clip=True, filter_bias_and_bn=False)
        for w in DECAYS
    ],
    "lamb": five(LAMB),
    "lamb, clipped": five(LAMB, trust_clip=True, always_adapt=True, bias_correction=False),
    "lamb, lengths": [
        LAMB(max_grad_norm=c, filter_bias_and_bn=False, grad_averaging=False)
        for c in (None, 0.01, 1.0, 5.0, 1e3)
    ],
    "schedule-free sgd": [
        ScheduleFreeSGD(momentum=m, weight_decay=w, warmup_steps=n, r=r, weight_lr_power=p)
        for m, w, n, r, p in zip(
            (0.9, 0.5, 0.98, 0.1, 0.7), DECAYS, (0, 10, 1, 100, 3), (0.0, 1.0, 2.5, 0.0, 50.0),
            (2.0, 0.0, 1.5, 3.0, 100.0), strict=True,
        )
    ],
    "schedule-free adamw": [
        ScheduleFreeAdamW(betas=(m, beta2), weight_decay=w, warmup_steps=n, r=w)
        for m, (_, beta2), w, n in zip(
            (0.9, 0.5, 0.98, 0.1, 0.7), TWO, DECAYS, (0, 10, 1, 100, 3), strict=True
        )
    ],
    "normalized sgd": [
        NormalizedSGD(power=p, momentum=m, weight_decay=w)
        for p, m, w in zip((1.0, 0.0, 0.5, 2.0, 1.3), (0.0, 0.9, 0.5, 0.0, 0.99), DECAYS, strict=True)
    ],
    "sgld": [
        SGLD(temperature=t, weight_decay=w) for t, w in zip((1.0, 0.0, 0.1, 5.0, 1e-3), DECAYS, strict=True)
    ],
}  # fmt: skip
KINDS = [specs[0] for name, specs in BLOCKS.items() if "," not in name]

blocks = pytest.mark.parametrize("specs", BLOCKS.values(), ids=BLOCKS.keys())
kinds = pytest.mark.parametrize("spec", KINDS, ids=[spec.kind for spec in KINDS])
moving = pytest.mark.parametrize(
    "spec", [s for s in KINDS if s.moves_momentum], ids=[s.kind for s in KINDS if s.moves_momentum]
)
both_types = pytest.mark.parametrize("dtype", [np.float32, np.float64])


class Run:
    """Runs of an optimizer on flat parameters, `chunk` steps tabulated at a time."""

    def __init__(self, specs, params, lr, chunk=7, tensors=NETWORK.tensors, momentum=None, **more):
        self.params = params.copy()
        self.grad = np.zeros_like(self.params)
        self.slots = first_slots(specs, [()] * len(specs), self.params, tensors)
        more = {"seeds": range(len(specs)), "examples": 50, **more}
        ground = Ground(
            self.params, self.grad, self.slots, tensors, moves_momentum=momentum is not None, **more
        )
        self.update = type(specs[0]).bind(specs, ground)
        self.lr, self.chunk, self.momentum, self.t = np.asarray(lr, dtype=np.float64), chunk, momentum, 0

    def go(self, gradient, steps):
        """Follow `gradient(params)`; α falls slowly, so that its place in the formula matters."""
        while steps > 0:
            length = min(self.chunk, steps)
            t = self.t + np.arange(1.0, length + 1)[:, None] * np.ones(len(self.lr))
            table = np.empty((self.update.factors, length, len(self.lr)))
            momentum = None if self.momentum is None else np.full_like(t, self.momentum)
            self.update.tabulate(self.lr / (1.0 + 0.01 * t), t, table, momentum)
            rounded = table.astype(self.params.dtype)
            for k in range(length):
                self.grad[:] = gradient(self.params)
                self.update.step(*rounded[:, k, :, None])
            self.t += length
            steps -= length
        self.update.show()
        return self.params


def bumpy(params):
    """A gradient that is no straight line, each number by itself."""
    return params + np.sin(params * params.dtype.type(3.0))


def start(runs, dtype, size=NETWORK.size):
    return np.random.default_rng(5).normal(size=(runs, size)).astype(dtype)


@blocks
@both_types
def test_a_run_among_others_gets_the_bits_it_gets_alone(specs, dtype):
    params = start(5, dtype)
    together = Run(specs, params, RATES)
    together.go(bumpy, 60)
    assert np.isfinite(together.params).all()
    for r, spec in enumerate(specs):
        alone = Run([spec], params[r : r + 1], RATES[r : r + 1], seeds=[r])
        assert np.array_equal(alone.go(bumpy, 60)[0], together.params[r])
        assert np.array_equal(alone.update.shown[0], together.update.shown[r])
        for name, slot in alone.slots.items():
            assert np.array_equal(slot[0], together.slots[name][r])


@blocks
@both_types
def test_bits_do_not_depend_on_how_many_steps_are_tabulated_at_once(specs, dtype):
    one, many = (Run(specs[1:2], start(1, dtype), [0.01], chunk=chunk) for chunk in (1, 40))
    assert np.array_equal(one.go(bumpy, 40), many.go(bumpy, 40))


@blocks
def test_a_step_allocates_nothing(specs):
    run = Run(specs[:1], start(1, np.float32, 5000), [1e-3], chunk=20, tensors=whole(5000))
    run.go(lambda params: 0.5, 20)
    factors = np.full((run.update.factors, 1, 1), 1e-3, dtype=np.float32)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(1000):
            run.update.step(*factors)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 4096


@pytest.mark.parametrize(
    ("spec", "lr"),
    [
        (Lion(), 0.05),
        (AdaBelief(), 0.1),
        (AdaBelief(rectify=False), 0.1),
        (Adan(), 0.1),
        (AdEMAMix(betas=(0.9, 0.999, 0.99)), 0.02),
        (LARS(momentum=0.5, trust_coeff=0.02, filter_bias_and_bn=False), 1.0),
        (LAMB(filter_bias_and_bn=False), 0.1),
        (ScheduleFreeSGD(), 0.15),
        (ScheduleFreeAdamW(), 0.1),
        (NormalizedSGD(), 0.05),
        (NormalizedSGD(power=0.5, momentum=0.5), 0.02),
        (SGLD(temperature=0.0), 0.05),
    ],
    ids=repr,
)
def test_every_optimizer_gets_down_into_a_bowl(spec, lr):
    steepness = np.array([[1.0, 10.0]])
    run = Run([spec], np.array([[2.0, -1.0]]), [lr], tensors=whole(2))
    run.go(lambda params: steepness * params, 400)
    assert np.abs(run.update.shown).max() < 0.1


@moving
@both_types
def test_a_schedule_that_holds_momentum_still_does_what_the_setting_does(spec, dtype):
    held = {"betas": (0.7, *spec.betas[1:])} if "betas" in type(spec).model_fields else {"momentum": 0.7}
    moved = Run([spec], start(1, dtype), [0.01], momentum=0.7)
    still = Run([spec.model_copy(update=held)], start(1, dtype), [0.01])
    assert np.array_equal(moved.go(bumpy, 30), still.go(bumpy, 30))


@kinds
def test_a_rate_of_one_for_every_tensor_changes_no_bit(spec, block):
    made = block((0.01, 0.02), optimizer=spec.model_dump())
    rates = np.ones((2, len(made.network.tensors)))
    plain, with_rates = Trainer(made), Trainer(replace(made, tensor_rates=rates))
    plain.advance(50)
    with_rates.advance(50)
    assert np.array_equal(plain.state.params, with_rates.state.params)


@kinds
def test_a_tensor_with_a_rate_of_zero_stays_where_it_is(spec, block):
    made = block((0.01,), optimizer=spec.model_dump())
    rates = np.ones((1, len(made.network.tensors)))
    rates[0, 2] = 0.0
    trainer = Trainer(replace(made, tensor_rates=rates))
    first = trainer.state.params.copy()
    trainer.advance(50)
    held = made.network.tensors[2].places
    assert np.array_equal(trainer.state.params[0, held], first[0, held])
    assert not np.array_equal(trainer.state.params, first)


@kinds
def test_a_run_of_a_trainer_gets_the_bits_it_gets_alone(spec, block):
    together = Trainer(block((0.003, 0.01, 0.02), optimizer=spec.model_dump()))
    alone = Trainer(block((0.01,), optimizer=spec.model_dump()))
    many, one = together.advance(60), alone.advance(60)
    assert np.array_equal(together.state.params[1], alone.state.params[0])
    assert np.array_equal(together.model(1).params, alone.model(0).params)
    for name, (_, values) in one.measured.items():
        assert np.array_equal(many.measured[name][1][:, 1], values[:, 0])
