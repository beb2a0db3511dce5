"""Whole trainings with norms, dropout, penalties and layers of their own rate."""

import tracemalloc
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrviz.engine.activations import AnyActivation
from lrviz.engine.chunk import Chunk
from lrviz.engine.evaluation import Evaluation
from lrviz.engine.modifiers import EMA, SAM
from lrviz.engine.parts import kinds
from lrviz.engine.state import State
from lrviz.engine.trainer import Trainer, first_state
from lrviz.experiment import parse
from lrviz.experiment.build import build

NORMS = ["none", "batch_norm", "layer_norm"]
OPTIMIZERS = [{"kind": "sgd", "momentum": 0.9}, {"kind": "adam"}, {"kind": "rmsprop"}]


def assert_same_state(one: State, other: State) -> None:
    for field in fields(State):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, dict):
            assert mine.keys() == theirs.keys()
            for key in mine:
                np.testing.assert_array_equal(mine[key], theirs[key], err_msg=f"{field.name}.{key}")
        else:
            np.testing.assert_array_equal(mine, theirs, err_msg=field.name)


def network(norm: str = "batch_norm", dropout: float = 0.2, **more: Any) -> dict[str, Any]:
    layers = [
        {"units": 6, "norm": norm, "dropout": dropout},
        {"units": 5, "norm": norm, "norm_place": "after", "activation": "silu", "dropout": dropout},
    ]
    return {"hidden": layers, **more}


layers = st.fixed_dictionaries(
    {
        "units": st.integers(1, 7),
        "activation": st.sampled_from(sorted(kinds(AnyActivation))),
        "norm": st.sampled_from(NORMS),
        "norm_place": st.sampled_from(["before", "after"]),
        "dropout": st.sampled_from([0.0, 0.3]),
    }
)
runs = st.fixed_dictionaries(
    {
        "lr": st.sampled_from([1e-3, 0.05, 1e6]),
        "l1": st.sampled_from([0.0, 0.01]),
        "l2": st.sampled_from([0.0, 0.01, 1e6]),
        "weight_seed": st.integers(0, 3),
        "order_seed": st.integers(0, 2),
        "scales": st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=4, max_size=4),
    }
)


@st.composite
def families(draw: st.DrawFn) -> list[Any]:
    """Runs that share a network; some diverge."""
    hidden = draw(st.lists(layers, min_size=1, max_size=3))
    shared = {
        "parametrization": draw(st.sampled_from(["standard", "mup"])),
        "base_width": draw(st.sampled_from([2, 12])),
    }
    training = {
        "batch_size": draw(st.sampled_from([2, 7, 32, 1000])),
        "eval_every": draw(st.sampled_from([1, 7])),
        "dtype": draw(st.sampled_from(["float32", "float64"])),
        "keep_best": True,
    }
    optimizer = draw(st.sampled_from(OPTIMIZERS))
    family = []
    for run in draw(st.lists(runs, min_size=2, max_size=4)):
        own = {name: run[name] for name in ("l1", "l2", "weight_seed", "order_seed")}
        scaled = [{**layer, "lr_scale": scale} for layer, scale in zip(hidden, run["scales"], strict=False)]
        family.append(
            parse(
                {
                    "data": {"dataset": {"kind": "moons", "samples": 40}},
                    "network": {"hidden": scaled, "output_lr_scale": run["scales"][-1], **shared},
                    "optimizer": optimizer,
                    "lr": run["lr"],
                    "training": {**training, **own},
                }
            )
        )
    return family


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(family=families(), cut=st.integers(1, 39))
def test_runs_in_a_batch_equal_the_runs_alone_bit_for_bit(family: list[Any], cut: int) -> None:
    together = Trainer(build(family))
    recorded = [together.advance(cut), together.advance(40 - cut)]
    for row, experiment in enumerate(family):
        alone = Trainer(build([experiment]))
        records = alone.advance(40)
        assert_same_state(together.state.take([row]), alone.state)
        losses = np.concatenate([part.loss[:, row] for part in recorded])
        np.testing.assert_array_equal(losses[: len(records.loss)], records.loss[:, 0])


