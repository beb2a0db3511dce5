"""Some steps in a row, whatever was tabulated with them."""

import numpy as np
import pytest

from lrviz.engine.chunk import MOST_STEPS, Chunk
from lrviz.engine.network import Model
from lrviz.engine.optimizers import AnyOptimizer
from lrviz.engine.parts import kinds
from lrviz.engine.trainer import first_state


def chunk_of(block, rows=None):
    rows = np.arange(block.runs) if rows is None else np.array(rows)
    return Chunk(block, rows, first_state(block).take(rows))


@pytest.mark.parametrize("kind", kinds(AnyOptimizer))
@pytest.mark.parametrize("schedule", ["cosine", {"kind": "exponential", "unit": "epoch", "gamma": 0.5}])
@pytest.mark.parametrize("batch_size", [8, 1000])
def test_steps_done_one_by_one_have_the_bits_of_steps_done_at_once(kind, schedule, batch_size, block):
    made = block(
        (0.01, 0.02), optimizer=kind, schedule=schedule, training={"batch_size": batch_size, "steps": 40}
    )
    at_once, singly = chunk_of(made), chunk_of(made)
    losses, lr = (table.copy() for table in at_once.run(20, {}))
    for k in range(20):
        loss, rate = singly.run(1, {})
        np.testing.assert_array_equal(loss[0], losses[k])
        np.testing.assert_array_equal(rate[0], lr[k])
    np.testing.assert_array_equal(singly.state.params, at_once.state.params)
    for name, slot in at_once.state.slots.items():
        np.testing.assert_array_equal(singly.state.slots[name], slot)


def test_the_counts_of_steps_updates_and_examples_go_on(block):
    chunk = chunk_of(block((0.01, 0.02)))
    chunk.state.updates[1] = 100
    chunk.run(5, {})
    chunk.run(3, {})
    assert chunk.state.step.tolist() == [8, 8]
    assert chunk.state.updates.tolist() == [8, 108]
    assert chunk.state.position.tolist() == [64, 64]


def test_some_rows_of_a_block_train_as_they_do_among_all(block):
    made = block((0.01, 0.02, 0.03), optimizer={"kind": "sgd", "momentum": 0.9})
    everyone, some = chunk_of(made), chunk_of(made, [2, 0])
    everyone.run(20, {})
    some.run(20, {})
    np.testing.assert_array_equal(some.state.params, everyone.state.params[[2, 0]])


def test_events_come_after_the_update_of_their_step(block):
    made = block((0.01,))
    watched, expected = chunk_of(made), chunk_of(made)
    seen = []
    watched.run(6, {2: [lambda: seen.append(watched.state.params.copy())], 5: [lambda: seen.append("end")]})
    expected.run(3, {})
    np.testing.assert_array_equal(seen[0], expected.state.params)
    assert seen[1] == "end"


@pytest.mark.parametrize("runs", [1, 3])
def test_losses_are_those_of_the_batches_before_their_update(runs, block):
    made = block(
        np.geomspace(0.01, 0.1, runs), training={"dtype": "float64", "steps": 40, "batch_size": 1000}
    )
    chunk, train = chunk_of(made), made.examples.train
    for _ in range(5):
        outputs = [Model(made.network, row).outputs(train.inputs) for row in chunk.state.params.copy()]
        expected = [float(made.loss.value(z, train.targets)) for z in outputs]
        losses, _ = chunk.run(1, {})
        np.testing.assert_allclose(losses[0], expected, rtol=1e-12)


def test_a_chunk_of_big_batches_is_shorter(block):
    assert chunk_of(block((0.01,))).length == MOST_STEPS
    data = {"dataset": {"kind": "moons", "samples": 10_000}}
    big = chunk_of(block((0.01,) * 2, data=data, training={"batch_size": 5000, "steps": 10}))
    assert 1 <= big.length < MOST_STEPS
    huge = chunk_of(block((0.01,) * 40, data=data, training={"batch_size": 5000, "steps": 10}))
    assert huge.length == 1


def test_a_flush_sets_only_what_is_next_to_nothing_to_zero(block):
    chunk = chunk_of(block((0.01, 0.02)))
    slot = chunk.state.slots["exp_avg"]
    values = np.array([1e-40, -1e-40, 1e-31, -0.9e-30, 1.1e-30, -1e-29, 1.0, np.inf], dtype=np.float32)
    slot[:, :8] = values
    chunk.flush()
    np.testing.assert_array_equal(slot[0, :8], [0.0, 0.0, 0.0, 0.0, *values[4:]])
    np.testing.assert_array_equal(slot[1], slot[0])
