from dataclasses import replace

import pytest

from lrviz.experiment import edit
from lrviz.gui.cards import loading
from lrviz.session.core import Core


@pytest.fixture
def clock(monkeypatch):
    """Set what time it is."""

    def clock(time):
        monkeypatch.setattr(loading, "monotonic", lambda: time)

    return clock


@pytest.fixture
def snapshot(tiny):
    return Core(tiny()).snapshot()


def test_what_takes_longer_than_a_moment_is_named_until_it_is_there(snapshot, clock):
    awaited = replace(snapshot, loading=edit(snapshot.experiment, "data.dataset.kind", "digits"))
    words = loading.Loading()
    clock(5.0)
    assert words.words(snapshot) == ""
    assert words.words(awaited) == ""
    clock(5.0 + loading.MOMENT + 0.01)
    assert words.words(awaited) == "Loading Digits…"
    assert words.words(snapshot) == ""
    assert words.words(awaited) == ""


def test_another_network_for_the_same_data_is_prepared(snapshot, clock):
    wider = edit(snapshot.experiment, "network.hidden", [{"units": 9}])
    awaited = replace(snapshot, loading=wider)
    words = loading.Loading()
    clock(1.0)
    words.words(awaited)
    clock(2.0)
    assert words.words(awaited) == "Preparing the run…"


def test_one_thing_after_another_begins_a_new_moment(snapshot, clock):
    words = loading.Loading()
    for time, kind in ((1.0, "digits"), (1.1, "iris"), (1.2, "digits")):
        clock(time)
        awaited = replace(snapshot, loading=edit(snapshot.experiment, "data.dataset.kind", kind))
        assert words.words(awaited) == ""
