"""Every schedule: its shape, and what it makes of a loss."""

import numpy as np
import pytest
from pydantic import ValidationError

from lrviz.engine.parts import kinds, traits
from lrviz.engine.schedules import (
    AnySchedule,
    Constant,
    Cosine,
    CosineWarmRestarts,
    Cyclic,
    Exponential,
    GreedyLR,
    InverseSqrt,
    MultiStep,
    OneCycle,
    Planned,
    Plateau,
    Points,
    Reactive,
    Step,
    Warmup,
    WarmupStableDecay,
)
from lrviz.experiment import ExperimentError, parse

PLANNED = [part() for part in kinds(AnySchedule).values() if issubclass(part, Planned)]


def times(*values):
    return np.array(values, dtype=np.float64)


def multiples(schedule, losses, lr=1.0):
    """The multiple of α after each of these losses (checks,) or (checks, n)."""
    losses = np.asarray(losses, dtype=np.float64).reshape(len(losses), -1)
    runs = losses.shape[1]
    memory = {name: np.full(runs, value) for name, value in schedule.start().items()}
    seen = []
    for loss in losses:
        schedule.observe(memory, loss, np.full(runs, lr))
        seen.append(memory["multiple"].copy())
    return np.array(seen)


def test_the_names_in_files_are_these():
    assert list(kinds(AnySchedule)) == [
        "constant",
        "step",
        "multi_step",
        "exponential",
        "cosine",
        "cosine_warm_restarts",
        "cyclic",
        "one_cycle",
        "linear",
        "linear_to_zero",
        "polynomial",
        "inverse_time",
        "inverse_sqrt",
        "noam",
        "rex",
        "flat_cosine",
        "warmup_stable_decay",
        "points",
        "expression",
        "warmup",
        "sequence",
        "product",
        "reduce_on_plateau",
        "greedy",
    ]


FIRST = {
    "one_cycle": 1 / 25,
    "inverse_sqrt": 0.0,
    "noam": 1 / 500,
    "warmup_stable_decay": 0.0,
    "warmup": 0.01,
}
"""The first rates of those that warm up, as multiples of α."""


@pytest.mark.parametrize("schedule", PLANNED, ids=lambda schedule: schedule.kind)
def test_every_planned_schedule_starts_at_alpha_or_where_its_warmup_does(schedule):
    assert schedule.multiple(times(0.0), 1000.0)[0] == pytest.approx(FIRST.get(schedule.kind, 1.0), rel=1e-15)


@pytest.mark.parametrize("schedule", PLANNED, ids=lambda schedule: schedule.kind)
def test_every_planned_schedule_has_its_highest_rate_where_alpha_says_and_none_is_negative(schedule):
    rates = schedule.multiple(np.arange(0.0, 20_000.0), 6000.0)
    assert np.isfinite(rates).all()
    assert (rates >= 0.0).all()
    assert rates.max() == pytest.approx(3.0 if schedule.kind in ("cyclic", "product") else 1.0, rel=0.2)


@pytest.mark.parametrize("schedule", PLANNED, ids=lambda schedule: schedule.kind)
def test_a_planned_length_of_one_is_bearable(schedule):
    rates = schedule.multiple(np.arange(0.0, 5.0), 1.0)
    assert np.isfinite(rates).all()
    assert (rates >= 0.0).all()


@pytest.mark.parametrize("schedule", PLANNED, ids=lambda schedule: schedule.kind)
def test_runs_with_planned_lengths_of_their_own_get_the_bits_they_get_alone(schedule):
    t, total = np.arange(0.0, 300.0)[:, None] * np.ones(4), np.array([1.0, 17.0, 100.0, 5000.0])
    together = schedule.multiple(t, total)
    assert together.shape == t.shape
    for run in range(4):
        alone = schedule.multiple(t[:, [run]].copy(), total[[run]])
        assert np.array_equal(alone[:, 0], together[:, run])
        assert np.array_equal(schedule.multiple(t[:, run].copy(), float(total[run])), together[:, run])


@pytest.mark.parametrize("schedule", PLANNED, ids=lambda schedule: schedule.kind)
def test_a_time_has_one_rate_whatever_is_asked_beside_it(schedule):
    t = np.arange(0.0, 120.0)[:, None] * np.ones(3)
    table = schedule.multiple(t, 100.0)
    assert table.shape == t.shape
    for k in range(len(t)):
        assert np.array_equal(schedule.multiple(t[k : k + 1, :1], 100.0)[0], table[k, :1])


