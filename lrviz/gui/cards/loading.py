"""What the session is building, once that takes longer than a moment."""

from time import monotonic

from lrviz.experiment import Experiment
from lrviz.session.snapshot import Snapshot

MOMENT = 0.12
"""Seconds; what is ready sooner needs no words."""


class Loading:
    """Names what is being made ready; snapshots tell it what that is."""

    def __init__(self) -> None:
        self._awaited: Experiment | None = None
        self._since = 0.0

    def words(self, snapshot: Snapshot) -> str:
        """`Loading Digits…`, or "" where nothing is built or not for long yet."""
        awaited, time = snapshot.loading, monotonic()
        if awaited is not self._awaited:
            self._awaited, self._since = awaited, time
        if awaited is None or time - self._since < MOMENT:
            return ""
        dataset = awaited.data.dataset
        another = dataset.name() != snapshot.experiment.data.dataset.name()
        return f"Loading {dataset.title}…" if another else "Preparing the run…"
