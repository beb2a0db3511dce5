"""Steps per second of the engine: one run against eager PyTorch, and many runs against one.

    python -m pytest -c tests/benchmarks/pytest.ini tests/benchmarks/test_engine.py

In the same process, on one thread each, in alternating rounds; figures are medians over rounds.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Any

import numpy as np
import pytest
import torch
from contest import BATCH, ROUNDS, WIDTHS, advance, experiment, race

from lrviz.engine.examples import Examples
from lrviz.engine.optimizers import SGD, AnyOptimizer
from lrviz.engine.parts import kinds
from lrviz.engine.trainer import Trainer
from lrviz.experiment import Experiment
from lrviz.experiment.build import build

RUNS = (1, 8, 64, 512)
DEEP, SMALL = (8, 8, 8), 10


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_one_run_against_eager_pytorch(benchmark: Any, report: Any) -> None:
    alone = Trainer(build([experiment()]))
    tested = Trainer(build([experiment(eval_every=10)]))
    examples = alone.block.examples
    eager = Eager(examples, lambda parameters: torch.optim.Adam(parameters, lr=0.001))
    fused = Eager(examples, lambda parameters: torch.optim.Adam(parameters, lr=0.001, fused=True))
    assert alone.network.size == sum(parameter.numel() for parameter in eager.model.parameters())
    seconds = race(
        benchmark,
        {
            "lrviz": (lambda: advance(alone, 3000), 3000),
            "lrviz, test loss every 10 steps": (lambda: advance(tested, 3000), 3000),
            "PyTorch, eager, Adam": (lambda: eager.steps(300), 300),
            "PyTorch, eager, fused Adam": (lambda: fused.steps(400), 400),
        },
    )
    ours = median(seconds["lrviz"])
    rows = [
        [name, f"{1e6 * median(each):.1f}", f"{1 / median(each):,.0f}", f"{median(each) / ours:.2f}×"]
        for name, each in seconds.items()
    ]
    benchmark.extra_info["ratio to eager PyTorch"] = median(seconds["PyTorch, eager, Adam"]) / ours
    report(
        f"One run: 2-8-8-1 tanh, batch {BATCH}, Adam, float32, BCE with logits",
        ["", "µs/step", "steps/s", "lrviz is faster by"],
        rows,
        f"medians of {ROUNDS} alternating rounds; PyTorch {torch.__version__}, one thread",
    )


def test_one_run_of_plain_descent_against_eager_pytorch(benchmark: Any, report: Any) -> None:
    alone = Trainer(build([experiment(optimizer=SGD(), widths=DEEP, batch=SMALL)]))
    eager = Eager(alone.block.examples, lambda parameters: torch.optim.SGD(parameters, lr=0.001), DEEP, SMALL)
    contenders = {
        "lrviz": (lambda: advance(alone, 3000), 3000),
        "PyTorch, eager, SGD": (lambda: eager.steps(300), 300),
    }
    seconds = race(benchmark, contenders)
    ours = median(seconds["lrviz"])
    report(
        f"One run: 2-8-8-8-1 tanh, batch {SMALL}, SGD, float32",
        ["", "µs/step", "lrviz is faster by"],
        [
            [name, f"{1e6 * median(each):.1f}", f"{median(each) / ours:.2f}×"]
            for name, each in seconds.items()
        ],
        f"medians of {ROUNDS} alternating rounds",
    )


def test_every_optimizer_against_adam(benchmark: Any, report: Any) -> None:
    trainers = {
        name: Trainer(build([experiment(1e-4, optimizer=kind())]))
        for name, kind in kinds(AnyOptimizer).items()
    }
    contenders = {"adam": (lambda: advance(trainers["adam"], 400), 400)} | {
        name: (lambda trainer=trainer: advance(trainer, 100), 100)
        for name, trainer in trainers.items()
        if name != "adam"
    }
    seconds = race(benchmark, contenders)
    ours = median(seconds["adam"])
    rows = [
        [name, f"{1e6 * median(each):.1f}", f"{median(each) / ours:.2f}×"]
        for name, each in sorted(seconds.items(), key=lambda item: median(item[1]))
    ]
    report(
        "A step of every optimizer, one run", ["", "µs/step", "to Adam"], rows, f"medians of {ROUNDS} rounds"
    )


@pytest.mark.parametrize("own_orders", [False, True], ids=["shared-order", "own-orders"])
def test_many_runs_at_once(benchmark: Any, report: Any, own_orders: bool) -> None:
    trainers = {runs: Trainer(build(sweep(runs, own_orders))) for runs in RUNS}
    lengths = {1: 3000, 8: 1500, 64: 400, 512: 60}
    seconds = race(
        benchmark,
        {
            str(runs): (lambda trainer=trainer, runs=runs: advance(trainer, lengths[runs]), lengths[runs])
            for runs, trainer in trainers.items()
        },
    )
    speeds = {runs: runs / median(seconds[str(runs)]) for runs in RUNS}
    rows = [
        [
            str(runs),
            f"{1e6 * runs / speed:.1f}",
            f"{1e6 / speed:.2f}",
            f"{speed:,.0f}",
            f"{speed / speeds[1]:.2f}×",
        ]
        for runs, speed in speeds.items()
    ]
    benchmark.extra_info["run-steps/s"] = speeds
    report(
        f"R runs at once, of different α{' and batch order' if own_orders else ''}, otherwise as above",
        ["R", "µs/step", "µs/run-step", "run-steps/s", "to R = 1"],
        rows,
        f"medians of {ROUNDS} alternating rounds",
    )


def sweep(runs: int, own_orders: bool) -> list[Experiment]:
    rates = np.logspace(-4, -2, runs).tolist()
    return [experiment(lr, order_seed=row if own_orders else 0) for row, lr in enumerate(rates)]


class Eager:
    """The same network and data in PyTorch, written as its tutorials do; it notes every loss, as we do."""

    def __init__(
        self,
        examples: Examples,
        optimizer: Callable[[Any], torch.optim.Optimizer],
        widths: Sequence[int] = WIDTHS,
        batch: int = BATCH,
    ) -> None:
        self.inputs = torch.tensor(examples.train.inputs[:, :-1])
        self.targets = torch.tensor(examples.train.targets)
        self.model = torch.nn.Sequential(*_layers([self.inputs.shape[1], *widths, self.targets.shape[1]]))
        self.loss = torch.nn.BCEWithLogitsLoss()
        self.optimizer = optimizer(self.model.parameters())
        self.batch = batch
        self.batches = self._batches()
        self.losses: list[float] = []

    def steps(self, count: int) -> None:
        for index in (next(self.batches) for _ in range(count)):
            self.optimizer.zero_grad()
            loss = self.loss(self.model(self.inputs[index]), self.targets[index])
            loss.backward()
            self.optimizer.step()
            self.losses.append(loss.item())

    def _batches(self) -> Iterator[torch.Tensor]:
        """Shuffled epochs in a row, cut into batches."""
        line = torch.randperm(len(self.inputs))
        while True:
            while len(line) < self.batch:
                line = torch.cat([line, torch.randperm(len(self.inputs))])
            yield line[: self.batch]
            line = line[self.batch :]


def _layers(widths: Sequence[int]) -> list[torch.nn.Module]:
    layers: list[torch.nn.Module] = []
    for before, after in itertools.pairwise(widths):
        layers += [torch.nn.Linear(before, after), torch.nn.Tanh()]
    return layers[:-1]