@settings(max_examples=25, deadline=None)
@given(family=families(), pieces=st.lists(st.integers(1, 13), min_size=1, max_size=8))
def test_the_bits_do_not_depend_on_how_training_is_cut_into_pieces(
    family: list[Any], pieces: list[int]
) -> None:
    whole, cut = Trainer(build(family)), Trainer(build(family))
    for piece in pieces:
        cut.advance(piece)
    whole.advance(sum(pieces))
    assert_same_state(cut.state, whole.state)


@pytest.mark.parametrize("norm", NORMS)
def test_a_saved_run_goes_on_as_the_one_that_was_not_saved(norm: str, trainer: Any, tmp_path: Any) -> None:
    run = trainer((0.01, 0.05), network=network(norm))
    run.advance(37)
    run.state.save(tmp_path / "state.npz")
    again = Trainer(run.block, (), State.load(tmp_path / "state.npz"))
    mine, theirs = run.advance(40), again.advance(40)
    assert_same_state(run.state, again.state)
    np.testing.assert_array_equal(mine.loss, theirs.loss)
    np.testing.assert_array_equal(mine.measured["test loss"][1], theirs.measured["test loss"][1])


def test_a_run_that_diverges_is_frozen_with_finite_statistics_and_its_neighbours_go_on(trainer: Any) -> None:
    settings = {
        "network": network("batch_norm"),
        "optimizer": "sgd",
        "training": {"batch_size": 8, "l2": 1.0},
    }
    both, alone = trainer((0.01, 1e6), **settings), trainer((0.01,), **settings)
    both.advance(100)
    alone.advance(100)
    assert both.diverged_at[0] == 0
    assert 0 < both.diverged_at[1] < 100
    assert_same_state(both.state.take([0]), alone.state)
    for buffer in both.state.buffers.values():
        assert np.isfinite(buffer).all()


def test_statistics_that_overflow_are_a_divergence(trainer: Any) -> None:
    run = trainer((1e-3,), network={"hidden": [{"units": 4, "norm": "batch_norm"}]})
    run.state.params[:, run.network.layers[0].start : run.network.layers[0].stop] *= 1e25
    run._prepare(np.arange(1))
    run.advance(20)
    # A variance that overflows makes the normalized numbers 0, and the loss finite.
    assert run.diverged_at[0] == 1
    assert (run.state.buffers["1.running_var"] == 1.0).all()


def test_a_step_tracks_the_statistics_of_its_first_pass_once(block: Any) -> None:
    training = {"batch_size": 1000, "dtype": "float64"}
    plain = block((0.1,), network=network(dropout=0.0), training=training)
    looking = replace(plain, modifiers=((SAM(rho=0.5),),))
    one, other = Trainer(plain), Trainer(looking)
    one.advance(1)
    other.advance(1)
    assert (one.state.params != other.state.params).any()
    for name, buffer in one.state.buffers.items():
        np.testing.assert_array_equal(buffer, other.state.buffers[name])
        assert (buffer != first_state(plain).buffers[name]).all()


def test_looks_use_the_masks_of_the_step_and_change_nothing_but_the_gradient(block: Any) -> None:
    made = block((0.0, 0.0), network=network())
    chunk = Chunk(made, np.arange(2), first_state(made))
    ground = chunk.update.ground
    seen = []
    step = chunk.update.step

    def looking(*factors: Any) -> None:
        kept, before = ground.grad.copy(), chunk.state.copy()
        np.testing.assert_array_equal(ground.look(), ground.loss())
        np.testing.assert_array_equal(ground.grad, kept)
        assert_same_state(chunk.state, before)
        seen.append(ground.loss())
        step(*factors)

    chunk.update.step = looking
    losses, _ = chunk.run(5, {})
    np.testing.assert_array_equal(seen, losses)


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("lr", [(0.02,), (0.02, 0.05)])
def test_evaluations_use_running_statistics_and_drop_nothing(norm: str, lr: Any, trainer: Any) -> None:
    run = trainer(lr, network=network(norm), training={"batch_size": 8, "dtype": "float64"})
    records = run.advance(30)
    test, loss = run.block.examples.test, run.block.loss
    for row in range(len(lr)):
        outputs = run.model(row).outputs(test.inputs)
        expected = float(loss.value(outputs, test.targets))
        assert records.measured["test loss"][1][-1, row, 0] == pytest.approx(expected, rel=1e-12)
    assert run.state.buffers.keys() == (
        {"1.running_mean", "1.running_var", "2.running_mean", "2.running_var"}
        if norm == "batch_norm"
        else set()
    )


