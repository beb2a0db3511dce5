import tracemalloc
from dataclasses import fields
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from lrviz.engine.activations import AnyActivation
from lrviz.engine.losses import AnyLoss
from lrviz.engine.optimizers import AnyOptimizer
from lrviz.engine.parts import Part, kinds
from lrviz.engine.probes import PROBES
from lrviz.engine.records import Records
from lrviz.engine.state import State
from lrviz.engine.trainer import Trainer
from lrviz.experiment import parse
from lrviz.experiment.build import build


def assert_same_state(one: State, other: State) -> None:
    for field in fields(State):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, dict):
            assert mine.keys() == theirs.keys()
            for key in mine:
                np.testing.assert_array_equal(mine[key], theirs[key], err_msg=f"{field.name}.{key}")
        else:
            np.testing.assert_array_equal(mine, theirs, err_msg=field.name)


TASKS = {
    "binary": ({"kind": "moons", "samples": 40}, ("auto", "mse", "binary_cross_entropy", "hinge")),
    "multiclass": ("iris", ("auto", "mse", "cross_entropy", "hinge")),
    "regression": ({"kind": "sine", "samples": 40}, ("auto", "mse", "l1", "huber")),
}

runs = st.fixed_dictionaries(
    {
        "lr": st.sampled_from([1e-4, 0.01, 0.3, 1e5]),
        "schedule": st.sampled_from(
            [
                "constant",
                "cosine",
                {"kind": "exponential", "unit": "epoch"},
                {"kind": "step", "step_size": 7},
                {"kind": "cyclic", "step_size_up": 5},
                {"kind": "reduce_on_plateau", "patience": 0, "monitor": "training loss"},
                {"kind": "reduce_on_plateau", "patience": 1},
            ]
        ),
        "weight_seed": st.integers(0, 3),
        "order_seed": st.integers(0, 3),
        "weight_decay": st.sampled_from([0.0, 0.01]),
        "momentum": st.sampled_from([0.0, 0.5, 0.9]),
        "alpha": st.sampled_from([0.9, 0.99]),
        "betas": st.sampled_from([[0.9, 0.999], [0.0, 0.9], [0.5, 0.99]]),
        "eps": st.sampled_from([1e-8, 1e-3]),
        "lr_decay": st.sampled_from([0.0, 0.01]),
    }
)


def taken(part: type[Part], run: dict[str, Any]) -> dict[str, Any]:
    """The settings drawn for a run that this optimizer has, without values out of its range."""
    own = {name: value for name, value in run.items() if name in part.model_fields}
    if "betas" in own:
        count = len(get_args(part.model_fields["betas"].annotation))
        own["betas"] = [*own["betas"], 0.95][:count]
    return {name: value for name, value in own.items() if is_taken(part, {name: value})}


def is_taken(part: type[Part], values: dict[str, Any]) -> bool:
    try:
        part(**values)
    except ValidationError:
        return False
    return True


@st.composite
def families(draw: st.DrawFn) -> list[Any]:
    task = draw(st.sampled_from(sorted(TASKS)))
    dataset, losses = TASKS[task]
    hidden = draw(
        st.lists(
            st.fixed_dictionaries(
                {"units": st.integers(1, 9), "activation": st.sampled_from(sorted(kinds(AnyActivation)))}
            ),
            max_size=3,
        )
    )
    common = {
        "data": {"dataset": dataset, "test_fraction": 0.3},
        "network": {"hidden": hidden},
        "loss": draw(st.sampled_from(losses)),
    }
    optimizer, declared = draw(st.sampled_from(sorted(kinds(AnyOptimizer).items())))
    training = {
        "batch_size": draw(st.sampled_from([1, 2, 7, 32, 1000])),
        "eval_every": draw(st.sampled_from([1, 3, 10])),
        "steps": 40,
        "dtype": draw(st.sampled_from(["float32", "float64"])),
        "keep_best": draw(st.booleans()),
        "early_stopping": draw(st.sampled_from([None, 2])),
    }
    family = []
    for run in draw(st.lists(runs, min_size=2, max_size=4)):
        seeds = {name: run[name] for name in ("weight_seed", "order_seed")}
        family.append(
            parse(
                {
                    **common,
                    "lr": run["lr"],
                    "schedule": run["schedule"],
                    "optimizer": {
                        "kind": optimizer,
                        **taken(declared, run),
                    },
                    "training": {**training, **seeds},
                }
            )
        )
    return family


