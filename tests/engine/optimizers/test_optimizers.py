"""Every optimizer: blocks of runs, closed formulas, settings."""

import tracemalloc

import numpy as np
import pytest
from pydantic import ValidationError

from lrviz.engine.optimizers import SGD, Adagrad, Adam, AdamW, AnyOptimizer, RMSprop
from lrviz.engine.optimizers.base import switch
from lrviz.engine.optimizers.ground import Ground
from lrviz.engine.parts import kinds, traits
from lrviz.engine.rule import first_slots
from lrviz.engine.tensors import whole

BLOCKS = {
    "sgd": [
        SGD(),
        SGD(momentum=0.9),
        SGD(momentum=0.5, dampening=0.3, weight_decay=0.01),
        SGD(weight_decay=0.1, dampening=0.7),
        SGD(momentum=0.99, weight_decay=0.001),
    ],
    "sgd, none with momentum": [SGD(weight_decay=w) for w in (0.0, 0.1, 0.0, 0.01, 1.0)],
    "sgd, nesterov": [SGD(momentum=m, nesterov=True, weight_decay=m / 9) for m in (0.1, 0.3, 0.5, 0.9, 0.99)],
    "rmsprop": [
        RMSprop(),
        RMSprop(momentum=0.9),
        RMSprop(alpha=0.9, eps=1e-3),
        RMSprop(weight_decay=0.1),
        RMSprop(alpha=0.5, momentum=0.3, weight_decay=0.01),
    ],
    "rmsprop, none with momentum": [
        RMSprop(alpha=a, weight_decay=a / 10) for a in (0.0, 0.5, 0.9, 0.99, 0.3)
    ],
    "rmsprop, centered": [
        RMSprop(centered=True, alpha=a, momentum=m)
        for a, m in [(0.99, 0.0), (0.9, 0.9), (0.5, 0.0), (0.95, 0.5), (0.7, 0.1)]
    ],
    "adagrad": [
        Adagrad(),
        Adagrad(lr_decay=0.1),
        Adagrad(weight_decay=0.1),
        Adagrad(initial_accumulator_value=0.5),
        Adagrad(eps=1e-3, lr_decay=0.01, weight_decay=0.01),
    ],
}
for family, part in {"adam": Adam, "adamw": AdamW}.items():
    for amsgrad in (False, True):
        BLOCKS[f"{family}, amsgrad {amsgrad}"] = [
            part(weight_decay=0.0, amsgrad=amsgrad),
            part(weight_decay=0.1, amsgrad=amsgrad),
            part(betas=(0.0, 0.5), amsgrad=amsgrad),
            part(betas=(0.5, 0.0), eps=1e-3, amsgrad=amsgrad),
            part(betas=(0.8, 0.99), eps=1e-6, amsgrad=amsgrad),
        ]

blocks = pytest.mark.parametrize("specs", BLOCKS.values(), ids=BLOCKS.keys())
both_types = pytest.mark.parametrize("dtype", [np.float32, np.float64])


class Run:
    """Runs of an optimizer on flat parameters, `chunk` steps tabulated at a time."""

    def __init__(self, specs, params, lr, chunk=7):
        self.params = params.copy()
        self.grad = np.zeros_like(self.params)
        tensors = whole(self.params.shape[1])
        self.slots = first_slots(specs, [()] * len(specs), self.params, tensors)
        self.update = type(specs[0]).bind(specs, Ground(self.params, self.grad, self.slots, tensors))
        self.lr, self.chunk, self.t = np.asarray(lr, dtype=np.float64), chunk, 0

    def go(self, gradient, steps):
        """Follow `gradient(params)`; α falls slowly, so that its place in the formula matters."""
        while steps > 0:
            length = min(self.chunk, steps)
            t = self.t + np.arange(1.0, length + 1)[:, None] * np.ones(len(self.lr))
            table = np.empty((self.update.factors, length, len(self.lr)))
            self.update.tabulate(self.lr / (1.0 + 0.01 * t), t, table)
            rounded = table.astype(self.params.dtype)
            for k in range(length):
                self.grad[:] = gradient(self.params)
                self.update.step(*rounded[:, k, :, None])
            self.t += length
            steps -= length
        return self.params


def bumpy(params):
    """A gradient that is no straight line, each number by itself."""
    return params + np.sin(params * params.dtype.type(3.0))