def test_an_evaluation_follows_statistics_that_are_changed_in_place(trainer: Any) -> None:
    run = trainer((0.01,), network=network())
    block, buffers = run.block, run.state.buffers
    evaluation = Evaluation(
        block.network, run.state.params, block.loss, "binary", block.examples.test, buffers
    )
    before, _ = evaluation()
    buffers["1.running_var"] *= 4.0
    after, _ = evaluation()
    assert before[0] != after[0]


def test_averaged_weights_are_shown_with_the_same_statistics(block: Any) -> None:
    made = replace(block((0.05,), network=network()), modifiers=((EMA(decay=0.9),),))
    run = Trainer(made)
    records = run.advance(30)
    model = run.model(0)
    assert (model.params != run.state.params[0]).any()
    for name, buffer in model.buffers.items():
        np.testing.assert_array_equal(buffer, run.state.buffers[name][0])
        assert not np.shares_memory(buffer, run.state.buffers[name])
    test = made.examples.test
    expected = float(made.loss.value(model.outputs(test.inputs), test.targets))
    assert records.measured["test loss"][1][-1, 0, 0] == pytest.approx(expected, rel=1e-5)


def test_the_best_weights_come_with_the_statistics_of_their_time(trainer: Any) -> None:
    run = trainer(
        (0.3,),
        network=network(),
        training={"keep_best": True, "eval_every": 1, "batch_size": 4, "dtype": "float64"},
    )
    run.advance(150)
    assert run.state.best_step[0] < 150
    test = run.block.examples.test
    outputs = run.model(0, best=True).outputs(test.inputs)
    assert float(run.block.loss.value(outputs, test.targets)) == pytest.approx(run.state.best[0], rel=1e-12)


@pytest.mark.parametrize("edit", ["dropout", "lr_scale", "momentum"])
def test_a_live_edit_of_a_layer_keeps_weights_slots_and_statistics(
    edit: str, trainer: Any, block: Any
) -> None:
    changed = network(dropout=0.5) if edit == "dropout" else network()
    if edit == "lr_scale":
        changed["hidden"][0]["lr_scale"] = 0.0
    if edit == "momentum":
        changed["hidden"][0]["norm"] = {"kind": "batch_norm", "momentum": 0.0}
    run, other = trainer((0.05,), network=network()), trainer((0.05,), network=network())
    run.advance(20)
    other.advance(20)
    before = run.state.copy()
    run.rebind(block((0.05,), network=changed))
    assert_same_state(run.state, before)
    run.advance(10)
    other.advance(10)
    assert (run.state.params == other.state.params).all() == (edit == "momentum")
    first = [tensor.places for tensor in run.network.tensors if tensor.name.startswith("layer 1")]
    frozen = [(run.state.params[:, places] == before.params[:, places]).all() for places in first]
    assert all(frozen) is (edit == "lr_scale")
    still = run.state.buffers["1.running_mean"] == before.buffers["1.running_mean"]
    assert still.all() == (edit == "momentum")


