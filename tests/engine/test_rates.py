"""The rates of R runs, against each schedule evaluated directly."""

import numpy as np
import pytest

from lrviz.engine.parts import kinds
from lrviz.engine.rates import Rates
from lrviz.engine.schedules import (
    AnySchedule,
    Constant,
    Cosine,
    Cyclic,
    Exponential,
    Expression,
    GreedyLR,
    OneCycle,
    Planned,
    Plateau,
    Product,
    Sequence,
    Stage,
    Step,
    Times,
    Warmup,
)

STEPS, BATCH, EXAMPLES = 500, 7, 30
EPOCHS = 117.0
"""500 steps of 7 are 116.7 passes over 30 examples."""
SCHEDULES = [
    Constant(),
    Step(step_size=20, gamma=0.5),
    Step(step_size=3, gamma=0.9, unit="epoch"),
    Exponential(gamma=0.99),
    Exponential(gamma=0.8, unit="epoch"),
    Cosine(),
    Cosine(unit="epoch", eta_min=0.1),
    Cosine(T_max=60),
    Cyclic(max_lr=5.0, step_size_up=9),
    Cyclic(max_lr=5.0, step_size_up=9, unit="epoch"),
    Expression(formula="lr / (1 + t / T) * 0.9 ** epoch + 1e-4 * sin(t)"),
    Expression(formula="lr * exp(-t / 10) + 1e-6 * (t == epoch)", unit="epoch"),
    Warmup(total_iters=60, schedule=Expression(formula="lr * 0.99 ** (t + epoch)")),
    Warmup(total_iters=5, unit="epoch", schedule=Sequence()),
    Sequence(stages=(Stage(length=70), Stage(schedule=Cyclic()), Stage(schedule=Cosine()))),
    Product(),
    *(
        part(unit=unit)
        for part in kinds(AnySchedule).values()
        if issubclass(part, Planned)
        for unit in ("step", "epoch")
    ),
]
CYCLING = [
    OneCycle(),
    OneCycle(unit="epoch", anneal_strategy="linear"),
    Cyclic(cycle_momentum=True, step_size_up=9),
    Warmup(schedule=OneCycle()),
    Sequence(stages=(Stage(), Stage(schedule=OneCycle()))),
]
each = pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)


def directly(schedule, lr, step):
    """α before update number step + 1, for a run that always had the same batch size."""
    return lr * schedule.multiple_at(times(schedule, lr, step))[0]