def assert_same_measurements(recorded: list[Records], row: int, alone: Records) -> None:
    """What was measured of a run among others is what is measured of it alone, and nothing more."""
    names = {name for part in recorded for name in part.measured}
    assert names >= alone.measured.keys()
    for name in names:
        parts = [part.measured[name] for part in recorded if name in part.measured]
        steps = np.concatenate([part[0] for part in parts])
        values = np.concatenate([part[1][:, row] for part in parts])
        mine = ~np.isnan(values).all(axis=1)
        expected_steps, expected = alone.measured.get(name, (np.empty(0), np.empty((0, 1, values.shape[1]))))
        # NaN stands for a run that had ended, and is what a loss may overflow to just before it diverges.
        numbers = ~np.isnan(expected).all(axis=(1, 2))
        expected_steps, expected = expected_steps[numbers], expected[numbers]
        np.testing.assert_array_equal(steps[mine], expected_steps, err_msg=name)
        np.testing.assert_array_equal(values[mine], expected[:, 0], err_msg=name)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(family=families(), cut=st.integers(1, 39))
def test_runs_in_a_batch_equal_the_runs_alone_bit_for_bit(family: list[Any], cut: int) -> None:
    together = Trainer(build(family), tuple(PROBES))
    recorded = [together.advance(cut), together.advance(40 - cut)]
    for row, experiment in enumerate(family):
        alone = Trainer(build([experiment]), tuple(PROBES))
        records = alone.advance(40)
        # A run alone has only its own schedule's memory; beside others there are unused entries.
        beside = together.state.take([row])
        beside.memory = {name: beside.memory[name] for name in alone.state.memory}
        if experiment.optimizer.name() == "sgd" and not experiment.optimizer.momentum:
            # Its buffer is read by nobody, and begins afresh when momentum is switched on.
            beside.slots = alone.state.slots
        if not alone._checks_bind:
            beside.loss_sum[:], beside.loss_count[:] = alone.state.loss_sum, alone.state.loss_count
        assert_same_state(beside, alone.state)
        for name, mine in (("loss", records.loss), ("lr", records.lr)):
            values = np.concatenate([getattr(part, name)[:, row] for part in recorded])
            np.testing.assert_array_equal(values[: len(mine)], mine[:, 0], err_msg=name)
            assert np.isnan(values[len(mine) :]).all()
        assert_same_measurements(recorded, row, records)


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


def test_a_diverged_run_is_frozen_at_its_last_finite_step_and_its_neighbours_go_on(trainer: Any) -> None:
    data = {"dataset": {"kind": "plane", "samples": 40}}
    both = trainer((0.01, 50.0), data=data, optimizer="sgd", network={"hidden": []})
    records = both.advance(200)
    step = int(both.diverged_at[1])
    assert both.diverged_at[0] == 0
    assert 1 < step < 200
    assert both.state.step.tolist() == [200, step - 1]
    assert np.isfinite(both.state.params).all()
    assert np.isfinite(records.loss[:, 0]).all()
    assert np.isfinite(records.loss[: step - 1, 1]).all()
    assert np.isnan(records.loss[step - 1 :, 1]).all()
    again = trainer((50.0,), data=data, optimizer="sgd", network={"hidden": []})
    short = again.advance(1000)
    assert len(short.steps) == step - 1
    np.testing.assert_array_equal(again.state.params[0], both.state.params[1])


def test_training_lowers_the_loss_and_raises_the_score(trainer: Any) -> None:
    moons = trainer((0.05,), data={"dataset": {"kind": "moons", "samples": 300}})
    records = moons.advance(1000)
    steps, scores = records.measured["test score"]
    assert steps.tolist() == list(range(10, 1001, 10))
    assert scores[-1, 0, 0] > 0.95
    assert records.loss[-50:].mean() < 0.5 * records.loss[:50].mean()