def test_rates_of_layers_that_are_all_one_change_no_bit(trainer: Any, block: Any) -> None:
    made = block((0.05, 0.02), network=network())
    assert made.tensor_rates is None
    rated = replace(made, tensor_rates=np.ones((2, len(made.network.tensors))))
    one, other = Trainer(made), Trainer(rated)
    one.advance(50)
    other.advance(50)
    assert_same_state(one.state, other.state)


def test_each_layers_rate_multiplies_its_steps(block: Any) -> None:
    training = {"batch_size": 1000, "dtype": "float64"}
    scaled = network(dropout=0.0, output_lr_scale=4.0)
    scaled["hidden"][0]["lr_scale"] = 0.5
    plain, other = (
        Trainer(block((0.1,), optimizer="sgd", network=spec, training=training))
        for spec in (network(dropout=0.0), scaled)
    )
    before = plain.state.params.copy()
    plain.advance(1)
    other.advance(1)
    for tensor in plain.network.tensors:
        factor = {"layer 1": 0.5, "layer 2": 1.0, "layer 3": 4.0}[tensor.name[:7]]
        step = plain.state.params[0, tensor.places] - before[0, tensor.places]
        own = other.state.params[0, tensor.places] - before[0, tensor.places]
        np.testing.assert_allclose(own, factor * step, rtol=1e-9, atol=1e-15)


EXTRAS = {
    "batch norm": {"norm": "batch_norm"},
    "batch norm after": {"norm": "batch_norm", "norm_place": "after"},
    "layer norm": {"norm": "layer_norm"},
    "dropout": {"dropout": 0.3},
    "rates": {"lr_scale": 0.5},
    "all": {"norm": "batch_norm", "dropout": 0.3, "lr_scale": 0.5},
}


@pytest.mark.parametrize("extra", EXTRAS.values(), ids=EXTRAS.keys())
def test_steps_allocate_no_arrays(extra: dict[str, Any], trainer: Any) -> None:
    """The peak within a chunk is far below the smallest array of a step: 64 × 64 float32 are 16 kB."""
    run = trainer(
        (0.001,),
        optimizer="sgd",
        network={"hidden": [{"units": 64, **extra}] * 2, "parametrization": "mup"},
        training={"batch_size": 64, "l1": 1e-3, "l2": 1e-3},
        data={"dataset": {"kind": "moons", "samples": 200}},
    )
    run.advance(64)
    chunk = run._chunk
    chunk.run(chunk.length, {})
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        chunk.run(chunk.length, {})
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert peak < 8192


@pytest.mark.parametrize("extra", EXTRAS.values(), ids=EXTRAS.keys())
def test_no_memory_is_allocated_in_a_thousand_warmed_steps(extra: dict[str, Any], trainer: Any) -> None:
    run = trainer(
        (0.001,),
        network={"hidden": [{"units": 8, **extra}] * 2},
        training={"batch_size": 32, "l1": 1e-3, "l2": 1e-3},
        data={"dataset": "moons"},
    )
    for _ in range(30):
        run.advance(32)
    tracemalloc.start()
    try:
        run.advance(32)
        tracemalloc.reset_peak()
        run.advance(32)
        one_chunk = tracemalloc.get_traced_memory()[1]
        for _ in range(32):
            run.advance(32)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert one_chunk < 32_768
    assert peak - one_chunk < 4096


def test_chunks_are_shorter_where_masks_or_rates_take_much_memory(block: Any) -> None:
    wide = {"units": 256}
    plain, dropped, rated = (
        block((0.01,), network={"hidden": [{**wide, **extra}] * 4}, training={"batch_size": 40})
        for extra in ({}, {"dropout": 0.5}, {"lr_scale": 0.5})
    )
    lengths = [Chunk(made, np.arange(1), first_state(made)).length for made in (plain, dropped, rated)]
    assert lengths[0] == 32
    assert all(1 <= length < 32 for length in lengths[1:])


def test_a_network_without_extras_has_no_more_calls_in_a_step(trainer: Any) -> None:
    chunk = trainer((0.01,))._chunk
    assert (chunk._masks, chunk._penalty, chunk.state.buffers) == ([], None, {})