def times(schedule, lr, step):
    """When update number step + 1 happens."""
    epoch = np.array([float(step * BATCH // EXAMPLES)])
    if schedule.unit == "step":
        return Times(np.array([float(step)]), float(STEPS), lr, lambda: epoch)
    return Times(epoch, EPOCHS, lr, lambda: epoch)


def rates_of(schedules, lr):
    return Rates(schedules, np.asarray(lr, dtype=np.float64), STEPS, BATCH, EXAMPLES)


def table(rates, steps, length, memory=None):
    """The next `length` rates of runs that have done `steps` (R,) steps."""
    steps = np.asarray(steps, dtype=np.int64)
    out = np.full((length, len(steps)), np.nan)
    rates.fill(steps, steps * BATCH, rates.start() if memory is None else memory, out)
    return out


@each
@pytest.mark.parametrize("runs", [1, 3])
def test_each_rate_is_alpha_times_the_schedule_at_its_step(schedule, runs):
    lr = [0.1, 0.003, 1e-5][:runs]
    steps = [0, 40, 333][:runs]
    found = table(rates_of([schedule] * runs, lr), steps, 40)
    for row in range(runs):
        expected = [directly(schedule, lr[row], steps[row] + k) for k in range(40)]
        np.testing.assert_allclose(found[:, row], expected, rtol=1e-15, atol=1e-15 * lr[row])


def test_runs_with_different_schedules_get_the_bits_they_get_alone():
    schedules = [*SCHEDULES, *SCHEDULES[:4], Plateau(), GreedyLR()]
    lr = np.geomspace(1e-4, 1.0, len(schedules))
    steps = np.arange(len(schedules)) * 13
    together = table(rates_of(schedules, lr), steps, 32)
    for row, schedule in enumerate(schedules):
        alone = table(rates_of([schedule], lr[[row]]), steps[[row]], 32)
        np.testing.assert_array_equal(together[:, row], alone[:, 0])


@each
def test_the_bits_do_not_depend_on_how_many_steps_are_tabulated_at_once(schedule):
    rates = rates_of([schedule] * 2, [0.1, 0.02])
    whole = table(rates, [5, 90], 40)
    start = 0
    for length in (1, 2, 3, 5, 8, 13, 8):
        np.testing.assert_array_equal(
            table(rates, [5 + start, 90 + start], length), whole[start : start + length]
        )
        start += length


def test_epochs_are_passes_over_the_examples_whatever_the_batches_were():
    schedule = Exponential(gamma=0.5, unit="epoch")
    out = np.empty((4, 1))
    # 58 examples were seen in batches of another size; 65 and 72 lie in the third pass, 79 too.
    rates_of([schedule], [1.0]).fill(np.array([3]), np.array([58]), {}, out)
    assert out[:, 0].tolist() == [0.5, 0.25, 0.25, 0.25]


def test_the_planned_length_in_epochs_is_rounded_up():
    for steps, epochs in ((500, EPOCHS), (60, 14.0), (1, 1.0)):
        start = np.zeros(1, dtype=np.int64)
        assert Rates([Constant()], np.ones(1), steps, 7, 30).planned_epochs(start, start) == [epochs]


def test_the_planned_length_in_epochs_counts_the_examples_that_were_seen_and_those_to_come():
    rates = rates_of([Constant()] * 3, np.ones(3))
    found = rates.planned_epochs(np.array([0, 400, 700]), np.array([0, 400, 5]))
    # 500 · 7 examples; 400 and 100 · 7; far past the end there is still an epoch.
    assert found.tolist() == [EPOCHS, np.ceil(1100 / 30), 1.0]


@pytest.mark.parametrize("batch", [1, 7, 30])
def test_a_batch_size_edited_half_way_lets_an_epoch_cosine_go_on_and_end_at_its_end(batch):
    schedule = Cosine(unit="epoch")
    after = np.empty((250, 1))
    edited = Rates([schedule], np.ones(1), STEPS, batch, EXAMPLES)
    edited.fill(np.array([250]), np.array([250 * BATCH]), {}, after)
    total = np.ceil((250 * BATCH + 250 * batch) / EXAMPLES)
    assert after[0, 0] == pytest.approx(schedule.multiple(np.array(250 * BATCH // EXAMPLES), total))
    last = (250 * BATCH + 249 * batch) // EXAMPLES
    assert after[-1, 0] == pytest.approx(schedule.multiple(np.array(last), total))
    assert after[-1, 0] < 2e-3
    assert (np.diff(after[:, 0]) <= 0.0).all()


def test_a_cosine_over_all_epochs_has_fallen_at_the_planned_end():
    rates = rates_of([Cosine(unit="epoch")], [1.0])
    fell = table(rates, [0], STEPS)[:, 0]
    assert fell[0] == 1.0
    assert (np.diff(fell) <= 0.0).all()
    assert fell[-1] == pytest.approx(directly(Cosine(unit="epoch"), 1.0, STEPS - 1))
    assert fell[-1] < 1e-3


def test_equal_schedules_are_asked_once_however_many_runs(monkeypatch):
    asked = []
    original = Expression.multiple_at
    monkeypatch.setattr(
        Expression, "multiple_at", lambda self, t: asked.append(t.t.shape) or original(self, t)
    )
    schedules = [Warmup(schedule=Expression(formula="lr / (1 + t)")) for _ in range(64)]
    table(rates_of(schedules, np.geomspace(1e-3, 1.0, 64)), [0] * 64, 10)
    assert asked == [(10, 64)]


@pytest.mark.parametrize("schedule", CYCLING, ids=repr)
def test_each_momentum_is_the_schedules_at_its_step(schedule):
    steps = np.array([0, 40, 333])
    rates = rates_of([schedule, Constant(), schedule], [0.1, 0.2, 0.3])
    table(rates, steps, 40)
    out = np.empty((40, 3))
    rates.fill_momentum(steps, steps * BATCH, out)
    assert np.isnan(out[:, 1]).all()
    for row in (0, 2):
        expected = [schedule.momentum_at(times(schedule, 0.1, steps[row] + k))[0] for k in range(40)]
        np.testing.assert_array_equal(out[:, row], expected)


def test_rates_driven_by_a_loss_follow_each_runs_own_losses():
    schedules = [
        Plateau(patience=1, factor=0.5),
        Constant(),
        Plateau(patience=0),
        Plateau(patience=1, factor=0.5),
    ]
    lr = np.array([0.1, 0.2, 0.3, 0.4])
    rates = rates_of(schedules, lr)
    memory = rates.start()
    alone = [
        {name: np.array([value]) for name, value in s.start().items()} for s in schedules if s != Constant()
    ]
    random = np.random.default_rng(2)
    for check in range(30):
        losses = random.normal(size=4)
        rates.observe(memory, {"test loss": losses})
        for row, own in zip((0, 2, 3), alone, strict=True):
            schedules[row].observe(own, losses[[row]], lr[[row]])
        found = table(rates, [check] * 4, 3, memory)
        expected = lr * np.array(
            [alone[0]["multiple"][0], 1.0, alone[1]["multiple"][0], alone[2]["multiple"][0]]
        )
        np.testing.assert_array_equal(found, np.tile(expected, (3, 1)))
    assert (expected[[0, 2, 3]] < lr[[0, 2, 3]]).all()


def test_each_reactive_schedule_reads_its_own_monitor():
    schedules = [Plateau(patience=0, factor=0.5, monitor=name) for name in ("test loss", "training loss")]
    rates = rates_of(schedules, [1.0, 1.0])
    memory = rates.start()
    for test, training in ((1.0, 1.0), (2.0, 0.5)):
        rates.observe(memory, {"test loss": np.full(2, test), "training loss": np.full(2, training)})
    assert memory["multiple"].tolist() == [0.5, 1.0]


def test_schedules_known_ahead_have_no_memory():
    assert rates_of(SCHEDULES, np.ones(len(SCHEDULES))).start() == {}


def test_the_rates_of_a_block_are_those_of_the_chosen_rows(block):
    chosen = Rates.of(block((0.1, 0.2, 0.3), training={"batch_size": 1000, "steps": 50}), np.array([2, 0]))
    assert chosen.lr.tolist() == [0.3, 0.1]
    # A batch is never more than all the examples, so 50 steps are 50 epochs.
    start = np.zeros(2, dtype=np.int64)
    assert chosen.planned_epochs(start, start).tolist() == [50.0, 50.0]