def test_batch_losses_are_the_loss_before_the_update(trainer: Any) -> None:
    full = trainer((0.1,), training={"batch_size": 1000, "steps": 50, "dtype": "float64"}, optimizer="sgd")
    examples, loss = full.block.examples, full.block.loss
    for _ in range(5):
        expected = loss.value(full.model(0).outputs(examples.train.inputs), examples.train.targets)
        records = full.advance(1)
        assert records.loss[0, 0] == pytest.approx(float(expected), rel=1e-12)


def test_early_stopping_ends_a_run_after_so_many_checks_without_improvement(trainer: Any) -> None:
    stuck = trainer((0.0,), training={"early_stopping": 3, "eval_every": 4, "batch_size": 8})
    records = stuck.advance(100)
    # The first check is an improvement on nothing; three more bring none.
    assert records.steps[-1] == 16
    assert stuck.stopped_early.tolist() == [True]
    assert stuck.advance(10).steps.size == 0


def test_the_best_weights_are_those_of_the_lowest_monitored_loss(trainer: Any) -> None:
    fickle = trainer((0.5,), training={"keep_best": True, "eval_every": 1, "batch_size": 4})
    lowest, best = np.inf, fickle.model(0).params
    for _ in range(100):
        steps, losses = fickle.advance(1).measured["test loss"]
        if losses[0, 0, 0] < lowest:
            lowest, best, at = losses[0, 0, 0], fickle.model(0).params, steps[0]
    assert fickle.state.best[0] == lowest
    assert fickle.state.best_step[0] == at
    np.testing.assert_array_equal(fickle.model(0, best=True).params, best)


def test_the_best_is_the_lowest_loss_however_much_an_improvement_must_be(trainer: Any) -> None:
    training = {"eval_every": 1, "batch_size": 40}
    picky = trainer((0.05,), training={**training, "min_delta": 0.05, "early_stopping": 3})
    records = picky.advance(300)
    steps, losses = records.measured["test loss"]
    assert picky.stopped_early.tolist() == [True]
    lowest = int(np.argmin(losses[:, 0, 0]))
    assert (picky.state.best[0], picky.state.best_step[0]) == (losses[lowest, 0, 0], steps[lowest])
    reference, waited = np.inf, 0
    for loss in losses[:, 0, 0]:
        improved = loss < reference - 0.05
        reference, waited = (loss, 0) if improved else (reference, waited + 1)
    assert waited == 3
    assert picky.state.reference[0] == reference > picky.state.best[0]


def test_early_stopping_that_is_switched_on_counts_from_then_on(trainer: Any, block: Any) -> None:
    training = {"eval_every": 4, "batch_size": 8}
    stuck = trainer((0.0,), training=training)
    stuck.advance(100)
    stuck.rebind(block((0.0,), training={**training, "early_stopping": 3}))
    assert stuck.advance(100).steps[-1] == 112
    assert stuck.stopped_early.tolist() == [True]


def test_early_stopping_that_was_off_for_a_while_counts_anew(trainer: Any, block: Any) -> None:
    training = {"eval_every": 4, "batch_size": 8}
    stopping = {**training, "early_stopping": 3}
    stuck = trainer((0.0,), training=stopping)
    stuck.advance(12)
    stuck.rebind(block((0.0,), training=training))
    stuck.advance(88)
    stuck.rebind(block((0.0,), training=stopping))
    assert stuck.advance(100).steps[-1] == 112


def test_a_stopped_run_that_others_left_behind_stays_stopped(trainer: Any, block: Any) -> None:
    training = {"eval_every": 4, "batch_size": 8}
    both = trainer((0.0, 0.01), training={**training, "early_stopping": 3})
    both.advance(40)
    assert both.stopped_early.tolist() == [True, False]
    frozen = both.state.take([0])
    both.go_on()
    both.rebind(block((0.0, 0.01), training=training))
    both.advance(20)
    assert both.stopped_early.tolist() == [True, False]
    np.testing.assert_array_equal(both.state.params[0], frozen.params[0])
    assert both.state.step.tolist() == [16, 60]


