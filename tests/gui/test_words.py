from dataclasses import replace

import pytest

from lrviz.experiment import edit
from lrviz.gui import words
from lrviz.gui.cards import loading
from lrviz.gui.cards.happening import HappeningCard
from lrviz.gui.words import EVERY, Words
from lrviz.session.core import Core
from lrviz.session.snapshot import Failure, Status


@pytest.fixture
def clock(monkeypatch):
    times = [100.0]
    monkeypatch.setattr(words, "monotonic", lambda: times[0])
    return times


@pytest.fixture
def said(qtbot, clock):
    card = HappeningCard()
    qtbot.addWidget(card)
    card.tried = []
    card.show()
    return Words(card, card.tried.append)


def test_a_verdict_is_said_at_once_and_then_a_few_times_a_second(said, tiny, clock):
    core = Core(tiny())
    said.show(core.snapshot())
    assert said.card.verdict.headline.text() == "Not started"
    core.advance(30)
    running = replace(core.snapshot(), status=Status.PAUSED)
    said.show(running)
    assert said.card.verdict.headline.text() == "Not started"
    clock[0] += EVERY
    said.show(running)
    assert said.card.verdict.headline.text() != "Not started"


def test_a_change_of_status_is_said_at_once(said, tiny):
    core = Core(tiny(training__steps=10))
    said.show(core.snapshot())
    core.advance(10)
    said.show(core.snapshot())
    assert said.card.verdict.headline.text() == "Finished at step 10"


def test_the_best_loss_is_named_after_what_is_monitored(said, tiny):
    core = Core(tiny(training__monitor="test loss"))
    core.advance(30)
    said.show(core.snapshot(), now=True)
    assert said.card.best.sentence.text().endswith("(test).")
    without = Core(tiny(data__test_fraction=0, training__monitor="test loss"))
    without.advance(30)
    said.show(without.snapshot(), now=True)
    assert "(test)" not in said.card.best.sentence.text()


def test_after_a_divergence_a_tamer_rate_is_offered(said, tiny):
    core = Core(tiny(loss__kind="mse", lr=1e6))
    core.advance(50)
    said.show(core.snapshot())
    assert said.card.suggestion.text() == "Try α = 0.1"
    said.card.suggestion.click()
    assert said.card.tried == [0.1]
    core.reset()
    said.show(core.snapshot())
    assert not said.card.suggestion.isVisible()


def test_an_error_takes_the_place_of_everything(said, tiny):
    snapshot = Core(tiny()).snapshot()
    said.show(replace(snapshot, status=Status.FAILED, failure=Failure("It broke.", "line 1")))
    assert said.card.copy.isVisible()
    assert said.card.verdict.sentence.text() == "It broke."
    said.show(snapshot)
    assert not said.card.copy.isVisible()


def test_what_is_being_built_is_said_until_it_is_there(said, tiny, monkeypatch):
    core = Core(tiny())
    before = core.snapshot()
    said.show(before)
    monkeypatch.setattr(loading, "MOMENT", 0.0)
    digits = edit(before.experiment, "data.dataset.kind", "digits")
    said.show(replace(before, loading=digits))
    assert said.card.verdict.headline.text() == "Loading Digits…"
    said.show(before)
    assert said.card.verdict.headline.text() == "Not started"
