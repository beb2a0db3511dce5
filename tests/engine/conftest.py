from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lrviz.engine.block import Block
from lrviz.engine.trainer import Trainer
from lrviz.experiment import Experiment, parse
from lrviz.experiment.build import build


@pytest.fixture
def experiment() -> Callable[..., Experiment]:
    """Makes a small experiment; keywords replace whole top-level fields."""

    def make(**fields: Any) -> Experiment:
        base: dict[str, Any] = {
            "data": {"dataset": {"kind": "moons", "samples": 60}},
            "network": {"hidden": [{"units": 5}, {"units": 4}]},
            "optimizer": "adam",
            "lr": 0.01,
            "schedule": "constant",
            "training": {"batch_size": 8, "steps": 200, "eval_every": 10},
        }
        return parse({**base, **fields})

    return make


@pytest.fixture
def block(experiment: Callable[..., Experiment]) -> Callable[..., Block]:
    """Makes a block of runs with these rates, or with these experiments."""

    def make(lr: Sequence[float] = (0.01,), **fields: Any) -> Block:
        return build([experiment(**fields, lr=rate) for rate in lr])

    return make


@pytest.fixture
def trainer(block: Callable[..., Block]) -> Callable[..., Trainer]:
    def make(lr: Sequence[float] = (0.01,), probes: Sequence[str] = (), **fields: Any) -> Trainer:
        return Trainer(block(lr, **fields), probes)

    return make