def test_a_plateau_that_watches_another_loss_keeps_its_rate_and_forgets_what_it_saw(
    trainer: Any, block: Any
) -> None:
    def plateau(monitor: str, patience: int = 0) -> dict[str, Any]:
        kind = {"kind": "reduce_on_plateau", "cooldown": 3, "eps": 0.0, "threshold": 0.5}
        return {**kind, "patience": patience, "monitor": monitor}

    run = trainer((1e-6, 1e-6), schedule=plateau("test loss"))
    run.advance(25)
    multiple = run.state.memory["multiple"].copy()
    assert (multiple < 1.0).all()
    assert (run.state.memory["cooldown"] > 0.0).all()
    run.rebind(block((1e-6, 1e-6), schedule=plateau("training loss")))
    np.testing.assert_array_equal(run.state.memory["multiple"], multiple)
    for name, first in (("best", np.inf), ("bad", 0.0), ("cooldown", 0.0)):
        assert run.state.memory[name].tolist() == [first, first]
    run.advance(10)
    seen = run.state.memory["best"].copy()
    assert np.isfinite(seen).all()
    run.rebind(block((1e-6, 1e-6), schedule=plateau("training loss", patience=7)))
    np.testing.assert_array_equal(run.state.memory["best"], seen)


def test_a_trainer_that_takes_over_a_saved_state_goes_on_as_the_one_that_left_it(
    trainer: Any, tmp_path: Any
) -> None:
    settings = {
        "data": {"dataset": {"kind": "plane", "samples": 40}},
        "optimizer": "sgd",
        "network": {"hidden": []},
        "training": {"eval_every": 4, "batch_size": 8, "early_stopping": 3, "min_delta": 1e-9},
    }
    run = trainer((0.0, 50.0, 0.01), **settings)
    run.advance(501)
    assert run.stopped_early[0]
    assert run.diverged_at[1]
    run.state.save(tmp_path / "state.npz")
    again = Trainer(run.block, (), State.load(tmp_path / "state.npz"))
    np.testing.assert_array_equal(again.ended, run.ended)
    assert again.ended.tolist() == [True, True, False]
    mine, theirs = run.advance(50), again.advance(50)
    np.testing.assert_array_equal(mine.steps, theirs.steps)
    np.testing.assert_array_equal(mine.loss, theirs.loss)
    assert_same_state(again.state, run.state)


def test_a_live_edit_keeps_weights_and_slots(trainer: Any, block: Any) -> None:
    run = trainer((0.01,))
    run.advance(33)
    params, slots = run.state.params.copy(), {k: v.copy() for k, v in run.state.slots.items()}
    run.rebind(block((0.2,), training={"batch_size": 16, "steps": 500}))
    np.testing.assert_array_equal(run.state.params, params)
    for name, slot in slots.items():
        np.testing.assert_array_equal(run.state.slots[name], slot)
    assert run.advance(1).lr[0, 0] == 0.2
    assert run.state.step[0] == 34


def test_a_rebind_that_changes_nothing_changes_no_bit(trainer: Any, block: Any) -> None:
    one, other = trainer((0.01, 0.1)), trainer((0.01, 0.1))
    one.advance(60)
    for _ in range(6):
        other.advance(10)
        other.rebind(block((0.01, 0.1)))
    assert_same_state(one.state, other.state)


def test_saved_and_loaded_state_is_the_same(trainer: Any, tmp_path: Any) -> None:
    run = trainer((0.01, 0.1), schedule="reduce_on_plateau")
    run.advance(50)
    run.state.save(tmp_path / "state.npz")
    assert_same_state(State.load(tmp_path / "state.npz"), run.state)


