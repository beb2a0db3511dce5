"""Fills the card of what is happening from snapshots."""

from collections.abc import Callable
from time import monotonic

from lrviz.experiment.build import notices
from lrviz.experiment.numbers import write
from lrviz.gui.cards.happening import HappeningCard
from lrviz.gui.cards.loading import Loading
from lrviz.session.advice import tamer_rate
from lrviz.session.snapshot import Snapshot, Status
from lrviz.session.verdict import judge

EVERY = 0.25
"""Seconds between two judgements while nothing but the step changes."""


class Words:
    """Judges a run now and then, and puts the verdict, or what went wrong, on the card.

    try_rate: called with the learning rate that the person takes up after a divergence.
    """

    def __init__(self, card: HappeningCard, try_rate: Callable[[float], None]) -> None:
        self.card = card
        self._try_rate = try_rate
        self._loading = Loading()
        self._said_at = 0.0
        self._said_of: tuple[object, ...] = ()

    def show(self, snapshot: Snapshot, now: bool = False) -> None:
        """Say what this snapshot shows; now: without waiting for the turn."""
        if words := self._loading.words(snapshot):
            self.card.show_loading(words)
            self._said_of = ()
            return
        time = monotonic()
        running = snapshot.status is Status.RUNNING
        state = (
            *(snapshot.generation, snapshot.status, snapshot.failure),
            # While α is dragged there is a new experiment in each frame.
            None if running else snapshot.experiment,
        )
        if not now and time - self._said_at < EVERY and state == self._said_of:
            return
        self._said_at, self._said_of = time, state
        if snapshot.failure is not None:
            self.card.show_failure(snapshot.failure)
            return
        experiment, examples = snapshot.experiment, snapshot.examples
        self._suggest(snapshot)
        monitor = experiment.training.monitor if len(examples.test) else "training loss"
        said = notices(experiment, examples)
        if snapshot.step == 0 and experiment.note:
            said = (experiment.note, *said)
        self.card.show_verdict(judge(snapshot), snapshot.best, said, monitor)

    def _suggest(self, snapshot: Snapshot) -> None:
        """After a divergence offer a tamer α, from the start."""
        if snapshot.status is not Status.DIVERGED:
            self.card.set_suggestion(None)
            return
        rate = tamer_rate(snapshot.experiment.lr)
        self.card.set_suggestion(f"Try α = {write(rate)}", lambda: self._try_rate(rate))