@pytest.mark.parametrize("part", [Exponential, Step])
def test_no_factor_changes_its_bits_with_what_is_asked_beside_it(part):
    for gamma in np.random.default_rng(0).uniform(0.1, 1.0, size=300):
        schedule = part(gamma=gamma) if part is Exponential else part(gamma=gamma, step_size=1)
        table = schedule.multiple(np.arange(0.0, 5.0)[:, None] * np.ones(3), 5.0)
        alone = [schedule.multiple(np.full((1, 1), float(k)), 5.0)[0, 0] for k in range(5)]
        assert alone == table[:, 1].tolist()


def test_constant_stays_at_alpha():
    assert np.array_equal(Constant().multiple(np.arange(5.0), 5.0), np.ones(5))


def test_step_drops_exactly_at_multiples_of_its_size():
    rates = Step(step_size=10, gamma=0.5).multiple(times(0, 9, 10, 19, 20, 35), 100.0)
    np.testing.assert_allclose(rates, [1.0, 1.0, 0.5, 0.5, 0.25, 0.125], rtol=1e-15)


def test_exponential_with_the_default_factor_halves_alpha_in_693_steps():
    np.testing.assert_allclose(Exponential().multiple(times(692.8), 1.0), 0.5, rtol=1e-4)


def test_cosine_ends_at_its_lowest_rate_and_an_empty_length_is_the_plan():
    schedule = Cosine(eta_min=0.2)
    np.testing.assert_allclose(schedule.multiple(times(0, 50, 100), 100.0), [1.0, 0.6, 0.2], rtol=1e-15)
    given = Cosine(eta_min=0.2, T_max=50).multiple(times(50), 100.0)
    np.testing.assert_allclose(given, 0.2, rtol=1e-15)


def test_cyclic_is_a_triangle_between_alpha_and_its_highest_rate():
    schedule = Cyclic(max_lr=5.0, step_size_up=4, step_size_down=2)
    rates = schedule.multiple(times(0, 1, 2, 3, 4, 5, 6, 7, 10), 100.0)
    np.testing.assert_allclose(rates, [1, 2, 3, 4, 5, 3, 1, 2, 5], rtol=1e-15)
    even = Cyclic(max_lr=5.0, step_size_up=4).multiple(times(4, 6, 8), 100.0)
    np.testing.assert_allclose(even, [5, 3, 1], rtol=1e-15)


def test_cyclic_goes_to_three_times_alpha_unless_told_otherwise():
    schedule = Cyclic()
    rates = schedule.multiple(np.arange(1000.0), 1000.0)
    assert (rates.min(), rates.max()) == (1.0, 3.0)


@pytest.mark.parametrize("part", kinds(AnySchedule).values())
def test_every_schedule_says_in_words_what_it_does_past_the_plan(part):
    words = part().beyond()
    assert words
    assert not words.endswith(".")


GOES = {
    "stays": {0.0},
    "rises again": {-1.0, 1.0},
    "goes on falling": {-1.0},
    "goes on dropping": {-1.0, 0.0},
    "goes on in cycles": {-1.0, 1.0},
    "goes on restarting": {-1.0, 1.0},
    "drops at the milestones": {-1.0, 0.0},
    "goes on to its last point": {-1.0, 0.0},
    "goes on as its formula": {-1.0},
    "multiplies": {-1.0, 1.0},
}
"""What the words say about where α goes."""


@pytest.mark.parametrize("schedule", PLANNED, ids=lambda schedule: schedule.kind)
def test_the_words_about_the_time_past_the_plan_are_true(schedule):
    rates = schedule.multiple(np.arange(2000.0, 8001.0), 2000.0)
    (found,) = [signs for words, signs in GOES.items() if schedule.beyond().startswith(words)]
    assert set(np.sign(np.diff(rates))) == found


def test_a_cosine_over_the_plan_is_back_at_alpha_after_another_one():
    past = Cosine().multiple(np.arange(100.0, 301.0), 100.0)
    assert (np.diff(past)[:100] > 0).all()
    assert (np.diff(past)[100:] < 0).all()
    assert past[100] == 1.0
    assert "rises again to α" in Cosine().beyond()
    assert "rises again" not in Cosine(T_max=100).beyond()


