"""Everything a step changes: taking rows, putting them back, saving."""

import tracemalloc
from dataclasses import fields

import numpy as np
import pytest

from lrviz.engine.state import State

RUNS, SIZE = 5, 7


def random_state(seed, runs=RUNS):
    random = np.random.default_rng(seed)

    def floats():
        return random.normal(size=runs)

    def counts():
        return random.integers(1000, size=runs)

    def flat():
        return random.normal(size=(runs, SIZE)).astype(np.float32)

    return State(
        params=flat(),
        slots={"exp_avg": flat(), "exp_avg_sq": flat()},
        step=counts(),
        updates=counts(),
        position=counts(),
        memory={"multiple": floats(), "best": floats()},
        best=floats(),
        best_step=counts(),
        best_params=flat(),
        reference=floats(),
        waited=counts(),
        loss_sum=floats(),
        loss_count=counts(),
        diverged_at=counts(),
        stopped_early=random.random(runs) < 0.5,
        buffers={"1.running_mean": flat(), "2.running_var": flat()},
        best_buffers={"1.running_mean": flat(), "2.running_var": flat()},
    )


def arrays(state):
    """All arrays of a state by dotted name."""
    found = {}
    for field in fields(State):
        value = getattr(state, field.name)
        if isinstance(value, dict):
            found.update({f"{field.name}.{name}": array for name, array in value.items()})
        else:
            found[field.name] = value
    return found


def assert_same(one, other):
    assert arrays(one).keys() == arrays(other).keys()
    for name, array in arrays(one).items():
        np.testing.assert_array_equal(array, arrays(other)[name], err_msg=name)
        assert array.dtype == arrays(other)[name].dtype


def assert_nothing_shared(one, other):
    for name, array in arrays(one).items():
        assert not np.shares_memory(array, arrays(other)[name]), name


def test_taken_rows_are_copies_in_the_order_asked_for():
    state = random_state(0)
    taken = state.take([3, 0, 3])
    assert taken.runs == 3
    for name, array in arrays(taken).items():
        np.testing.assert_array_equal(array, arrays(state)[name][[3, 0, 3]], err_msg=name)
    assert_nothing_shared(taken, state)


def test_no_rows_can_be_taken_too():
    assert random_state(0).take([]).runs == 0


def test_put_overwrites_those_rows_in_place_and_no_others():
    state, other = random_state(0), random_state(1, runs=2)
    before, identities = state.copy(), {name: id(array) for name, array in arrays(state).items()}
    state.put(np.array([4, 1]), other)
    assert_same(state.take([4, 1]), other)
    assert_same(state.take([0, 2, 3]), before.take([0, 2, 3]))
    assert {name: id(array) for name, array in arrays(state).items()} == identities


def test_a_copy_is_equal_and_independent():
    state = random_state(0)
    copy = state.copy()
    assert_same(copy, state)
    assert_nothing_shared(copy, state)


def test_copying_from_another_state_is_done_in_place():
    state, other = random_state(0), random_state(1)
    identities = {name: id(array) for name, array in arrays(state).items()}
    state.copy_from(other)
    assert_same(state, other)
    assert_nothing_shared(state, other)
    assert {name: id(array) for name, array in arrays(state).items()} == identities


def test_copying_from_another_state_allocates_no_arrays():
    state, other = random_state(0, runs=10_000), random_state(1, runs=10_000)
    state.copy_from(other)
    tracemalloc.start()
    try:
        state.copy_from(other)
        assert tracemalloc.get_traced_memory()[1] < 4096
    finally:
        tracemalloc.stop()


def test_a_saved_state_is_read_back_bit_for_bit(tmp_path):
    state = random_state(0)
    state.best[:3] = np.inf, -0.0, np.nan
    state.save(tmp_path / "any name")
    assert_same(State.load(tmp_path / "any name"), state)


def test_a_state_without_slots_memory_and_buffers_is_read_back(tmp_path):
    state = random_state(0)
    state.slots, state.memory, state.buffers, state.best_buffers = {}, {}, {}, {}
    state.save(tmp_path / "state.npz")
    assert_same(State.load(tmp_path / "state.npz"), state)


def test_a_file_that_holds_objects_is_refused(tmp_path):
    np.savez(tmp_path / "state.npz", params=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        State.load(tmp_path / "state.npz")


@pytest.mark.parametrize("broken", ["empty", "damaged", "one array", "cut"])
def test_a_file_that_is_no_archive_of_arrays_is_refused_with_a_sentence(broken, tmp_path):
    path = tmp_path / "state.npz"
    random_state(0).save(path)
    whole = path.read_bytes()
    if broken == "empty":
        path.write_bytes(b"")
    elif broken == "damaged":
        path.write_bytes(whole[:200] + bytes(64) + whole[264:])
    elif broken == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    else:
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
    with pytest.raises(ValueError, match=r"state.npz is no saved state: .* must be an .npz file"):
        State.load(path)


def test_slots_that_are_no_group_of_arrays_are_refused(tmp_path):
    np.savez(tmp_path / "state.npz", **arrays(random_state(0)), slots=np.zeros(3))
    with pytest.raises(ValueError, match=r"it differs in slots;"):
        State.load(tmp_path / "state.npz")


@pytest.mark.parametrize("extra", ["velocity", "memories.best", ""])
def test_a_file_with_other_arrays_is_refused_by_name(extra, tmp_path):
    held = arrays(random_state(0)) | ({extra: np.zeros(3)} if extra else {})
    if not extra:
        extra = "waited"
        del held[extra]
    np.savez(tmp_path / "state.npz", **held)
    with pytest.raises(ValueError, match=rf"state.npz is no saved state: it differs in {extra};"):
        State.load(tmp_path / "state.npz")
