"""What is trained in the benchmarks of the engine, and how contenders are timed."""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from lrviz.engine.activations import Tanh
from lrviz.engine.optimizers import Adam, Optimizer
from lrviz.engine.schedules import Constant
from lrviz.engine.trainer import Trainer
from lrviz.experiment import Experiment, Layer, Network, Training

BATCH = 32
WIDTHS = (8, 8)
ROUNDS, WARMUP = 15, 2
NEVER = 1_000_000

Steps = Callable[[], None]


def experiment(
    lr: float = 0.001,
    order_seed: int = 0,
    eval_every: int = NEVER,
    optimizer: Optimizer | None = None,
    widths: Sequence[int] = WIDTHS,
    batch: int = BATCH,
) -> Experiment:
    """Two spirals, hidden layers of tanh, float32."""
    hidden = tuple(Layer(units=units, activation=Tanh()) for units in widths)
    training = Training(batch_size=batch, steps=10**9, eval_every=eval_every, order_seed=order_seed)
    return Experiment(
        network=Network(hidden=hidden),
        optimizer=optimizer or Adam(),
        lr=lr,
        schedule=Constant(),
        training=training,
    )


def advance(trainer: Trainer, steps: int) -> None:
    """Train; all runs must go on."""
    records = trainer.advance(steps)
    assert len(records.steps) == steps
    assert not trainer.ended.any()


def race(benchmark: Any, contenders: dict[str, tuple[Steps, int]]) -> dict[str, list[float]]:
    """Seconds per step of each round; every round times the first contender after all the others."""
    (first, (run, steps)), *others = contenders.items()
    seconds: dict[str, list[float]] = {name: [] for name in contenders}

    def the_others() -> None:
        for name, (other, count) in others:
            began = perf_counter()
            other()
            seconds[name].append((perf_counter() - began) / count)

    benchmark.pedantic(run, setup=the_others, rounds=ROUNDS, warmup_rounds=WARMUP)
    counted: dict[str, list[float]] = {first: [each / steps for each in benchmark.stats.stats.data]}
    return counted | {name: seconds[name][WARMUP:] for name, _ in others}
