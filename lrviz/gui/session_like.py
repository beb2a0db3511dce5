"""What the window needs of a session; whether a thread is behind it does not show."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from lrviz.experiment import Experiment
from lrviz.session.snapshot import Snapshot


class SessionLike(Protocol):
    """The verbs of `lrviz.session.session.Session`, which says more about each."""

    experiment: Experiment
    """What was applied last."""

    def play(self) -> None:
        """Train until told otherwise."""

    def pause(self) -> None:
        """Stop training."""

    def step(self, n: int = 1) -> None:
        """Do n steps, then pause."""

    def reset(self) -> None:
        """Back to step 0 with the same weights."""

    def apply(self, experiment: Experiment) -> None:
        """Go on with this experiment, from step 0 where a change is not live."""

    def limit(self, speed: float | None) -> None:
        """At most `speed` steps/s; None: as fast as it goes."""

    def watch(self, probes: Sequence[str]) -> None:
        """Measure these probes from now on."""

    def snapshot(self) -> Snapshot:
        """The newest picture there is."""
        ...

    def hold(self) -> AbstractContextManager[None]:
        """Keep training waiting, e.g. while the window draws."""
        ...

    def close(self) -> None:
        """End it."""
