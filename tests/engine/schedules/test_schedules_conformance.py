"""Every schedule against PyTorch, over 1,000 steps."""

import numpy as np
import pytest

from lrviz.engine.parts import kinds
from lrviz.engine.schedules import (
    AnySchedule,
    Constant,
    Cosine,
    CosineWarmRestarts,
    Cyclic,
    Exponential,
    Linear,
    LinearToZero,
    MultiStep,
    OneCycle,
    Planned,
    Plateau,
    Polynomial,
    Product,
    Sequence,
    Stage,
    Step,
    Warmup,
)

torch = pytest.importorskip("torch")

STEPS = 1000
PLANNED = [
    Constant(),
    Step(),
    Step(step_size=100, gamma=0.5),
    Step(step_size=7, gamma=0.95),
    MultiStep(),
    MultiStep(milestones=(0, 1, 100, 500, 999), gamma=0.5),
    MultiStep(milestones=(700, 300, 300), gamma=0.9),
    Exponential(),
    Exponential(gamma=0.9),
    Exponential(gamma=1.0),
    Cosine(),
    Cosine(eta_min=0.1),
    Cosine(T_max=300, eta_min=0.01),
    CosineWarmRestarts(T_0=70),
    CosineWarmRestarts(T_0=37, T_mult=1, eta_min=0.1),
    CosineWarmRestarts(T_0=1, T_mult=3, eta_min=0.01),
    Cyclic(),
    Cyclic(max_lr=4.0, step_size_up=50, step_size_down=150),
    Cyclic(max_lr=100.0, step_size_up=37),
    Cyclic(mode="triangular2", step_size_up=60),
    Cyclic(mode="triangular2", step_size_up=13, step_size_down=29, cycle_momentum=True),
    Cyclic(mode="exp_range", gamma=0.99, step_size_up=40, cycle_momentum=True, base_momentum=0.5),
    Cyclic(mode="exp_range", step_size_down=90, max_lr=10.0),
    OneCycle(),
    OneCycle(anneal_strategy="linear", pct_start=0.45, div_factor=10.0, final_div_factor=100.0),
    OneCycle(three_phase=True, base_momentum=0.7, max_momentum=0.99),
    OneCycle(three_phase=True, anneal_strategy="linear", pct_start=0.123, cycle_momentum=False),
    OneCycle(pct_start=0.0),
    OneCycle(pct_start=0.99, div_factor=2.0),
    Linear(),
    Linear(start_factor=1 / 3, end_factor=1.0, total_iters=5),
    Linear(start_factor=0.7, end_factor=0.0, total_iters=900),
    LinearToZero(),
    LinearToZero(total_iters=500),
    LinearToZero(total_iters=1),
    Polynomial(),
    Polynomial(power=1.0, total_iters=700),
    Polynomial(power=0.9),
    Warmup(),
    Warmup(total_iters=333, start_factor=0.3, schedule=Exponential(gamma=0.99)),
    Warmup(total_iters=1, start_factor=1e-3, schedule=CosineWarmRestarts(T_0=50)),
    Sequence(),
    Sequence(
        stages=(
            Stage(length=100, schedule=Exponential(gamma=0.98)),
            Stage(length=350, schedule=Cyclic(step_size_up=20)),
            Stage(schedule=Cosine(eta_min=0.1)),
        )
    ),
    Sequence(
        stages=(
            Stage(schedule=Polynomial()),
            Stage(length=70, schedule=Linear(start_factor=0.1, end_factor=1.0)),
            Stage(schedule=Step(step_size=30, gamma=0.7)),
        )
    ),
    Product(first=Step(step_size=100, gamma=0.5), second=Exponential()),
    Product(first=Linear(start_factor=0.1, end_factor=1.0, total_iters=50), second=MultiStep()),
    Product(first=Exponential(gamma=0.995), second=Product(first=Step(step_size=150), second=Linear())),
]
REACTIVE = [
    Plateau(),
    Plateau(factor=0.5, patience=3, threshold=0.05, cooldown=5),
    Plateau(factor=0.8, patience=0, threshold=0.01, threshold_mode="abs", min_lr=0.05),
    Plateau(factor=0.7, patience=5, cooldown=10, eps=1e-3),
]
rates = pytest.mark.parametrize("lr", [0.3, 1e-3])


def made(scheduler, optimizer):
    """PyTorch's object of a `TorchScheduler`, those inside it made before."""
    arguments = dict(scheduler.arguments)
    if "schedulers" in arguments:
        arguments["schedulers"] = [made(inner, optimizer) for inner in arguments["schedulers"]]
    first = () if scheduler.name.endswith("ChainedScheduler") else (optimizer,)
    return getattr(torch.optim.lr_scheduler, scheduler.name.rpartition(".")[2])(*first, **arguments)