def test_milestones_drop_at_their_times_in_any_order_and_twice_where_given_twice():
    schedule = MultiStep(milestones=(30, 10, 30), gamma=0.5)
    assert schedule.multiple(times(0, 9, 10, 29, 30, 99), 1.0).tolist() == [1, 1, 0.5, 0.5, 0.125, 0.125]
    assert MultiStep(milestones=()).multiple(times(5), 1.0)[0] == 1.0


def test_restarts_come_at_the_right_step_however_late():
    schedule = CosineWarmRestarts(T_0=3, T_mult=3)
    for cycle in range(18):
        begin = 3.0 * (3**cycle - 1) / 2
        assert schedule.multiple(times(begin), 1.0)[0] == 1.0
        assert schedule.multiple(times(begin + 3.0 * 3**cycle - 1.0), 1.0)[0] < 0.3


def test_one_cycle_reaches_alpha_at_the_end_of_its_rise_and_ends_at_its_last_step():
    schedule = OneCycle(div_factor=10.0, final_div_factor=10.0)
    rates, momentum = schedule.multiple(np.arange(100.0), 100.0), schedule.momentum(np.arange(100.0), 100.0)
    assert (rates.argmax(), rates.argmin()) == (29, 99)
    assert rates[[0, 29, 99]] == pytest.approx([0.1, 1.0, 0.01], rel=1e-14)
    assert momentum[[0, 29, 99]] == pytest.approx([0.95, 0.85, 0.95], rel=1e-14)
    three = OneCycle(three_phase=True, div_factor=10.0).multiple(np.arange(100.0), 100.0)
    assert three[58] == pytest.approx(0.1, rel=1e-14)


@pytest.mark.parametrize("settings", [{"pct_start": 1.0}, {"pct_start": 0.0}, {"three_phase": True}])
@pytest.mark.parametrize("total", [1.0, 2.0, 10.0])
def test_one_cycle_bears_phases_without_length_where_pytorch_divides_by_zero(settings, total):
    rates = OneCycle(**settings).multiple(np.arange(12.0), total)
    assert np.isfinite(rates).all()
    assert (rates[int(total) - 1 :] == rates[-1]).all()


@pytest.mark.parametrize(("mode", "peaks"), [("triangular2", [2.0, 1.5, 1.25]), ("exp_range", None)])
def test_cyclic_peaks_halve_or_decay(mode, peaks):
    schedule = Cyclic(max_lr=3.0, step_size_up=10, mode=mode, gamma=0.9, cycle_momentum=True)
    at_peaks = times(10, 30, 50)
    expected = 1.0 + 2.0 * (0.9**at_peaks if peaks is None else np.array([1.0, 0.5, 0.25]))
    np.testing.assert_allclose(schedule.multiple(at_peaks, 1.0), expected, rtol=1e-14)
    np.testing.assert_allclose(schedule.momentum(at_peaks, 1.0), 0.9 - 0.05 * (expected - 1.0), rtol=1e-14)


def test_a_cooldown_that_does_not_fit_follows_the_warmup():
    schedule = WarmupStableDecay(num_warmup_steps=80, num_decay_steps=40, decay_type="linear")
    rates = schedule.multiple(times(40, 80, 100, 120, 500), 100.0)
    np.testing.assert_allclose(rates, [0.5, 1.0, 0.5, 0.0, 0.0], atol=1e-15)


def test_inverse_root_joins_its_warmup_without_a_jump():
    for warmup in ("linear", "constant"):
        schedule = InverseSqrt(warmup_updates=100, warmup=warmup)
        np.testing.assert_allclose(schedule.multiple(times(99.999, 100, 100.001), 1.0), 1.0, atol=2e-5)


def test_points_are_met_and_what_lies_outside_them_stays():
    for interpolation, middle in (("linear", 0.55), ("log", 0.1**0.5)):
        schedule = Points(points=((10, 1.0), (20, 0.1)), interpolation=interpolation)
        rates = schedule.multiple(times(0, 10, 15, 20, 99), 1.0)
        np.testing.assert_allclose(rates, [1.0, 1.0, middle, 0.1, 0.1], rtol=1e-14)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([], "there is no point; give at least one, such as 0:1"),
        ([[5, 1], [3, 1]], "time 3 comes after 5; times must ascend"),
        ([[5, 1], [5, 0.5]], "time 5 comes after 5; times must ascend"),
        ([[0, 1], [9, 0]], "the point at 9 is 0, which is nowhere on a log axis"),
        ([[0, -1]], "-1 is too low; it must be at least 0"),
        ([[-1, 1]], "-1 is too low; it must be at least 0"),
        ([[0, 1]] * 201, "201 entries are given; there may be at most 200"),
        ([[0]], "value is missing"),
    ],
)
def test_points_that_make_no_curve_are_refused_with_a_sentence(points, reason):
    with pytest.raises(ExperimentError, match=reason) as error:
        parse({"schedule": {"kind": "points", "interpolation": "log", "points": points}})
    assert error.value.problems[0].path.startswith("schedule.points")