def start(runs, dtype, size=33):
    return np.random.default_rng(5).normal(size=(runs, size)).astype(dtype)


def test_the_names_in_files_are_these():
    assert list(kinds(AnyOptimizer)) == [
        *("sgd", "rmsprop", "adagrad", "adam", "adamw", "adadelta", "adamax", "nadam", "radam", "rprop"),
        *("asgd", "adafactor", "muon", "lbfgs", "lion", "adabelief", "adan", "ademamix", "lars", "lamb"),
        *("schedule_free_sgd", "schedule_free_adamw", "normalized_sgd", "sgld"),
        *("prodigy", "dadapt_adam", "dadapt_sgd", "dog", "dowg", "sps", "sls", "sgd_hd", "adam_hd"),
        *("barzilai_borwein",),
    ]


@blocks
@both_types
def test_a_run_among_others_gets_the_bits_it_gets_alone(specs, dtype):
    lr = np.array([0.003, 0.01, 0.03, 0.02, 0.1])
    params = start(5, dtype)
    together = Run(specs, params, lr)
    together.go(bumpy, 60)
    assert np.isfinite(together.params).all()
    for r, spec in enumerate(specs):
        alone = Run([spec], params[r : r + 1], lr[r : r + 1])
        assert np.array_equal(alone.go(bumpy, 60)[0], together.params[r])
        if not (isinstance(spec, SGD) and spec.momentum == 0.0):
            for name, slot in alone.slots.items():
                assert np.array_equal(slot[0], together.slots[name][r])


@blocks
@both_types
def test_bits_do_not_depend_on_how_many_steps_are_tabulated_at_once(specs, dtype):
    one, many = (Run(specs[1:2], start(1, dtype), [0.01], chunk=chunk) for chunk in (1, 40))
    assert np.array_equal(one.go(bumpy, 40), many.go(bumpy, 40))


def test_bias_corrections_have_the_same_bits_for_one_step_of_one_run():
    specs = [Adam(betas=pair) for pair in np.random.default_rng(0).uniform(size=(200, 2))]
    t = np.arange(1.0, 6.0)[:, None] * np.ones(len(specs))
    together = np.empty((2, *t.shape))
    Run(specs, start(200, np.float64), np.ones(200)).update.tabulate(np.ones_like(t), t, together)
    alone = np.empty((2, 1, 1))
    for r, spec in enumerate(specs):
        update = Run([spec], start(1, np.float64), [1.0]).update
        for k in range(5):
            update.tabulate(np.ones((1, 1)), np.array([[k + 1.0]]), alone)
            assert np.array_equal(alone[:, 0, 0], together[:, k, r])


@blocks
def test_a_step_allocates_nothing(specs):
    run = Run(specs[:1], start(1, np.float32, size=5000), [1e-3], chunk=20)
    run.go(lambda params: 0.5, 20)
    factors = np.full((run.update.factors, 1, 1), 1e-3, dtype=np.float32)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(20):
            run.update.step(*factors)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < 4096


@pytest.mark.parametrize(
    ("spec", "lr", "steps"),
    [
        (SGD(), 0.05, 300),
        (SGD(momentum=0.9), 0.02, 300),
        (SGD(momentum=0.9, nesterov=True), 0.02, 300),
        (RMSprop(), 0.02, 300),
        (RMSprop(centered=True), 0.02, 300),
        (Adagrad(), 0.5, 300),
        (Adam(), 0.1, 300),
        (Adam(amsgrad=True), 0.1, 300),
        (AdamW(weight_decay=0.0), 0.1, 300),
    ],
    ids=repr,
)
def test_every_optimizer_gets_down_into_a_bowl(spec, lr, steps):
    steepness = np.array([[1.0, 10.0]])
    run = Run([spec], np.array([[2.0, -1.0]]), [lr])
    assert np.abs(run.go(lambda params: steepness * params, steps)).max() < 0.02


