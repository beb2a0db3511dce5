"""What is happening, in words: too slow, learning, stuck, overfits, diverged; and by which criterion."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from lrviz.experiment.numbers import write
from lrviz.session.advice import (
    CUT,
    highest_since,
    larger_rate,
    slower_schedule,
    smaller_rate,
    tamer_rate,
)
from lrviz.session.history import TEST_LOSS, TRAINING_LOSS
from lrviz.session.snapshot import Snapshot, Status
from lrviz.session.trend import PARTS, SMALL, STILL, Trend, bounded, swing_of, trend_of

LEAST_STEPS = 20
ENOUGH_STEPS = 200

RISE = 0.10
GAIN = 0.10
GAIN_AT_END = 0.20
SWING = 0.5
OVERFIT = 0.20
LOST = 3.0
LEARNED = 0.5
"""Share of the first loss that the best one must be below before anything can be lost."""
LITTLE = 1.0 / 3.0
WELL_LEARNED = 0.1
LARGE = 1.0
"""An α from which on a loss that does not move at all is no sign of too small a rate."""
ALARM = 1.5
"""How many times the noise of two standard errors a rise must be, as it is looked for again and again."""


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


def judge(snapshot: Snapshot) -> Verdict:
    """The verdict on a run, from its status, α, and recorded losses."""
    if snapshot.failure is not None:
        return Verdict(Kind.FAILED, "Failed", snapshot.failure.message, "An error ended the training.")
    if snapshot.diverged_at is not None:
        return _diverged(snapshot, snapshot.diverged_at)
    if snapshot.experiment.lr == 0.0:
        return Verdict(
            Kind.TOO_SLOW, "Nothing moves", "Nothing moves: α is 0. Try α = 0.01.", "Nothing moves: α is 0."
        )
    if snapshot.step == 0:
        sentence = f"No step is done yet; α is {_number(snapshot.experiment.lr)}."
        return Verdict(Kind.NOT_STARTED, "Not started", sentence, "Not started: step 0.")
    verdict = _from_losses(snapshot)
    if snapshot.status in (Status.FINISHED, Status.STOPPED_EARLY):
        return _ended(snapshot, verdict)
    return verdict


def _diverged(snapshot: Snapshot, step: int) -> Verdict:
    lr = snapshot.experiment.lr
    advice = f" Try α = {write(tamer_rate(lr))}." if lr > 0.0 else ""
    return Verdict(
        Kind.DIVERGED,
        "Diverged",
        f"Diverged at step {step:,}: the loss was no longer finite. "
        f"Weights are frozen at step {step - 1:,}.{advice}",
        "Diverged: the loss or a parameter is not finite.",
    )


def _from_losses(snapshot: Snapshot) -> Verdict:
    training = snapshot.series.get(TRAINING_LOSS)
    if training is None or training.samples < LEAST_STEPS:
        return _too_early(snapshot.step)
    trend, test = trend_of(training), _test_trend(snapshot)
    return (
        _lost(snapshot, trend)
        or _overfits(snapshot, trend, test)
        or _unstable(snapshot, trend)
        or _cut(snapshot, trend)
        or _too_slow(snapshot, trend)
        or _flat(snapshot, trend, test)
        or _learning(trend)
    )


def _too_early(step: int) -> Verdict:
    return Verdict(
        Kind.TOO_EARLY,
        "Too early to tell",
        f"Only {step:,} {'step is' if step == 1 else 'steps are'} done.",
        f"Too early: fewer than {LEAST_STEPS} steps, or the noise of the loss still hides whether it moves.",
    )


def _lost(snapshot: Snapshot, trend: Trend) -> Verdict | None:
    step, best = trend.best
    present = trend.present
    if best > LEARNED * trend.start or present < SMALL * trend.start:
        return None
    if math.log(present / best) <= math.log(LOST) + ALARM * trend.level_noise:
        return None
    raised = highest_since(snapshot, step)
    if trend.falls_now:
        advice = " It is falling again."
    elif raised is None or snapshot.experiment.lr >= raised[1]:
        advice = smaller_rate(snapshot, step)
    else:
        advice = (
            f" α was raised to {write(raised[1], 3)} at step {raised[0]:,}; "
            "from there the weights may not find back. Start again with a smaller α."
        )
    times = _times(present / best)
    return Verdict(
        Kind.LOST,
        "Lost what it had learned",
        f"The training loss is {_number(present)}, {times} its best, "
        f"{_number(best)} around step {step:,}.{advice}",
        f"Rule: the present median training loss is more than {_times(LOST)} its lowest so far "
        f"(medians of {PARTS} equal parts of the run). Measured: {times}.",
    )


def _overfits(snapshot: Snapshot, training: Trend, test: Trend | None) -> Verdict | None:
    """When the test loss is well above its lowest and the training loss, which has not risen since.

    A lowest test loss among the newest fifth is a new record, not a thing of the past.
    """
    if test is None:
        return None
    view = snapshot.series[TEST_LOSS]
    low = bounded(view.low[:, 0])
    place = int(np.argmin(low))
    step, lowest = int(view.steps[place]), float(low[place])
    if step > view.steps[-1] - (view.steps[-1] - view.steps[0]) / 5:
        return None
    if test.now <= (1.0 + OVERFIT) * max(test.best[1], training.now):
        return None
    if training.now > (1.0 + RISE) * training.level_at(step):
        return None
    return Verdict(
        Kind.OVERFITS,
        f"Overfits since step {step:,}",
        f"The test loss has risen to {_number(test.now)} from {_number(lowest)} at step {step:,}, "
        f"while the training loss is down to {_number(training.now)}. "
        f"More data, weight decay or a smaller network would help; so would stopping early.",
        f"Rule: the median test loss of the last fifth of the steps is more than {_percent(OVERFIT)} above "
        f"its lowest and above the training loss, which has not risen. Measured: {_above(test.now / lowest)} "
        f"its lowest.",
    )


def _unstable(snapshot: Snapshot, trend: Trend) -> Verdict | None:
    advice = smaller_rate(snapshot, trend.best[0])
    rule = f"more than {_percent(RISE)} and its noise above that of"
    least = math.log(1.0 + RISE)
    if -trend.fall > max(least, ALARM * trend.noise):
        return Verdict(
            Kind.UNSTABLE,
            "Unstable: the loss rises",
            f"The training loss rose from {_number(trend.before)} to {_number(trend.now)} "
            f"over the last fifth of the steps.{advice}",
            f"Rule: the median training loss of the last fifth of the steps is {rule} the fifth before. "
            f"Measured: {_above(trend.now / trend.before)} it.",
        )
    starts = (trend.start, trend.start_noise), (trend.first, 2.0 * trend.error)
    worse = (start for start, noise in starts if math.log(trend.now / start) > max(least, ALARM * noise))
    start = min(worse, default=None)
    if start is not None:
        return Verdict(
            Kind.UNSTABLE,
            "Unstable: worse than at the start",
            f"The training loss is {_number(trend.now)}; it began at {_number(start)}.{advice}",
            f"Rule: the median training loss of the last fifth of the steps is {rule} the first steps. "
            f"Measured: {_above(trend.now / start)} it.",
        )
    name, swing = _swing(snapshot, trend)
    if swing > math.log(1.0 + SWING):
        height = _above(math.exp(swing))
        return Verdict(
            Kind.UNSTABLE,
            "Unstable: the loss swings",
            f"The {name} goes up and down: over the last fifth of the steps it is often "
            f"{height} a value it had before.{advice}",
            f"Rule: for a quarter of the last fifth of the steps, the {name} is more than "
            f"{_percent(SWING)} above its lowest until then, and it does not simply rise or fall. "
            f"Measured: {height} it.",
        )
    return None


def _cut(snapshot: Snapshot, trend: Trend) -> Verdict | None:
    advice = slower_schedule(snapshot)
    if advice is None or trend.falls or trend.now <= WELL_LEARNED * trend.start:
        return None
    rate, lr = write(snapshot.lr, 2), write(snapshot.experiment.lr)
    return Verdict(
        Kind.RATE_CUT,
        f"Rate cut to {rate}",
        f"The schedule has brought the rate down to {rate} (α is {lr}), so nothing moves any more: "
        f"the training loss stays at {_number(trend.now)}. {advice}",
        f"Rule: the schedule has brought the rate below {write(CUT)} times α, and the training loss no "
        f"longer falls. Measured: {rate} of {lr}.",
    )


def _too_slow(snapshot: Snapshot, trend: Trend) -> Verdict | None:
    ahead = max(0, snapshot.planned - snapshot.step)
    end = trend.after(ahead)
    if trend.now <= (1.0 - GAIN) * trend.start or end <= (1.0 - GAIN_AT_END) * trend.start:
        return None
    if not (trend.moves or _enough(snapshot)):
        return _too_early(snapshot.step)
    if trend.flat_since is not None or (snapshot.experiment.lr >= LARGE and not trend.moves):
        return None
    pace = f"; at this pace it would be {_number(end)} at step {snapshot.planned:,}" if ahead else ""
    return Verdict(
        Kind.TOO_SLOW,
        "Too slow",
        f"The training loss went from {_number(trend.start)} to {_number(trend.now)} "
        f"in {snapshot.step:,} steps{pace}.{larger_rate(snapshot)}",
        f"Rule: the median training loss fell by less than {_percent(GAIN)} since the first steps, and "
        f"at its present pace will have fallen by less than {_percent(GAIN_AT_END)} at the planned end. "
        f"Measured: {_change(trend.start, trend.now)} and {_change(trend.start, end)}.",
    )


def _flat(snapshot: Snapshot, trend: Trend, test: Trend | None) -> Verdict | None:
    """Converged, or stuck when the loss has hardly fallen."""
    if trend.falls or not _enough(snapshot):
        return None
    if test is not None and test.falls:
        return None
    since = trend.flat_since
    flat = "no longer falls" if since is None else f"no longer falls; it is flat since about step {since:,}"
    stuck = trend.now > (1.0 - LITTLE) * trend.start
    hint = " More steps will not help; another network might." if stuck else ""
    return Verdict(
        Kind.STUCK if stuck else Kind.CONVERGED,
        "Stuck" if stuck else "Converged",
        f"The training loss went from {_number(trend.start)} to {_number(trend.now)} and {flat}.{hint}",
        f"Rule: over the last fifth of the steps neither the training nor the test loss (medians) fell by "
        f"more than {_percent(STILL)} and its noise; stuck, if it fell by less than a third in all. "
        f"Measured: training {_change(trend.before, trend.now)}, in all {_change(trend.start, trend.now)}.",
    )


def _learning(trend: Trend) -> Verdict:
    last = (
        f", by {_percent(-math.expm1(-trend.fall))} over the last fifth of the steps" if trend.falls else ""
    )
    return Verdict(
        Kind.LEARNING,
        "Learning",
        f"The training loss went from {_number(trend.start)} to {_number(trend.now)}{last}.",
        f"Rule: from one fifth of the steps to the next, the median training or test loss falls by more "
        f"than {_percent(STILL)} and its noise; or it fell by {_percent(GAIN)} within {ENOUGH_STEPS} steps. "
        f"Measured: training {_change(trend.before, trend.now)}, in all {_change(trend.start, trend.now)}.",
    )


def _ended(snapshot: Snapshot, verdict: Verdict) -> Verdict:
    """The verdict on a run that came to its end; what went wrong stays in front."""
    early = snapshot.status is Status.STOPPED_EARLY
    good = {Kind.LEARNING, Kind.CONVERGED, Kind.TOO_EARLY} | ({Kind.OVERFITS} if early else set())
    if verdict.kind not in good:
        return verdict
    if early:
        training = snapshot.experiment.training
        if training.min_delta:
            detail = f" by more than {_number(training.min_delta)} for {training.early_stopping} checks"
        else:
            since = f" since step {snapshot.best[0]:,}" if snapshot.best else ""
            detail = f" for {training.early_stopping} checks{since}"
        headline = f"Stopped early at step {snapshot.step:,}"
        reason = f" The {training.monitor} had not improved{detail}."
    else:
        headline = f"Finished at step {snapshot.step:,}"
        reason = " It was still falling; more steps would help." if verdict.kind is Kind.LEARNING else ""
    return replace(verdict, kind=Kind.FINISHED, headline=headline, sentence=verdict.sentence + reason)


def _enough(snapshot: Snapshot) -> bool:
    return snapshot.step >= min(ENOUGH_STEPS, snapshot.planned // 2)


def _test_trend(snapshot: Snapshot) -> Trend | None:
    view = snapshot.series.get(TEST_LOSS)
    return trend_of(view) if view is not None and len(view.steps) >= 10 else None


def _swing(snapshot: Snapshot, trend: Trend) -> tuple[str, float]:
    """A loss without the noise of batches: its name, and how far it swings.

    When a step uses all examples it is the training loss; tests might meet every second step only.
    Where the noise of batches hides it, the test loss is the witness, unless the training loss falls.
    """
    whole = snapshot.experiment.training.batch_size >= len(snapshot.examples.train)
    name = TRAINING_LOSS if whole else TEST_LOSS
    view = snapshot.series.get(name)
    if view is None or len(view.steps) < 10 or (not whole and trend.falls):
        return name, 0.0
    return name, swing_of(view)


def _percent(share: float) -> str:
    return f"{100.0 * share:.2g} %"


def _times(ratio: float) -> str:
    """ "3.2 times", "15 times"."""
    return f"{write(ratio, 2)} times" if ratio < 1000.0 else "over 1,000 times"


def _above(ratio: float) -> str:
    """A ratio above 1 in words that go before a noun: "20 % above", "3.2 times"."""
    return _times(ratio) if ratio >= 2.0 else f"{_percent(ratio - 1.0)} above"


def _change(before: float, now: float) -> str:
    """ "down 20 %", "up 3 %", "unchanged"."""
    ratio = now / before
    if abs(ratio - 1.0) < 1e-4:
        return "unchanged"
    if ratio < 1.0:
        return f"down {write(100.0 * (1.0 - ratio), 2)} %"
    return f"up to {_times(ratio)} as much" if ratio >= 2.0 else f"up {_percent(ratio - 1.0)}"


def _number(value: float) -> str:
    """Three significant digits: 0.31, 1.5e-4, 2500."""
    return write(value, digits=3)