def pytorchs(schedule, lr, metrics=None):
    """Rate and momentum of each step, both (STEPS,), by PyTorch."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)
    scheduler = made(schedule.in_torch(lr, STEPS), optimizer)
    seen = []
    for k in range(STEPS):
        group = optimizer.param_groups[0]
        seen.append((group["lr"], group["momentum"]))
        optimizer.step()
        scheduler.step() if metrics is None else scheduler.step(metrics[k])
    return np.array(seen).T


def noisy_loss():
    """A falling loss with noise, plateaus, NaN and infinity."""
    random = np.random.default_rng(9)
    loss = 0.1 + np.exp(-np.arange(STEPS) / 150.0) + random.normal(0.0, 0.05, size=STEPS)
    loss[random.integers(STEPS, size=60)] = np.nan
    loss[random.integers(STEPS, size=10)] = np.inf
    loss[:2] = np.nan
    return loss


@pytest.mark.conformance
@pytest.mark.parametrize("schedule", PLANNED, ids=repr)
@rates
def test_planned_rates_equal_those_of_pytorch(schedule, lr):
    ours = lr * schedule.multiple(np.arange(float(STEPS)), float(STEPS))
    expected, momentum = pytorchs(schedule, lr)
    assert np.abs(ours - expected).max() <= 1e-12 * lr
    if schedule.moves_momentum:
        assert np.abs(schedule.momentum(np.arange(float(STEPS)), float(STEPS)) - momentum).max() <= 1e-12
        assert len(np.unique(momentum)) > 2
    else:
        assert (momentum == 0.9).all()


@pytest.mark.conformance
@pytest.mark.parametrize("schedule", REACTIVE, ids=repr)
@rates
def test_rates_driven_by_a_loss_equal_those_of_pytorch(schedule, lr):
    metrics = noisy_loss()
    memory = {name: np.array([value]) for name, value in schedule.start().items()}
    ours = []
    for loss in metrics:
        ours.append(lr * memory["multiple"][0])
        schedule.observe(memory, np.array([loss]), np.array([lr]))
    expected, _ = pytorchs(schedule, lr, metrics)
    assert np.abs(ours - expected).max() <= 1e-12 * lr
    assert len(np.unique(expected)) > 2 or lr * (1.0 - schedule.factor) <= schedule.eps


def test_every_schedule_that_pytorch_has_is_compared_with_three_settings_or_more():
    compared = [type(schedule) for schedule in (*PLANNED, *REACTIVE)]
    for part in kinds(AnySchedule).values():
        if part.torch_name and part is not Constant:
            assert compared.count(part) >= 2 + issubclass(part, Planned), part


@pytest.mark.conformance
@pytest.mark.parametrize("strategy", ["cos", "linear"])
def test_one_cycle_stays_where_pytorch_goes_on_to_a_wrong_rate_and_then_refuses(strategy):
    schedule = OneCycle(anneal_strategy=strategy)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = made(schedule.in_torch(0.1, STEPS), optimizer)
    rates = []
    with pytest.raises(ValueError, match=f"Tried to step {STEPS + 1} times"):  # noqa: PT012
        while True:
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
    assert len(rates) == STEPS + 1
    ours = 0.1 * schedule.multiple(np.arange(STEPS + 500.0), float(STEPS))
    assert np.abs(ours[:STEPS] - rates[:STEPS]).max() <= 1e-13
    assert rates[STEPS] < 0.0 or strategy == "cos"
    assert (ours[STEPS:] == ours[STEPS - 1]).all()
    assert ours[STEPS - 1] == pytest.approx(0.1 / 25.0 / 1e4)


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        (CosineWarmRestarts(decay=0.5), "go back to α"),
        (Plateau(rebound_patience=3), "never raises α again"),
        (Warmup(shape="cosine"), "linear warm-up"),
        (Warmup(schedule=OneCycle()), "ends at α"),
        (Warmup(schedule=Warmup(start_factor=1.0)), "goes wrong with Warm-up"),
        (Sequence(stages=(Stage(schedule=Sequence()), Stage())), "goes wrong with In sequence"),
        (Sequence(stages=(Stage(schedule=OneCycle()), Stage())), "goes wrong with One cycle"),
        (Product(first=Cosine()), "cannot multiply Cosine"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_what_pytorch_cannot_do_is_said_and_not_spelled_wrongly(schedule, reason):
    with pytest.raises(ValueError, match=reason):
        schedule.in_torch(0.1, STEPS)


def test_schedules_that_pytorch_does_not_have_have_no_name_there_and_say_so():
    for part in kinds(AnySchedule).values():
        if not part.torch_name:
            with pytest.raises(ValueError, match=f"no schedule like {part.title}"):
                part().in_torch(0.1, STEPS)