def test_plateau_waits_for_more_than_patience_bad_checks():
    rates = multiples(Plateau(patience=2, factor=0.5), [1.0, 1.0, 1.0, 1.0, 1.0])
    assert rates[:, 0].tolist() == [1.0, 1.0, 1.0, 0.5, 0.5]


def test_plateau_takes_nan_for_a_bad_check():
    rates = multiples(Plateau(patience=1, factor=0.5), [1.0, np.nan, np.nan, 0.5, np.nan])
    assert rates[:, 0].tolist() == [1.0, 1.0, 0.5, 0.5, 0.5]


def test_plateau_forgets_bad_checks_when_the_loss_improves():
    rates = multiples(Plateau(patience=1, factor=0.5), [1.0, 1.0, 0.9, 0.9, 0.8, 0.8])
    assert (rates == 1.0).all()


def test_plateau_does_not_count_while_it_cools_down():
    rates = multiples(Plateau(patience=0, cooldown=2, factor=0.5), [1.0, 1.0, 1.0, 1.0, 1.0])
    assert rates[:, 0].tolist() == [1.0, 0.5, 0.5, 0.5, 0.25]


def test_plateau_stops_at_its_lowest_rate():
    rates = multiples(Plateau(patience=0, factor=0.1, min_lr=0.03), [1.0] * 5)
    np.testing.assert_allclose(rates[:, 0], [1.0, 0.1, 0.03, 0.03, 0.03], rtol=1e-15)


def test_plateau_measures_the_smallest_drop_on_the_rate_and_not_on_its_multiple():
    schedule = Plateau(patience=0, factor=0.5, eps=1e-3)
    assert multiples(schedule, [1.0] * 3, lr=1.0)[-1, 0] == 0.25
    assert multiples(schedule, [1.0] * 3, lr=1e-3)[-1, 0] == 1.0


@pytest.mark.parametrize(("mode", "drops"), [("rel", True), ("abs", False)])
def test_plateau_reads_its_threshold_as_a_share_or_as_a_difference(mode, drops):
    rates = multiples(
        Plateau(patience=0, factor=0.5, threshold=0.1, threshold_mode=mode), [10.0, 9.5], lr=1.0
    )
    assert (rates[-1, 0] < 1.0) == drops


def test_plateau_drives_each_run_by_its_own_loss():
    random = np.random.default_rng(3)
    losses = random.normal(1.0, 0.1, size=(200, 4)) * np.exp(
        -np.outer(np.arange(200), [0.0, 0.01, 0.03, 0.1])
    )
    losses[random.random(losses.shape) < 0.05] = np.nan
    schedule = Plateau(patience=3, factor=0.7, cooldown=2, min_lr=0.01)
    together = multiples(schedule, losses)
    assert len(np.unique(together[-1])) > 1
    for run in range(4):
        assert np.array_equal(multiples(schedule, losses[:, run])[:, 0], together[:, run])


def test_plateau_raises_the_rate_again_after_a_drop_that_brought_nothing_for_long():
    schedule = Plateau(patience=3, factor=0.1, rebound_patience=1, rebound_factor=4.0)
    rates = multiples(schedule, [1.0] * 9)[:, 0]
    np.testing.assert_allclose(rates, [1, 1, 1, 1, 0.1, 0.1, 0.4, 0.4, 1.0], rtol=1e-15)


def test_a_rebound_goes_no_higher_than_told_and_is_followed_by_drops_as_before():
    schedule = Plateau(patience=1, factor=0.1, rebound_patience=0, rebound_factor=100.0, max_lr=0.5)
    rates = multiples(schedule, [1.0] * 8)[:, 0]
    np.testing.assert_allclose(rates, [1, 1, 0.1, 0.5, 0.5, 0.05, 0.5, 0.5], rtol=1e-15)


