"""Steps per second of the engine against JAX: one run dispatched step by step, and a sweep of 1,024.

    python -m pytest -c tests/benchmarks/pytest.ini tests/benchmarks/test_jax.py

In the same process, in alternating rounds; figures are medians over rounds. The sweep may use all cores:
JAX's own threads, and two blocks of runs in two threads here.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from contest import BATCH, WIDTHS, advance, experiment, race

from lrviz.engine.examples import Examples
from lrviz.engine.trainer import Trainer
from lrviz.experiment.build import build

SWEEP, BLOCKS, SCANNED = 1024, 2, 20


def test_one_run_against_a_jitted_step(benchmark: Any, report: Any) -> None:
    ours = Trainer(build([experiment()]))
    theirs = Jitted(ours.block.examples)
    contenders = {
        "lrviz": (lambda: advance(ours, 3000), 3000),
        "JAX, jit, dispatched step by step": (lambda: theirs.steps(1000), 1000),
    }
    seconds = race(benchmark, contenders)
    mine = median(seconds["lrviz"])
    rows = [
        [name, f"{1e6 * median(each):.1f}", f"{median(each) / mine:.2f}×"] for name, each in seconds.items()
    ]
    report(
        f"One run: 2-8-8-1 tanh, batch {BATCH}, Adam, float32",
        ["", "µs/step", "lrviz is faster by"],
        rows,
        f"JAX {jax.__version__}",
    )


def test_a_sweep_against_vmap_of_scan(benchmark: Any, report: Any) -> None:
    rates = np.logspace(-4, -2, SWEEP)
    parts = np.array_split(rates, BLOCKS)
    trainers = [Trainer(build([experiment(lr) for lr in part.tolist()])) for part in parts]
    theirs = Swept(trainers[0].block.examples, rates)
    with ThreadPoolExecutor(BLOCKS) as pool:
        contenders = {
            "lrviz": (lambda: list(pool.map(lambda trainer: advance(trainer, 40), trainers)), 40),
            "JAX, jit of vmap of scan": (lambda: theirs.steps(2), 2 * SCANNED),
        }
        seconds = race(benchmark, contenders)
    mine = median(seconds["lrviz"])
    rows = [
        [name, f"{1e6 * median(each) / SWEEP:.2f}", f"{median(each) / mine:.2f}×"]
        for name, each in seconds.items()
    ]
    report(
        f"{SWEEP:,} runs at once of different α, otherwise as above",
        ["", "µs/run-step", "lrviz is faster by"],
        rows,
        f"lrviz: {BLOCKS} blocks in as many threads; JAX {jax.__version__} with its own threads",
    )


def initial(inputs: int) -> list[tuple[jax.Array, jax.Array]]:
    widths = [inputs, *WIDTHS, 1]
    keys = jax.random.split(jax.random.PRNGKey(0), len(widths))
    return [
        (jax.random.normal(key, (a, b)) / np.sqrt(a), jnp.zeros(b))
        for key, a, b in zip(keys, widths, widths[1:], strict=False)
    ]


def loss_of(params: Any, x: jax.Array, y: jax.Array) -> jax.Array:
    for weight, bias in params[:-1]:
        x = jnp.tanh(x @ weight + bias)
    z = x @ params[-1][0] + params[-1][1]
    return jnp.mean(jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z))))


def step_of(state: Any, lr: jax.Array, x: jax.Array, y: jax.Array) -> tuple[Any, jax.Array]:
    """One step of Adam."""
    params, m, v, t = state
    loss, grad = jax.value_and_grad(loss_of)(params, x, y)
    t = t + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grad)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grad)
    first, second = 1 - 0.9**t, 1 - 0.999**t
    params = jax.tree.map(lambda p, m, v: p - lr * (m / first) / (jnp.sqrt(v / second) + 1e-8), params, m, v)
    return (params, m, v, t), loss


def begin(params: Any) -> Any:
    zeros = jax.tree.map(jnp.zeros_like, params)
    return params, zeros, zeros, jnp.float32(0.0)


class Jitted:
    """One run; batches are gathered on the device from shuffled indices, and every loss is noted."""

    def __init__(self, examples: Examples) -> None:
        self.inputs = jnp.asarray(examples.train.inputs[:, :-1])
        self.targets = jnp.asarray(examples.train.targets)
        self.state = begin(initial(self.inputs.shape[1]))
        self.random = np.random.default_rng(0)
        self.losses: list[float] = []

        @jax.jit
        def step(state: Any, index: jax.Array) -> Any:
            return step_of(state, 0.001, self.inputs[index], self.targets[index])

        self.step = step

    def steps(self, count: int) -> None:
        order = self.random.integers(len(self.inputs), size=(count, BATCH))
        for index in order:
            self.state, loss = self.step(self.state, index)
            self.losses.append(float(loss))


class Swept:
    """Many runs: a scan over steps, mapped over rates; the batches are the same for all of them."""

    def __init__(self, examples: Examples, rates: Any) -> None:
        inputs = jnp.asarray(examples.train.inputs[:, :-1])
        targets = jnp.asarray(examples.train.targets)
        params = initial(inputs.shape[1])
        self.rates = jnp.asarray(rates, dtype=jnp.float32)
        self.state = jax.vmap(lambda _: begin(params))(self.rates)
        self.random = np.random.default_rng(0)

        def run(state: Any, lr: jax.Array, order: jax.Array) -> Any:
            def one(state: Any, index: jax.Array) -> Any:
                return step_of(state, lr, inputs[index], targets[index])

            return jax.lax.scan(one, state, order)

        self.run = jax.jit(jax.vmap(partial(run), in_axes=(0, 0, None)))
        self.count = len(inputs)

    def steps(self, times: int) -> None:
        for _ in range(times):
            order = self.random.integers(self.count, size=(SCANNED, BATCH))
            self.state, losses = self.run(self.state, self.rates, order)
            losses.block_until_ready()