OPTIMIZERS = [
    {"kind": "sgd", "weight_decay": 0.01},
    {"kind": "sgd", "momentum": 0.9, "dampening": 0.1},
    {"kind": "sgd", "momentum": 0.9, "nesterov": True},
    {"kind": "rmsprop", "weight_decay": 0.01},
    {"kind": "rmsprop", "momentum": 0.9, "centered": True},
    {"kind": "adagrad", "weight_decay": 0.01},
    {"kind": "adam", "weight_decay": 0.01, "amsgrad": True},
    {"kind": "adamw"},
]
OPTIMIZERS += [{"kind": kind} for kind in sorted(set(kinds(AnyOptimizer)) - {o["kind"] for o in OPTIMIZERS})]


@pytest.mark.parametrize("activation", sorted(kinds(AnyActivation)))
def test_steps_allocate_no_arrays_for_any_activation(activation: str, trainer: Any) -> None:
    assert_steps_allocate_no_arrays(trainer, {"kind": "sgd"}, activation)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_steps_allocate_no_arrays_for_any_optimizer(optimizer: dict[str, Any], trainer: Any) -> None:
    assert_steps_allocate_no_arrays(trainer, optimizer, "tanh")


def assert_steps_allocate_no_arrays(trainer: Any, optimizer: dict[str, Any], activation: str) -> None:
    """The peak within a chunk is far below the smallest array of a step: 64 × 64 float32 are 16 kB."""
    run = trainer(
        (0.001,),
        optimizer=optimizer,
        network={"hidden": [{"units": 64, "activation": activation}] * 2},
        training={"batch_size": 64},
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


@pytest.mark.parametrize("kind", sorted(kinds(AnyOptimizer)))
def test_no_memory_is_allocated_in_a_thousand_warmed_steps(kind: str, trainer: Any) -> None:
    run = trainer((0.001,), optimizer=kind, training={"batch_size": 32}, data={"dataset": "moons"})
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


def test_slots_hold_no_denormal_numbers_after_a_flush(trainer: Any) -> None:
    run = trainer((0.01,), network={"hidden": [{"units": 8, "activation": "relu"}]})
    run.advance(100)
    run.state.slots["exp_avg"][:, :5] = 1e-40
    run._prepare(np.arange(1))
    run.advance(512)
    for slot in run.state.slots.values():
        tiny = (slot != 0) & (np.abs(slot) < np.finfo(np.float32).tiny)
        assert not tiny.any()


def test_probes_do_not_change_training(trainer: Any) -> None:
    watched, alone = trainer((0.01,), probes=tuple(PROBES)), trainer((0.01,))
    records = watched.advance(100)
    alone.advance(100)
    assert_same_state(watched.state, alone.state)
    assert records.measured["weight norm"][0].tolist() == list(range(10, 101, 10))


def test_a_run_that_stops_where_another_diverges_stops_as_it_does_alone(trainer: Any) -> None:
    settings = {
        "data": {"dataset": {"kind": "plane", "samples": 40}},
        "optimizer": "sgd",
        "network": {"hidden": []},
        "training": {"eval_every": 1, "batch_size": 8, "early_stopping": 1},
    }
    alone = trainer((50.0,), **{**settings, "training": {"batch_size": 8}})
    alone.advance(1000)
    step = int(alone.diverged_at[0])
    stopping = {**settings, "training": {**settings["training"], "early_stopping": step - 1}}
    # The frozen run improves on nothing: it stops after its first check and step − 1 more.
    both, still = trainer((0.0, 50.0), **stopping), trainer((0.0,), **stopping)
    both.advance(1000)
    still.advance(1000)
    assert both.stopped_early.tolist() == [True, False]
    assert both.diverged_at.tolist() == [0, step]
    assert_same_state(both.state.take([0]), still.state)
    assert still.state.step[0] == step


def test_nothing_is_measured_in_a_step_that_is_taken_back_for_every_run(trainer: Any) -> None:
    data = {"dataset": {"kind": "plane", "samples": 40}}
    runs = trainer(
        (50.0, 60.0), ("weight norm",), data=data, optimizer="sgd", network={"hidden": []},
        training={"eval_every": 1, "batch_size": 8},
    )  # fmt: skip
    records = runs.advance(1000)
    assert runs.ended.all()
    for steps, values in records.measured.values():
        assert steps[-1] <= records.steps[-1]
        assert not np.isnan(values).all(axis=(1, 2)).any()


def test_keeping_the_best_weights_may_be_switched_on_after_the_best_was_seen(trainer: Any) -> None:
    run = trainer((0.5,), training={"keep_best": False, "eval_every": 1, "batch_size": 4})
    kept = trainer((0.5,), training={"keep_best": True, "eval_every": 1, "batch_size": 4})
    run.advance(100)
    kept.advance(100)
    run.rebind(kept.block)
    assert run.state.best_step[0] < 100
    np.testing.assert_array_equal(run.model(0, best=True).params, kept.model(0, best=True).params)


def test_an_edited_activation_is_the_one_that_is_trained_evaluated_and_shown(
    trainer: Any, block: Any
) -> None:
    def network(alpha: float) -> dict[str, Any]:
        return {"hidden": [{"units": 5, "activation": {"kind": "elu", "alpha": alpha}}]}

    edited, other = trainer((0.1,), network=network(1.0)), trainer((0.1,), network=network(3.0))
    edited.rebind(block((0.1,), network=network(3.0)))
    assert edited.model(0).network == other.model(0).network
    edited_test, other_test = (run.advance(20).measured["test loss"][1] for run in (edited, other))
    np.testing.assert_array_equal(edited_test, other_test)
    assert_same_state(edited.state, other.state)


PLATEAU = {"kind": "reduce_on_plateau", "patience": 0, "monitor": "training loss"}


def test_a_training_loss_begun_long_ago_does_not_enter_the_next_check(trainer: Any, block: Any) -> None:
    training = {"batch_size": 8, "eval_every": 10, "monitor": "training loss"}
    run = trainer((0.05,), schedule=PLATEAU)
    run.advance(15)
    run.rebind(block((0.05,)))
    run.advance(20)
    run.rebind(block((0.05,), schedule=PLATEAU, training=training))
    recorded = run.advance(5).loss
    assert run.state.best[0] == pytest.approx(recorded.mean(), rel=1e-12)


@pytest.mark.parametrize("monitor", ["test loss", "validation loss", "training loss"])
def test_where_there_is_a_single_example_the_training_loss_is_monitored(monitor: str, trainer: Any) -> None:
    data = {"dataset": {"kind": "moons", "samples": 1}, "validation_fraction": 0.1}
    schedule = {"kind": "reduce_on_plateau", "patience": 0, "monitor": monitor}
    training = {"eval_every": 5, "monitor": monitor, "early_stopping": 3}
    run = trainer((0.0,), data=data, schedule=schedule, training=training)
    records = run.advance(100)
    assert records.measured == {}
    assert run.stopped_early.tolist() == [True]
    assert run.state.best[0] == pytest.approx(records.loss[0, 0], rel=1e-6)


def test_rates_now_are_those_of_the_next_step(trainer: Any) -> None:
    run = trainer((0.1, 0.2), schedule={"kind": "exponential", "gamma": 0.9, "unit": "epoch"})
    for _ in range(20):
        now = run.rates()
        np.testing.assert_array_equal(run.advance(1).lr[0], now)


def test_measuring_now_gives_what_is_recorded_at_that_step_and_changes_nothing(trainer: Any) -> None:
    run, other = trainer((0.1, 0.2), tuple(PROBES)), trainer((0.1, 0.2), tuple(PROBES))
    records = run.advance(50)
    other.advance(50)
    now = run.measure_now()
    assert now.keys() == records.measured.keys()
    for name, (steps, values) in records.measured.items():
        assert steps[-1] == 50
        np.testing.assert_array_equal(now[name], values[-1])
    run.advance(10)
    other.advance(10)
    assert_same_state(run.state, other.state)


def test_losses_and_optimizers_are_all_covered_by_the_random_families() -> None:
    named = {name for _, losses in TASKS.values() for name in losses}
    assert named == set(kinds(AnyLoss))
