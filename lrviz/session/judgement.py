"""What a judgement on a run is."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The verdicts."""

    NOT_STARTED = "not started"
    TOO_EARLY = "too early"
    TOO_SLOW = "too slow"
    LEARNING = "learning"
    CONVERGED = "converged"
    STUCK = "stuck"
    RATE_CUT = "rate cut"
    OVERFITS = "overfits"
    LOST = "lost"
    UNSTABLE = "unstable"
    DIVERGED = "diverged"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True)
class Verdict:
    """A judgement: its kind, a headline of a few words, a sentence with numbers, and the criterion."""

    kind: Kind
    headline: str
    sentence: str
    criterion: str
