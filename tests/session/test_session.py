import sys
import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest

from lrviz.experiment import edit, parse
from lrviz.session import core as core_module
from lrviz.session.core import Core, replay
from lrviz.session.pace import TABULATED, Pace
from lrviz.session.session import Session
from lrviz.session.snapshot import Status

LONG = 60.0
"""Seconds after which a wait has failed; none of them is expected to last."""
NEVER = 1_000_000_000


def small(**changes):
    data = {
        "data": {"dataset": {"kind": "moons", "samples": 60}},
        "network": {"hidden": [{"units": 4, "activation": "tanh"}]},
        "optimizer": "sgd",
        "training": {"batch_size": 8, "steps": NEVER, "eval_every": 5},
        "lr": 0.05,
    }
    experiment = parse(data)
    for path, value in changes.items():
        experiment = edit(experiment, path.replace("__", "."), value)
    return experiment


def wait_until(session, holds):
    """The first snapshot for which `holds`."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        snapshot = session.snapshot(wait=LONG)
        if holds(snapshot):
            return snapshot
    raise AssertionError(f"Waited in vain; the last snapshot was at step {snapshot.step}, {snapshot.status}.")


def rested(session):
    """The snapshot once nothing is left to be done."""
    return wait_until(session, lambda snapshot: snapshot.status is not Status.RUNNING)


@contextmanager
def at_once(session):
    """Verbs called inside are taken one after the other, with no step between them."""
    with session.hold():
        yield


@pytest.fixture
def session():
    with Session(small()) as session:
        yield session


def test_a_new_session_is_paused_at_step_0(session):
    snapshot = session.snapshot()
    assert (snapshot.step, snapshot.status, snapshot.speed) == (0, Status.PAUSED, 0.0)


def test_play_trains_until_pause(session):
    session.play()
    running = wait_until(session, lambda snapshot: snapshot.step > 200)
    assert running.status is Status.RUNNING
    assert running.speed > 0.0
    session.pause()
    paused = rested(session)
    assert (paused.status, paused.speed) == (Status.PAUSED, 0.0)
    assert paused.step >= running.step
    assert session.snapshot(wait=LONG) is paused


def test_step_does_exactly_so_many_steps(session):
    session.step()
    assert rested(session).step == 1
    session.step(100)
    session.step(23)
    assert rested(session).step == 124


def test_training_in_the_background_gives_the_bits_of_training_in_the_foreground(session):
    core = Core(small())
    core.advance(500)
    session.step(500)
    np.testing.assert_array_equal(rested(session).model.params, core.snapshot().model.params)


def test_what_happened_under_edits_while_running_can_be_replayed(session):
    session.play()
    for lr in (0.1, 0.2, 0.01):
        seen = session.snapshot(wait=LONG).step
        session.apply(small(lr=lr))
        wait_until(session, lambda snapshot, seen=seen: snapshot.step > seen + 50)
    session.pause()
    snapshot = rested(session)
    assert [mark.value for mark in snapshot.edits] == [0.1, 0.2, 0.01][-len(snapshot.edits) :]
    again = replay(session._core.start, snapshot.edits, snapshot.step)
    np.testing.assert_array_equal(again.snapshot().model.params, snapshot.model.params)


def test_pause_step_play_ends_running(session):
    with at_once(session):
        session.pause()
        session.step()
        session.play()
    assert wait_until(session, lambda snapshot: snapshot.step > 50).status is Status.RUNNING


def test_play_step_pauses_after_the_step(session):
    with at_once(session):
        session.play()
        session.step(3)
    snapshot = rested(session)
    assert (snapshot.step, snapshot.status) == (3, Status.PAUSED)


def test_play_pause_in_quick_succession_stays_paused(session):
    with at_once(session):
        for _ in range(50):
            session.play()
            session.pause()
    snapshot = rested(session)
    assert (snapshot.step, snapshot.status) == (0, Status.PAUSED)


def test_pause_drops_steps_that_are_still_owed(session):
    with at_once(session):
        session.step(NEVER)
        session.pause()
    assert rested(session).step == 0


def test_reset_drops_the_steps_owed_before_it_and_not_those_after_it(session):
    with at_once(session):
        session.step(NEVER)
        session.reset()
        session.step(5)
    snapshot = rested(session)
    assert (snapshot.generation, snapshot.step) == (1, 5)


def test_reset_and_a_rebuild_go_on_playing(session):
    session.play()
    wait_until(session, lambda snapshot: snapshot.step > 20)
    session.reset()
    wait_until(session, lambda snapshot: snapshot.generation == 1 and snapshot.step > 20)
    session.apply(small(optimizer="adam"))
    snapshot = wait_until(session, lambda snapshot: snapshot.generation == 2 and snapshot.step > 20)
    assert snapshot.status is Status.RUNNING
    assert snapshot.ghost["training loss"].samples > 1


def test_verbs_are_obeyed_while_paused(session):
    session.apply(small(lr=0.2))
    session.watch(["weight norm"])
    snapshot = rested(session)
    assert snapshot.experiment.lr == 0.2
    assert snapshot.series["weight norm"].latest()[0] == 0


def test_of_several_edits_that_wait_only_the_newest_is_applied(session, monkeypatch):
    applied = []
    apply = session._core.apply
    monkeypatch.setattr(
        session._core, "apply", lambda experiment: (applied.append(experiment.lr), apply(experiment))
    )
    with at_once(session):
        for lr in (0.1, 0.2, 0.3):
            session.apply(small(lr=lr))
    assert rested(session).experiment.lr == 0.3
    assert applied == [0.3]


def test_edits_with_a_step_between_them_are_all_applied(session):
    session.step()
    rested(session)
    with at_once(session):
        session.apply(small(network__hidden=[]))
        session.step(2)
        session.apply(small(network__hidden=[], lr=0.3))
    snapshot = rested(session)
    assert (snapshot.generation, snapshot.step, snapshot.experiment.lr) == (1, 2, 0.3)


def test_training_finishes_at_the_planned_step_and_play_and_step_go_past_it():
    with Session(small(training__steps=40)) as session:
        session.play()
        snapshot = rested(session)
        assert (snapshot.step, snapshot.status, snapshot.speed) == (40, Status.FINISHED, 0.0)
        session.step(2)
        snapshot = rested(session)
        assert (snapshot.step, snapshot.status) == (42, Status.PAUSED)
        session.play()
        wait_until(session, lambda snapshot: snapshot.step > 100)


def test_a_run_that_diverges_ends_and_play_does_not_revive_it():
    experiment = parse(
        {"data": {"dataset": "sine"}, "network": {"hidden": [{"units": 4, "activation": "relu"}]}, "lr": 100}
    )
    with Session(experiment) as session:
        for _ in range(2):
            session.play()
            snapshot = rested(session)
            assert snapshot.status is Status.DIVERGED
            assert snapshot.step == snapshot.diverged_at - 1


def test_held_training_does_not_move_and_goes_on_afterwards(session):
    session.play()
    wait_until(session, lambda snapshot: snapshot.step > 20)
    with session.hold(), session.hold():
        # The chunk under way when the gate closed may still end.
        session.apply(small(lr=0.3))
        time.sleep(0.02)
        step = session._core.step
        time.sleep(0.02)
        assert session._core.step == step
        assert session._core.experiment.lr == 0.05
        assert session.snapshot(wait=LONG).step <= step
    wait_until(session, lambda snapshot: snapshot.step > step and snapshot.experiment.lr == 0.3)


def test_snapshot_does_not_wait_longer_than_told_for_a_slow_build(session, monkeypatch):
    going_on = threading.Event()
    build = core_module.build

    def slow(*arguments):
        assert going_on.wait(LONG)
        return build(*arguments)

    monkeypatch.setattr(core_module, "build", slow)
    before = session.snapshot()
    session.apply(small(optimizer="adam"))
    assert session.snapshot(wait=0.001).series is before.series
    going_on.set()
    assert wait_until(session, lambda snapshot: snapshot.generation == 1).experiment.optimizer.kind == "adam"


@pytest.mark.parametrize("fails", [False, True])
def test_snapshots_carry_what_is_being_built_until_that_has_ended(session, monkeypatch, fails):
    going_on = threading.Event()
    build = core_module.build

    def slow(*arguments):
        assert going_on.wait(LONG)
        if fails:
            raise MemoryError
        return build(*arguments)

    monkeypatch.setattr(core_module, "build", slow)
    before, wanted = session.snapshot(), small(optimizer="adam")
    assert before.loading is None
    session.apply(wanted)
    end = time.monotonic() + LONG
    while (shown := session.snapshot(wait=0.001)).loading is None and time.monotonic() < end:
        time.sleep(0.001)
    assert shown.loading is wanted
    assert (shown.experiment, shown.generation, shown.status) == (before.experiment, 0, Status.PAUSED)
    going_on.set()
    ended = rested(session)
    assert ended.loading is None
    assert ended.status is (Status.FAILED if fails else Status.PAUSED)


def test_a_picture_under_way_is_no_answer_to_a_later_question(session, monkeypatch):
    under_way = threading.Event()
    make = session._core.snapshot

    def slow(*arguments, **options):
        picture = make(*arguments, **options)
        if not under_way.is_set():
            under_way.set()
            end = time.monotonic() + LONG
            while session._asked == 0 and time.monotonic() < end:
                time.sleep(0.001)
        return picture

    monkeypatch.setattr(session._core, "snapshot", slow)
    session.step()
    assert under_way.wait(LONG)
    session.apply(small(lr=0.3))
    assert session.snapshot(wait=LONG).experiment.lr == 0.3


@pytest.mark.parametrize("recover", ["apply", "reset"])
def test_an_error_in_training_is_shown_and_can_be_recovered_from(session, monkeypatch, recover):
    session.step(10)
    rested(session)

    def fails(steps):
        raise ZeroDivisionError("the weights are gone")

    monkeypatch.setattr(session._core.trainer, "advance", fails)
    session.play()
    snapshot = rested(session)
    assert (snapshot.status, snapshot.step) == (Status.FAILED, 10)
    assert snapshot.failure.message == (
        "Training stopped with an error: ZeroDivisionError: the weights are gone."
    )
    assert "in fails" in snapshot.failure.details
    session.play()
    session.step(5)
    assert rested(session).status is Status.FAILED

    if recover == "apply":
        session.apply(small(lr=0.2))
    else:
        session.reset()
    snapshot = rested(session)
    assert (snapshot.status, snapshot.step, snapshot.failure) == (Status.PAUSED, 0, None)
    assert snapshot.generation == 1
    session.step(7)
    assert rested(session).step == 7


def test_an_error_in_building_is_quoted_when_it_is_a_sentence(session, monkeypatch):
    def fails(*_):
        raise ValueError("The table has no examples; at least one is needed.")

    monkeypatch.setattr(core_module, "build", fails)
    session.apply(small(optimizer="adam"))
    snapshot = rested(session)
    assert snapshot.status is Status.FAILED
    assert snapshot.failure.message == "The table has no examples; at least one is needed."
    assert snapshot.experiment == small()
    monkeypatch.undo()
    session.apply(small(optimizer="adam"))
    snapshot = rested(session)
    assert (snapshot.status, snapshot.experiment.optimizer.kind) == (Status.PAUSED, "adam")


def test_a_failure_is_shown_even_when_no_new_picture_can_be_made(session, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(session._core.trainer, "model", fails)
    session.step(3)
    snapshot = rested(session)
    assert (snapshot.status, snapshot.step) == (Status.FAILED, 0)
    assert snapshot.failure.message == "Training stopped with an error: RuntimeError."
    session.reset()
    assert rested(session).status is Status.PAUSED


def test_verbs_called_behind_a_failure_are_still_obeyed(session, monkeypatch):
    monkeypatch.setattr(session._core.trainer, "rebind", lambda block: 1 / 0)
    session.step()
    rested(session)
    with at_once(session):
        session.apply(small(lr=0.2))
        session.reset()
        session.step(4)
    snapshot = rested(session)
    assert (snapshot.status, snapshot.step, snapshot.generation) == (Status.PAUSED, 4, 1)


def test_close_ends_the_thread_while_training_and_may_be_repeated(session):
    session.play()
    wait_until(session, lambda snapshot: snapshot.step > 20)
    session.close()
    session.close()
    assert not session._thread.is_alive()
    last = session.snapshot(wait=LONG)
    assert last.status is Status.PAUSED
    assert last.step == session._core.step
    session.play()
    session.reset()
    assert session.snapshot(wait=LONG) is last


def test_close_does_not_wait_for_the_gate(session):
    session.play()
    with session.hold():
        session.close()
    assert not session._thread.is_alive()


def test_the_switch_interval_is_short_while_any_session_lives():
    before = sys.getswitchinterval()
    first, second = Session(small()), Session(small())
    assert sys.getswitchinterval() == pytest.approx(1e-4)
    first.close()
    assert sys.getswitchinterval() == pytest.approx(1e-4)
    second.close()
    second.close()
    assert sys.getswitchinterval() == pytest.approx(before)


def test_an_idle_session_sleeps(session, monkeypatch):
    session.step(5)
    rested(session)
    turns = []
    turn = session._turn
    monkeypatch.setattr(session, "_turn", lambda: (turns.append(1), turn()))
    for _ in range(5):
        session.snapshot(wait=0.001)
    assert turns == []


def test_words_that_make_no_sense_are_refused_in_the_callers_thread(session):
    with pytest.raises(ValueError, match="n is 0; at least 1"):
        session.step(0)
    with pytest.raises(ValueError, match="speed is -1"):
        session.limit(-1)
    with pytest.raises(ValueError, match="There is no probe"):
        session.watch(["sharpnes"])


def test_a_limited_session_takes_steps_one_by_one_and_still_obeys(session):
    session.limit(0.001)
    session.play()
    snapshot = wait_until(session, lambda snapshot: snapshot.step == 1)
    assert snapshot.status is Status.RUNNING
    session.apply(small(lr=0.3))
    assert wait_until(session, lambda snapshot: snapshot.experiment.lr == 0.3).step == 1
    session.limit(None)
    wait_until(session, lambda snapshot: snapshot.step > 100)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def run(pace, clock, seconds_per_step, until):
    """Chunks on a simulated clock, until that time; their sizes."""
    sizes = []
    while clock.now < until:
        steps = pace.chunk()
        if steps == 0:
            clock.now += pace.delay() + 1e-9
            continue
        clock.now += steps * seconds_per_step
        pace.done(steps, steps * seconds_per_step)
        sizes.append(steps)
    return sizes


@pytest.mark.parametrize(("seconds", "size"), [(1e-3, 1), (100e-6, 15), (1e-9, 4096), (1.0, 1)])
def test_chunks_grow_or_shrink_to_about_one_and_a_half_milliseconds(seconds, size):
    clock = Clock()
    sizes = run(Pace(clock), clock, seconds, 100.0 + 2.0 + 200 * seconds)
    assert sizes[0] == 16
    assert sizes[-1] == pytest.approx(size, abs=1)


def test_chunks_of_many_steps_fill_whole_tables():
    clock = Clock()
    assert run(Pace(clock), clock, 20e-6, 102.0)[-1] == 3 * TABULATED


def test_speed_is_that_of_the_last_half_second():
    clock = Clock()
    pace = Pace(clock)
    run(pace, clock, 1e-3, 102.0)
    assert pace.speed == pytest.approx(1000.0)
    run(pace, clock, 1e-4, 103.0)
    assert pace.speed == pytest.approx(10_000.0, rel=0.01)
    pace.rest()
    assert pace.speed == 0.0


@pytest.mark.parametrize("limit", [0.5, 3.0, 60.0, 2500.0])
def test_a_limit_holds_and_is_reached(limit):
    clock = Clock()
    pace = Pace(clock)
    pace.limit(limit)
    done = sum(run(pace, clock, 20e-6, 120.0))
    assert done == pytest.approx(20.0 * limit, abs=max(1.0, 0.01 * limit))
    assert pace.speed == pytest.approx(limit, rel=0.05)


def test_a_limited_run_does_not_catch_up_for_a_long_wait():
    clock = Clock()
    pace = Pace(clock)
    pace.limit(100.0)
    run(pace, clock, 1e-5, 101.0)
    clock.now += 60.0
    assert sum(run(pace, clock, 1e-5, 162.0)) <= 100 + 11


class Model:
    """What a session must be like after its verbs: exact, but for how far it got while playing."""

    def __init__(self):
        self.experiment = small()
        self.generations = 0, 0
        self.playing = False
        self.least, self.most = 0, 0

    def play(self):
        self.playing, self.most = True, NEVER

    def pause(self):
        self.playing = False

    def step(self, n):
        self.playing = False
        self.least, self.most = self.least + n, self.most + n

    def interrupt(self):
        """Steps asked for right before may or may not have been done."""
        self.least = 0

    def restart(self):
        self.generations = self.generations[0] + 1, self.generations[1] + 1
        self.least, self.most = 0, NEVER if self.playing else 0

    def apply(self, experiment):
        rebuilds = experiment.optimizer.kind != self.experiment.optimizer.kind
        self.experiment = experiment
        if rebuilds:
            self.restart()


@pytest.mark.parametrize("seed", range(5))
def test_200_random_verbs_end_in_the_state_they_describe(seed):
    random = np.random.default_rng(seed)
    model = Model()
    with Session(small()) as session:
        for _ in range(200):
            verb = random.choice(["play", "pause", "step", "reset", "live", "rebuild", "look"])
            if verb == "play":
                session.play()
                model.play()
            elif verb == "pause":
                session.pause()
                model.pause()
                model.interrupt()
            elif verb == "step":
                n = int(random.integers(1, 40))
                session.step(n)
                if model.playing:
                    model.interrupt()
                model.step(n)
            elif verb == "reset":
                session.reset()
                model.restart()
            elif verb == "live":
                experiment = edit(model.experiment, "lr", float(random.choice([0.01, 0.05, 0.1])))
                session.apply(experiment)
                model.apply(experiment)
            elif verb == "rebuild":
                kind = "adam" if model.experiment.optimizer.kind == "sgd" else "sgd"
                experiment = edit(model.experiment, "optimizer.kind", kind)
                session.apply(experiment)
                # Waiting edits collapse; obeying this one before the next keeps the count exact.
                wait_until(session, lambda snapshot, kind=kind: snapshot.experiment.optimizer.kind == kind)
                model.apply(experiment)
            else:
                session.snapshot()
        if model.playing:
            snapshot = session.snapshot(wait=LONG)
            assert snapshot.status is Status.RUNNING
        else:
            snapshot = rested(session)
            assert snapshot.status is Status.PAUSED
            assert model.least <= snapshot.step
        assert snapshot.step <= model.most
        assert snapshot.experiment == model.experiment
        assert model.generations[0] == snapshot.generation
        session.pause()
        snapshot = rested(session)
        again = replay(session._core.start, snapshot.edits, snapshot.step)
        np.testing.assert_array_equal(again.snapshot().model.params, snapshot.model.params)
    assert not session._thread.is_alive()
