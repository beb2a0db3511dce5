"""Every schedule: its shape, and what it makes of a loss."""

import numpy as np
import pytest
from pydantic import ValidationError

from lrviz.engine.parts import kinds, traits
from lrviz.engine.schedules import (
    AnySchedule,
    Constant,
    Cosine,
    Cyclic,
    Exponential,
    Planned,
    Plateau,
    Step,
)

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
    names = ["constant", "step", "exponential", "cosine", "cyclic", "reduce_on_plateau"]
    assert list(kinds(AnySchedule)) == names


@pytest.mark.parametrize("schedule", PLANNED, ids=lambda schedule: schedule.kind)
def test_every_planned_schedule_starts_at_alpha(schedule):
    assert schedule.multiple(times(0.0), 1000.0)[0] == 1.0


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


def test_the_words_about_the_time_past_the_plan_are_true():
    past = np.arange(100.0, 301.0)
    turns = {
        schedule.kind: np.sign(np.diff(schedule.multiple(past, 100.0)))
        for schedule in (Constant(), Step(step_size=30), Exponential(), Cosine(), Cyclic(step_size_up=20))
    }
    assert not turns["constant"].any()
    assert set(turns["step"]) == {-1.0, 0.0}
    assert set(turns["exponential"]) == {-1.0}
    assert (turns["cosine"][:100] > 0).all()
    assert (turns["cosine"][100:] < 0).all()
    assert Cosine().multiple(times(200.0), 100.0)[0] == 1.0
    assert "rises again to α" in Cosine().beyond()
    assert "rises again" not in Cosine(T_max=100).beyond()
    assert {-1.0, 1.0} <= set(turns["cyclic"])


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


@pytest.mark.parametrize(
    ("part", "settings"),
    [
        (Step, {"gamma": 0.0}),
        (Step, {"step_size": 0}),
        (Exponential, {"gamma": 1.01}),
        (Cyclic, {"max_lr": 0.5}),
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
            assert info.title, name
            assert info.description, name
            assert traits(info)["live"], name
