"""Schedules made of others: warm-up in front, one after another, multiplied."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lrviz.engine.schedules import (
    Constant,
    Cosine,
    CosineWarmRestarts,
    Cyclic,
    Exponential,
    Expression,
    Linear,
    OneCycle,
    Plateau,
    Points,
    Polynomial,
    Product,
    Sequence,
    Stage,
    Step,
    Times,
    Warmup,
)
from lrviz.experiment import Experiment, ExperimentError, edit, parse

TOTAL = 400.0
T = np.arange(600.0)

lengths = st.integers(1, 500)
shares = st.floats(0.01, 1.0)
simple = st.one_of(
    st.builds(Constant),
    st.builds(Step, step_size=lengths, gamma=shares),
    st.builds(Exponential, gamma=st.floats(0.9, 1.0)),
    st.builds(Cosine, eta_min=shares),
    st.builds(Cosine, T_max=lengths),
    st.builds(Cyclic, step_size_up=lengths, max_lr=st.floats(1.0, 10.0)),
    st.builds(CosineWarmRestarts, T_0=lengths, T_mult=st.integers(1, 3)),
    st.builds(OneCycle, pct_start=shares, cycle_momentum=st.just(False)),
    st.builds(Polynomial, power=st.floats(0.1, 4.0)),
    st.builds(Expression),
    st.builds(Points, interpolation=st.sampled_from(["linear", "log"])),
)
warmups = st.builds(
    Warmup,
    total_iters=lengths,
    start_factor=shares,
    shape=st.sampled_from(["linear", "cosine", "exponential"]),
    schedule=simple,
)
members = st.one_of(simple, warmups)
stages = st.lists(
    st.builds(Stage, length=st.one_of(st.none(), lengths), schedule=members), min_size=1, max_size=5
).map(tuple)


def rates(schedule, t=T, total=TOTAL):
    return schedule.multiple(np.asarray(t, dtype=np.float64), total)


@given(stages)
def test_a_sequence_is_its_schedules_at_shifted_times(stages):
    sequence = Sequence(stages=stages)
    found, begin = rates(sequence), 0.0
    lengths = sequence.lengths(TOTAL)
    for index, (stage, length) in enumerate(zip(stages, lengths, strict=True)):
        end = begin + length if index < len(stages) - 1 else np.inf
        here = (begin <= T) & (end > T)
        assert np.array_equal(found[here], rates(stage.schedule, T[here] - begin, length))
        begin += length


@given(stages)
def test_the_stages_of_a_sequence_fill_the_planned_run_where_one_is_empty_and_there_is_room(stages):
    lengths = Sequence(stages=stages).lengths(10_000.0)
    for stage, length in zip(stages, lengths, strict=True):
        assert length == (stage.length or length)
        assert length >= 1.0
        assert length == np.floor(length)
    empty = [length for stage, length in zip(stages, lengths, strict=True) if stage.length is None]
    if empty:
        assert sum(lengths) == 10_000.0
        assert max(empty) - min(empty) < len(empty)


@given(members, members)
def test_a_product_is_the_product(first, second):
    assert np.array_equal(rates(Product(first=first, second=second)), rates(first) * rates(second))


@given(warmups)
def test_a_warmup_begins_at_its_share_and_nothing_jumps_where_it_ends(warmup):
    n = warmup.total_iters
    first = rates(warmup.schedule, [0.0], max(TOTAL - n, 1.0))[0]
    times = np.array([0.0, n * (1.0 - 1e-9), n])
    assert rates(warmup, times) == pytest.approx(np.array([warmup.start_factor, 1.0, 1.0]) * first, rel=1e-6)
    rise = rates(warmup, np.linspace(0.0, n, 50))
    assert (np.diff(rise) >= -1e-15 * first).all()
    after = np.arange(float(n), n + 300.0)
    assert np.array_equal(rates(warmup, after), rates(warmup.schedule, after - n, max(TOTAL - n, 1.0)))


@given(stages)
def test_schedules_inside_others_give_each_run_the_bits_it_gets_alone(stages):
    schedule = Product(first=Sequence(stages=stages), second=Warmup(total_iters=50))
    t = T[:, None] + np.array([0.0, 3.0, 100.0])
    lr, total = np.array([0.1, 1e-5, 3.0]), np.array([400.0, 390.0, 17.0])
    together = schedule.multiple_at(Times(t, total, lr, lambda: t // 7))
    for run in range(3):
        own = t[:, [run]].copy()
        times = Times(own, total[[run]], lr[[run]], lambda own=own: own // 7)
        assert np.array_equal(schedule.multiple_at(times)[:, 0], together[:, run])


def test_what_is_inside_sees_the_epoch_of_the_whole_run_and_its_alpha():
    schedule = Sequence(stages=(Stage(length=10), Stage(schedule=Expression(formula="lr * 0.5 ** epoch"))))
    times = Times(np.arange(20.0), 20.0, 0.3, lambda: np.arange(20.0) // 4)
    expected = np.where(np.arange(20) < 10, 1.0, 0.5 ** (np.arange(20) // 4))
    np.testing.assert_allclose(schedule.multiple_at(times), expected, rtol=1e-15)


def test_a_length_left_empty_inside_another_schedule_is_what_that_one_leaves():
    cosine = Cosine()
    assert rates(Warmup(total_iters=100, schedule=cosine), [400.0])[0] == pytest.approx(0.0, abs=1e-15)
    halves = Sequence(stages=(Stage(schedule=cosine), Stage(schedule=cosine)))
    np.testing.assert_allclose(rates(halves, [0, 100, 200, 300, 400]), [1.0, 0.5, 1.0, 0.5, 0.0], atol=1e-15)


def test_momentum_is_moved_by_whom_it_concerns_and_nobody_else():
    cycle = OneCycle()
    plain = np.arange(0.0, 100.0)
    sequence = Sequence(stages=(Stage(length=40), Stage(schedule=cycle)))
    found = sequence.momentum(plain, 100.0)
    assert np.isnan(found[:40]).all()
    assert np.array_equal(found[40:], cycle.momentum(plain[:60], 60.0))
    warmup = Warmup(total_iters=40, schedule=cycle).momentum(plain, 100.0)
    assert (warmup[:40] == cycle.max_momentum).all()
    assert np.array_equal(warmup[40:], found[40:])
    for product in (Product(first=cycle), Product(first=Linear(), second=cycle)):
        assert np.array_equal(product.momentum(plain, 100.0), cycle.momentum(plain, 100.0))
    for schedule in (Sequence(), Warmup(), Product()):
        assert not schedule.moves_momentum


def test_two_schedules_that_move_momentum_cannot_be_multiplied():
    with pytest.raises(ValidationError, match="One cycle and Cyclic both move momentum"):
        Product(first=OneCycle(), second=Cyclic(cycle_momentum=True))


def test_what_is_inside_counts_what_the_whole_counts():
    inner = Sequence(stages=(Stage(schedule=Cosine(unit="step")), Stage(schedule=Warmup())))
    whole = Warmup(unit="epoch", schedule=Product(first=inner, second=Constant()))
    assert whole.schedule.first.stages[1].schedule.schedule.unit == "epoch"
    assert whole.schedule.second.unit == "epoch"
    assert Warmup(schedule=Cosine(unit="epoch")).schedule.unit == "step"
    made = parse({"schedule": {"kind": "warmup", "schedule": {"kind": "product"}}})
    assert edit(made, "schedule.unit", "epoch").schedule.schedule.first.unit == "epoch"


@pytest.mark.parametrize(
    "schedule",
    [
        {"kind": "warmup", "schedule": "reduce_on_plateau"},
        {"kind": "warmup", "schedule": {"kind": "greedy", "patience": 3}},
        {"kind": "product", "second": {"kind": "greedy"}},
        {"kind": "sequence", "stages": [{"length": 3}, {"schedule": "greedy"}]},
    ],
    ids=str,
)
def test_a_schedule_that_follows_a_loss_is_refused_inside_another(schedule):
    with pytest.raises(ExperimentError, match="follows a measured loss; inside another schedule there can"):
        parse({"schedule": schedule})
    with pytest.raises(ValidationError, match="On plateau follows a measured loss"):
        Warmup(schedule=Plateau())


def nested(depth):
    """That many schedules inside one another."""
    schedule = {"kind": "constant"}
    for level in range(depth - 1):
        kinds = (
            {"kind": "warmup", "schedule": schedule},
            {"kind": "sequence", "stages": [{"schedule": schedule}]},
            {"kind": "product", "first": "constant", "second": schedule},
        )
        schedule = kinds[level % 3]
    return schedule


@pytest.mark.parametrize("depth", [6, 7, 50, 300])
def test_at_most_five_schedules_are_inside_one_another(depth):
    parse({"schedule": nested(5)})
    with pytest.raises(ExperimentError, match="more than 5 schedules are inside one another") as error:
        parse({"schedule": nested(depth)})
    assert [problem.path for problem in error.value.problems] == ["schedule"]


@pytest.mark.parametrize("kind", ["warmup", "sequence", "product"])
def test_what_is_inside_by_default_counts_as_what_is_written(kind):
    path, made = "schedule", Experiment()
    for _ in range(4):
        made = edit(made, f"{path}.kind", "warmup")
        path += ".schedule"
    with pytest.raises(ExperimentError, match="more than 5 schedules are inside one another"):
        edit(made, f"{path}.kind", kind)


@pytest.mark.parametrize(
    ("edits", "value"),
    [
        ({"schedule.kind": "warmup", "schedule.schedule.kind": "step", "schedule.schedule.gamma": 0.5}, 0.5),
        ({"schedule.kind": "sequence", "schedule.stages.1.schedule.eta_min": 0.25}, 0.25),
        ({"schedule.kind": "sequence", "schedule.stages.0.length": 30}, 30),
        ({"schedule.kind": "product", "schedule.first.max_lr": 7.0}, 7.0),
    ],
)
def test_every_field_inside_can_be_edited_at_its_path_and_written_to_a_file(edits, value):
    made = Experiment()
    for path, entry in edits.items():
        made = edit(made, path, entry)
    assert parse(made.model_dump(mode="json")) == made
    found = made.schedule
    for step in path.split(".")[1:]:
        found = found[int(step)] if step.isdecimal() else getattr(found, step)
    assert found == value


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        ({"kind": "warmup", "schedule": {"kind": "step", "gamma": 2}}, "Factor γ: 2 is too high; it may be"),
        ({"kind": "sequence", "stages": [{"length": 0}]}, "Takes of stage 1: 0 is too low; it must be"),
        ({"kind": "sequence", "stages": []}, "Stage: there is no stage; give at least one"),
        ({"kind": "warmup", "schedule": "cosin"}, r"Then: \"cosin\" is given; .* \(did you mean cosine\?\)"),
    ],
)
def test_what_is_wrong_inside_is_said_as_anywhere_else(schedule, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        parse({"schedule": schedule})


def test_schedules_with_equal_settings_are_equal_and_hash_alike():
    assert Sequence() == Sequence()
    assert hash(Product(first=Warmup())) == hash(Product(first=Warmup()))
    assert len({Warmup(), Warmup(), Warmup(total_iters=3)}) == 2


def test_times_without_epochs_take_one_unit_for_a_pass():
    times = Times(np.arange(3.0), 3.0)
    assert times.epoch() is times.t
    assert replace(times, epochs=lambda: np.ones(3)).epoch().tolist() == [1.0, 1.0, 1.0]


def test_the_words_about_the_time_past_the_plan_are_those_of_what_runs_there():
    assert Warmup().beyond() == Cosine().beyond()
    assert Sequence(stages=(Stage(schedule=Cosine()), Stage())).beyond() == "stays at α"
    words = Product(first=Cyclic(), second=Exponential()).beyond()
    assert words == "multiplies one that goes on in cycles with one that goes on falling"
