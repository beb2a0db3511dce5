"""Every schedule against PyTorch, over 1,000 steps."""

import numpy as np
import pytest

from lrviz.engine.schedules import Constant, Cosine, Cyclic, Exponential, Plateau, Step

torch = pytest.importorskip("torch")

STEPS = 1000
PLANNED = [
    Constant(),
    Step(),
    Step(step_size=100, gamma=0.5),
    Step(step_size=7, gamma=0.95),
    Exponential(),
    Exponential(gamma=0.9),
    Exponential(gamma=1.0),
    Cosine(),
    Cosine(eta_min=0.1),
    Cosine(T_max=300, eta_min=0.01),
    Cyclic(),
    Cyclic(max_lr=4.0, step_size_up=50, step_size_down=150),
    Cyclic(max_lr=100.0, step_size_up=37),
]
REACTIVE = [
    Plateau(),
    Plateau(factor=0.5, patience=3, threshold=0.05, cooldown=5),
    Plateau(factor=0.8, patience=0, threshold=0.01, threshold_mode="abs", min_lr=0.05),
    Plateau(factor=0.7, patience=5, cooldown=10, eps=1e-3),
]
rates = pytest.mark.parametrize("lr", [0.3, 1e-3])


def pytorchs(schedule, lr, metrics=None):
    """The rate of each step, (STEPS,), by PyTorch."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    name = schedule.torch_name.rpartition(".")[2]
    arguments = schedule.torch_arguments(lr, STEPS)
    scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **arguments)
    seen = []
    for k in range(STEPS):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step() if metrics is None else scheduler.step(metrics[k])
    return np.array(seen)


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
    assert np.abs(ours - pytorchs(schedule, lr)).max() <= 1e-12 * lr


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
    expected = pytorchs(schedule, lr, metrics)
    assert np.abs(ours - expected).max() <= 1e-12 * lr
    assert len(np.unique(expected)) > 2 or lr * (1.0 - schedule.factor) <= schedule.eps