def test_a_rebound_waits_for_a_drop_for_the_cooldown_and_for_every_improvement():
    never = Plateau(patience=50, rebound_patience=0, max_lr=10.0)
    assert (multiples(never, [1.0] * 20) == 1.0).all()
    cooling = Plateau(patience=1, factor=0.5, cooldown=3, rebound_patience=0)
    assert multiples(cooling, [1.0] * 7)[:, 0].tolist() == [1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 1.0]
    improving = Plateau(patience=2, factor=0.5, rebound_patience=1)
    losses = [1.0, 1.0, 1.0, 1.0, 1.0, 0.9, 0.9, 0.9]
    assert multiples(improving, losses)[:, 0].tolist() == [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 1.0]


def test_a_rebound_patience_above_the_patience_waits_until_no_drop_is_left():
    schedule = Plateau(patience=1, factor=0.1, min_lr=0.01, rebound_patience=5, rebound_factor=50.0)
    rates = multiples(schedule, [1.0] * 16)[:, 0]
    np.testing.assert_allclose(
        rates[:11], [1, 1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.5], rtol=1e-14
    )


def test_greedy_raises_the_rate_while_the_loss_improves_and_lowers_it_while_not():
    schedule = GreedyLR(factor=0.5, patience=1, max_lr=4.0, min_lr=0.25)
    falling = multiples(schedule, np.linspace(1.0, 0.1, 9))[:, 0]
    assert falling.tolist() == [1.0, 2.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    stalled = multiples(schedule, [1.0] * 9)[:, 0]
    assert stalled.tolist() == [1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25]
    assert multiples(schedule, [np.nan] * 3)[:, 0].tolist() == [1.0, 0.5, 0.5]


@pytest.mark.parametrize(
    "schedule",
    [
        GreedyLR(patience=1, factor=0.7, cooldown=2, warmup=1, reset_start=2, min_lr=0.2),
        Plateau(patience=1, factor=0.5, cooldown=1, rebound_patience=3, min_lr=0.05),
    ],
    ids=lambda schedule: schedule.kind,
)
def test_every_reactive_schedule_drives_each_run_by_its_own_loss(schedule):
    random = np.random.default_rng(5)
    losses = random.normal(1.0, 0.05, size=(300, 5)) - np.outer(np.arange(300), [0.0, 1e-4, 1e-3, 2e-3, 3e-3])
    losses[random.random(losses.shape) < 0.05] = np.nan
    together = multiples(schedule, losses)
    assert all(len(np.unique(column)) > 2 for column in together.T)
    for run in range(5):
        assert np.array_equal(multiples(schedule, losses[:, run])[:, 0], together[:, run])


@pytest.mark.parametrize(
    ("part", "settings"),
    [
        (Step, {"gamma": 0.0}),
        (Step, {"step_size": 0}),
        (Exponential, {"gamma": 1.01}),
        (Cyclic, {"max_lr": 0.5}),
        (Cyclic, {"mode": "square"}),
        (OneCycle, {"pct_start": 1.5}),
        (OneCycle, {"div_factor": 0.5}),
        (MultiStep, {"milestones": (3, -1)}),
        (CosineWarmRestarts, {"T_mult": 0}),
        (Warmup, {"start_factor": 0.0}),
        (GreedyLR, {"factor": 1.0}),
        (Plateau, {"rebound_factor": 1.0}),
        (Plateau, {"factor": 1.0}),
        (Plateau, {"monitor": "luck"}),
        (Plateau, {"unit": "step"}),
    ],
)
def test_settings_out_of_range_or_unknown_are_refused(part, settings):
    with pytest.raises(ValidationError, match=next(iter(settings))):
        part(**settings)


@pytest.mark.parametrize("part", kinds(AnySchedule).values())
def test_every_field_explains_itself_and_can_be_edited_live(part):
    for name, info in part.model_fields.items():
        if name != "kind":
            assert 0 < len(info.title) <= 16, name
            assert info.description, name
            assert traits(info)["live"], name


def test_every_schedule_has_a_title_and_a_summary_of_its_own():
    parts = kinds(AnySchedule).values()
    for texts in ([part.title for part in parts], [part.summary for part in parts]):
        assert len(set(texts)) == len(texts)
    for part in parts:
        assert part.summary.endswith(".")
        assert issubclass(part, (Planned, Reactive))
        assert "unit" in part.model_fields or issubclass(part, Reactive)