@pytest.mark.parametrize(
    ("spec", "lr"),
    [
        (SGD(momentum=0.9), 0.0005),
        (SGD(momentum=0.9, nesterov=True), 0.0005),
        (RMSprop(), 0.02),
        (Adagrad(), 1.5),
        (Adam(), 0.05),
        (AdamW(weight_decay=0.0), 0.05),
    ],
    ids=repr,
)
def test_every_optimizer_gets_along_the_valley_of_rosenbrock(spec, lr):
    def rosenbrock(params):
        x, y = params[:, :1], params[:, 1:]
        slope_x = -2.0 * (1.0 - x) - 400.0 * x * (y - x * x)
        return np.concatenate([slope_x, 200.0 * (y - x * x)], axis=1)

    x, y = Run([spec], np.array([[-1.2, 1.0]]), [lr], chunk=100).go(rosenbrock, 2000)[0]
    assert (1.0 - x) ** 2 + 100.0 * (y - x * x) ** 2 < 0.2


def test_plain_sgd_on_a_line_of_slope_g_moves_by_the_sum_of_alpha_times_g():
    moved = Run([SGD()], np.zeros((1, 3)), [0.1]).go(lambda params: 2.0, 50)
    t = np.arange(1, 51)
    np.testing.assert_allclose(moved, -np.sum(0.2 / (1.0 + 0.01 * t)), rtol=1e-13)


def test_a_constant_gradient_moves_adam_by_alpha_per_step_whatever_its_size():
    sizes = np.array([[1e-3, 1.0, 1e3]])
    moved = Run([Adam(eps=1e-16)], np.zeros((1, 3)), [0.1]).go(lambda params: sizes, 50)
    np.testing.assert_allclose(moved, -np.sum(0.1 / (1.0 + 0.01 * np.arange(1, 51))), rtol=1e-10)


def test_a_steady_gradient_does_not_make_centered_rmsprop_nan():
    run = Run([RMSprop(centered=True, alpha=0.5)], np.zeros((1, 200), dtype=np.float32), [1e-9])
    steady = np.random.default_rng(1).normal(size=(1, 200)).astype(np.float32)
    assert np.isfinite(run.go(lambda params: steady, 300)).all()


def test_switching_momentum_on_starts_sgd_afresh_and_nothing_else_does():
    assert SGD(momentum=0.9).restarts(SGD())
    assert not SGD(momentum=0.9).restarts(SGD(momentum=0.1))
    assert not SGD().restarts(SGD(momentum=0.9))
    assert not RMSprop(momentum=0.9).restarts(RMSprop())


def test_adagrads_sum_starts_where_it_is_told_to():
    assert (
        Run([Adagrad(initial_accumulator_value=0.25)], start(1, np.float64), [0.1]).slots["sum"][0, 0] == 0.25
    )
    assert Run([Adam()], start(1, np.float64), [0.1]).slots["exp_avg"][0, 0] == 0.0


def test_slots_exist_only_where_a_switch_needs_them():
    assert list(Adam().slots(())) == ["exp_avg", "exp_avg_sq"]
    assert list(AdamW(amsgrad=True).slots(())) == ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"]
    assert list(RMSprop().slots(())) == ["square_avg", "momentum_buffer"]
    assert list(RMSprop(centered=True).slots(())) == ["square_avg", "momentum_buffer", "grad_avg"]


def test_runs_that_differ_in_a_switch_cannot_share_a_block():
    with pytest.raises(ValueError, match="amsgrad is on for some runs"):
        switch([Adam(amsgrad=True), Adam()], "amsgrad")


@pytest.mark.parametrize("settings", [{}, {"momentum": 0.9, "dampening": 0.1}])
def test_nesterov_without_plain_momentum_is_refused(settings):
    with pytest.raises(ValidationError, match="needs momentum above 0 and dampening 0"):
        SGD(nesterov=True, **settings)


@pytest.mark.parametrize(
    "settings",
    [{"momentum": 1.0}, {"momentum": -0.1}, {"weight_decay": float("nan")}, {"speed": 1.0}],
    ids=str,
)
def test_settings_out_of_range_or_unknown_are_refused(settings):
    with pytest.raises(ValidationError, match=next(iter(settings))):
        SGD(**settings)


@pytest.mark.parametrize("part", kinds(AnyOptimizer).values())
def test_every_field_explains_itself_and_numbers_can_be_edited_live(part):
    for name, info in part.model_fields.items():
        if name == "kind":
            continue
        assert info.title, name
        assert info.description, name
        if info.annotation is not bool and name != "initial_accumulator_value":
            assert traits(info)["live"], name
