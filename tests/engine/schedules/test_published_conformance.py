"""Schedules that PyTorch does not have, over 1,000 steps, against the published rules written out."""

import math
from itertools import pairwise

import numpy as np
import pytest

from lrviz.engine.parts import kinds
from lrviz.engine.schedules import (
    REX,
    AnySchedule,
    CosineWarmRestarts,
    FlatCosine,
    GreedyLR,
    InverseSqrt,
    InverseTime,
    Noam,
    Points,
    WarmupStableDecay,
)

STEPS = 1000
pytestmark = pytest.mark.conformance
rates = pytest.mark.parametrize("lr", [0.3, 1e-3])


def keras_inverse_time(step, *, decay_steps, decay_rate, staircase):
    """`keras.optimizers.schedules.InverseTimeDecay`."""
    periods = step / decay_steps
    return 1.0 / (1.0 + decay_rate * (math.floor(periods) if staircase else periods))


def fairseq_inverse_sqrt(step, *, warmup, init):
    """fairseq: a fixed amount more with every update of the warm-up, then a factor times step^-0.5."""
    if step < warmup:
        return init + step * (1.0 - init) / warmup
    return math.sqrt(warmup) * step**-0.5


def t5(step, *, warmup):
    """T5's 1/√max(n, k), as a multiple of its first rate."""
    return (1.0 / math.sqrt(max(step, warmup))) / (1.0 / math.sqrt(warmup))


def noam(step, *, d_model, warmup):
    """The paper's rate for step numbers from 1, as a multiple of its highest."""
    rate = d_model**-0.5 * min((step + 1) ** -0.5, (step + 1) * warmup**-1.5)
    return rate / (d_model * warmup) ** -0.5


def rex(step, *, length):
    left = 1.0 - min(step, length) / length
    return left / (0.5 + 0.5 * left)


def fit_flat_cos(step, *, length, pct_start, end):
    """fastai's flat part, and its cosine annealing of the rest."""
    share = min(step / length, 1.0)
    if share <= pct_start:
        return 1.0
    share = (share - pct_start) / (1.0 - pct_start)
    return end + (1.0 - end) * (1.0 + math.cos(math.pi * share)) / 2.0


def wsd(step, *, warmup, decay, shape, least, total=STEPS):
    """`transformers.get_wsd_schedule`, with the rest of the run as its stable part."""
    stable = total - warmup - decay
    if step < warmup:
        factor = step / warmup
    elif step < warmup + stable:
        return 1.0
    elif step < warmup + stable + decay:
        share = (step - warmup - stable) / decay
        factor = {
            "linear": 1.0 - share,
            "cosine": 0.5 * (1.0 + math.cos(math.pi * share)),
            "1-sqrt": 1.0 - math.sqrt(share),
        }[shape]
    else:
        return least
    return factor * (1.0 - least) + least


def decayed_restarts(step, *, first, factor, decay, end):
    """timm's `cycle_decay`: cycle by cycle, each peak lower by that factor, none below the end."""
    length, height = first, 1.0
    while step >= length:
        step, length, height = step - length, length * factor, height * decay
    height = max(height, end)
    return end + (height - end) * (1.0 + math.cos(math.pi * step / length)) / 2.0


def between(step, *, points, logs):
    """By hand: the segment, and the share of it."""
    if step <= points[0][0]:
        return points[0][1]
    for (begin, low), (end, high) in pairwise(points):
        if step <= end:
            share = (step - begin) / (end - begin)
            return low * (high / low) ** share if logs else low + (high - low) * share
    return points[-1][1]


DRAWN = ((0.0, 1.0), (100.0, 0.5), (500.0, 0.1))
STEEP = ((10.5, 0.01), (11.0, 2.0), (700.0, 1e-4), (900.0, 3.0))
CASES = [
    (
        InverseTime(decay_rate=rate, decay_steps=steps, staircase=stairs),
        lambda t, r=rate, s=steps, f=stairs: keras_inverse_time(t, decay_rate=r, decay_steps=s, staircase=f),
    )
    for rate, steps, stairs in ((1.0, 1000, False), (0.3, 17, True), (5.0, 1, False))
]
CASES += [
    (
        InverseSqrt(warmup_updates=warmup, warmup_init_lr=init),
        lambda t, w=warmup, i=init: fairseq_inverse_sqrt(t, warmup=w, init=i),
    )
    for warmup, init in ((500, 0.0), (40, 0.1), (1, 0.0))
]
CASES += [
    (InverseSqrt(warmup_updates=warmup, warmup="constant"), lambda t, w=warmup: t5(t, warmup=w))
    for warmup in (1, 100, 5000)
]
CASES += [
    (Noam(warmup_steps=warmup), lambda t, w=warmup, d=d: noam(t, d_model=d, warmup=w))
    for warmup, d in ((500, 512), (40, 64), (4000, 1024))
]
CASES += [
    (REX(total_iters=given), lambda t, n=given or STEPS: rex(t, length=n)) for given in (None, 300, 2000)
]
CASES += [
    (
        FlatCosine(pct_start=share, eta_min=end, total_iters=given),
        lambda t, p=share, e=end, n=given or STEPS: fit_flat_cos(t, length=n, pct_start=p, end=e),
    )
    for share, end, given in ((0.75, 1e-5, None), (0.0, 0.1, 800), (0.5, 0.0, 1500))
]
CASES += [
    (
        WarmupStableDecay(
            num_warmup_steps=warmup, num_decay_steps=decay, decay_type=shape, min_lr_ratio=least
        ),
        lambda t, w=warmup, d=decay or STEPS // 5, s=shape, m=least: wsd(
            t, warmup=w, decay=d, shape=s, least=m
        ),
    )
    for warmup, decay, shape, least in (
        (100, None, "1-sqrt", 0.0),
        (0, 300, "linear", 0.1),
        (37, 1, "cosine", 0.05),
        (500, 500, "cosine", 0.0),
    )
]
CASES += [
    (
        CosineWarmRestarts(T_0=first, T_mult=factor, decay=decay, eta_min=end),
        lambda t, f=first, m=factor, d=decay, e=end: decayed_restarts(t, first=f, factor=m, decay=d, end=e),
    )
    for first, factor, decay, end in ((100, 1, 0.5, 0.0), (10, 2, 0.7, 0.2), (333, 3, 0.1, 0.01))
]
CASES += [
    (
        Points(points=points, interpolation="log" if logs else "linear"),
        lambda t, p=points, g=logs: between(t, points=p, logs=g),
    )
    for points in (DRAWN, STEEP, ((5.0, 0.3),))
    for logs in (False, True)
]


@pytest.mark.parametrize(("schedule", "rule"), CASES, ids=[repr(schedule) for schedule, _ in CASES])
@rates
def test_planned_rates_equal_those_of_the_published_rule(schedule, rule, lr):
    ours = lr * schedule.multiple(np.arange(float(STEPS)), float(STEPS))
    expected = [lr * rule(step) for step in range(STEPS)]
    assert np.abs(ours - expected).max() <= 1e-12 * lr


class Greedy:
    """The authors' rule for one run, with absolute rates."""

    def __init__(self, spec, lr):
        self.spec, self.first, self.lr = spec, lr, lr
        self.lowest, self.highest = spec.min_lr * lr, spec.max_lr * lr
        self.clear()

    def clear(self):
        self.best = math.inf
        self.good = self.bad = self.cooldown = self.warmup = 0
        self.left = self.spec.reset_start

    def step(self, loss):
        if self.cooldown > 0 or self.warmup > 0:
            if self.cooldown > 0:
                self.cooldown -= 1
            else:
                self.warmup -= 1
            self.good = self.bad = 0
            return
        self.judge(loss)
        if self.good > self.spec.patience:
            raised = min(self.lr / self.spec.factor, self.highest)
            self.lr = raised if raised - self.lr > self.spec.eps else self.lr
            self.left, self.warmup, self.good = self.spec.reset_start, self.spec.warmup, 0
        elif self.bad > self.spec.patience:
            lowered = max(self.lr * self.spec.factor, self.lowest)
            self.lr = lowered if self.lr - lowered > self.spec.eps else self.lr
            self.cooldown, self.bad = self.spec.cooldown, 0
            if self.lr <= self.lowest:
                self.left -= 1
                if self.left <= 0:
                    self.lr = self.first
                    self.clear()

    def judge(self, loss):
        relative = self.spec.threshold_mode == "rel"
        limit = self.best * (1 - self.spec.threshold) if relative else self.best - self.spec.threshold
        if loss < limit:
            self.best, self.good, self.bad = loss, self.good + 1, 0
        else:
            self.good, self.bad = 0, self.bad + 1


def noisy_loss():
    """A loss that falls, stays, falls again, with noise, NaN and infinity."""
    random = np.random.default_rng(9)
    t = np.arange(STEPS)
    loss = np.where(t < 300, 10.0 - t / 100.0, 7.0) - np.where(t > 600, (t - 600) / 100.0, 0.0)
    loss += random.normal(0.0, 0.002, size=STEPS)
    loss[random.integers(STEPS, size=20)] = np.nan
    loss[random.integers(STEPS, size=5)] = np.inf
    return loss


@pytest.mark.parametrize(
    "schedule",
    [
        GreedyLR(),
        GreedyLR(factor=0.5, patience=0, min_lr=0.1, max_lr=4.0, reset_start=7),
        GreedyLR(factor=0.8, patience=2, cooldown=3, warmup=5, threshold_mode="rel", reset_start=2),
        GreedyLR(factor=0.9, patience=1, cooldown=1, eps=1e-2, threshold=0.01),
    ],
    ids=repr,
)
@rates
def test_greedy_rates_equal_those_of_the_authors_rule(schedule, lr):
    reference, memory = Greedy(schedule, lr), {k: np.array([v]) for k, v in schedule.start().items()}
    ours, expected = [], []
    for loss in noisy_loss():
        reference.step(loss)
        schedule.observe(memory, np.array([loss]), np.array([lr]))
        ours.append(lr * memory["multiple"][0])
        expected.append(reference.lr)
    assert np.abs(np.subtract(ours, expected)).max() <= 1e-12 * lr
    assert max(expected) > 1.4 * min(expected) or schedule.eps > lr * 0.1


def test_every_schedule_that_pytorch_does_not_have_is_compared_with_a_published_rule():
    compared = {type(schedule).name() for schedule, _ in CASES} | {"greedy", "expression"}
    assert {part.name() for part in kinds(AnySchedule).values() if not part.torch_name} <= compared
