"""The rules that judge a run by its losses: each gives its verdict, or None where it does not apply."""

import math

import numpy as np

from lrviz.experiment.numbers import write
from lrviz.session.advice import CUT, highest_since, larger_rate, slower_schedule, smaller_rate
from lrviz.session.history import TEST_LOSS, TRAINING_LOSS
from lrviz.session.judgement import Kind, Verdict
from lrviz.session.snapshot import Snapshot
from lrviz.session.trend import PARTS, SMALL, STILL, Trend, bounded, swing_of, trend_of
from lrviz.session.wording import above, change, number, percent, times

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
HARDLY = 0.05
WELL_LEARNED = 0.1
LARGE = 1.0
"""An α from which on a loss that does not move at all is no sign of too small a rate."""
ALARM = 1.5
"""How many times the noise of two standard errors a rise must be, as it is looked for again and again."""


def judge_losses(snapshot: Snapshot) -> Verdict:
    """The verdict of the first rule that applies; the last one always does."""
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
    ratio = times(present / best)
    return Verdict(
        Kind.LOST,
        "Lost what it had learned",
        f"The training loss is {number(present)}, {ratio} its best, "
        f"{number(best)} around step {step:,}.{advice}",
        f"Rule: the present median training loss is more than {times(LOST)} its lowest so far "
        f"(medians of {PARTS} equal parts of the run). Measured: {ratio}.",
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
        f"The test loss has risen to {number(test.now)} from {number(lowest)} at step {step:,}, "
        f"while the training loss is down to {number(training.now)}. "
        f"More data, weight decay or a smaller network would help; so would stopping early.",
        f"Rule: the median test loss of the last fifth of the steps is more than {percent(OVERFIT)} above "
        f"its lowest and above the training loss, which has not risen. Measured: {above(test.now / lowest)} "
        f"its lowest.",
    )


def _unstable(snapshot: Snapshot, trend: Trend) -> Verdict | None:
    advice = smaller_rate(snapshot, trend.best[0])
    rule = f"more than {percent(RISE)} and its noise above that of"
    least = math.log(1.0 + RISE)
    if -trend.fall > max(least, ALARM * trend.noise):
        return Verdict(
            Kind.UNSTABLE,
            "Unstable: the loss rises",
            f"The training loss rose from {number(trend.before)} to {number(trend.now)} "
            f"over the last fifth of the steps.{advice}",
            f"Rule: the median training loss of the last fifth of the steps is {rule} the fifth before. "
            f"Measured: {above(trend.now / trend.before)} it.",
        )
    starts = (trend.start, trend.start_noise), (trend.first, 2.0 * trend.error)
    worse = (start for start, noise in starts if math.log(trend.now / start) > max(least, ALARM * noise))
    start = min(worse, default=None)
    if start is not None:
        return Verdict(
            Kind.UNSTABLE,
            "Unstable: worse than at the start",
            f"The training loss is {number(trend.now)}; it began at {number(start)}.{advice}",
            f"Rule: the median training loss of the last fifth of the steps is {rule} the first steps. "
            f"Measured: {above(trend.now / start)} it.",
        )
    name, swing = _swing(snapshot, trend)
    if swing > math.log(1.0 + SWING):
        height = above(math.exp(swing))
        return Verdict(
            Kind.UNSTABLE,
            "Unstable: the loss swings",
            f"The {name} goes up and down: over the last fifth of the steps it is often "
            f"{height} a value it had before.{advice}",
            f"Rule: for a quarter of the last fifth of the steps, the {name} is more than "
            f"{percent(SWING)} above its lowest until then, and it does not simply rise or fall. "
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
        f"the training loss stays at {number(trend.now)}. {advice}",
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
    pace = f"; at this pace it would be {number(end)} at step {snapshot.planned:,}" if ahead else ""
    return Verdict(
        Kind.TOO_SLOW,
        "Too slow",
        f"The training loss went from {number(trend.start)} to {number(trend.now)} "
        f"in {snapshot.step:,} steps{pace}.{larger_rate(snapshot)}",
        f"Rule: the median training loss fell by less than {percent(GAIN)} since the first steps, and "
        f"at its present pace will have fallen by less than {percent(GAIN_AT_END)} at the planned end. "
        f"Measured: {change(trend.start, trend.now)} and {change(trend.start, end)}.",
    )


def _flat(snapshot: Snapshot, trend: Trend, test: Trend | None) -> Verdict | None:
    """Converged, or stuck when the loss has hardly fallen."""
    if trend.falls or not _enough(snapshot):
        return None
    if test is not None and test.falls:
        return None
    since = trend.flat_since
    flat = "no longer falls" if since is None else f"no longer falls; it is flat since about step {since:,}"
    first = _untrained(snapshot, trend)
    stuck = trend.now > (1.0 - LITTLE) * first
    hint = f" More steps will not help.{_way_out(snapshot, trend)}" if stuck else ""
    return Verdict(
        Kind.STUCK if stuck else Kind.CONVERGED,
        "Stuck" if stuck else "Converged",
        f"The training loss went from {number(first)} to {number(trend.now)} and {flat}.{hint}",
        f"Rule: over the last fifth of the steps neither the training nor the test loss (medians) fell by "
        f"more than {percent(STILL)} and its noise; stuck, if it fell by less than a third in all. "
        f"Measured: training {change(trend.before, trend.now)}, in all {change(first, trend.now)}.",
    )


def _untrained(snapshot: Snapshot, trend: Trend) -> float:
    """The loss before training: that of the first steps, or of the first test where they leapt up."""
    tests = snapshot.series.get(TEST_LOSS)
    if tests is None or not len(tests.steps):
        return trend.start
    return min(trend.start, float(tests.high[0, 0]))


def _way_out(snapshot: Snapshot, trend: Trend) -> str:
    """What may move a loss that has hardly fallen; one that fell at first did so at this rate."""
    if snapshot.experiment.lr >= LARGE or trend.now <= (1.0 - HARDLY) * trend.start:
        return " Another network might."
    return f"{larger_rate(snapshot)} If that changes nothing, another network might."


def _learning(trend: Trend) -> Verdict:
    last = f", by {percent(-math.expm1(-trend.fall))} over the last fifth of the steps" if trend.falls else ""
    return Verdict(
        Kind.LEARNING,
        "Learning",
        f"The training loss went from {number(trend.start)} to {number(trend.now)}{last}.",
        f"Rule: from one fifth of the steps to the next, the median training or test loss falls by more "
        f"than {percent(STILL)} and its noise; or it fell by {percent(GAIN)} within {ENOUGH_STEPS} steps. "
        f"Measured: training {change(trend.before, trend.now)}, in all {change(trend.start, trend.now)}.",
    )


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
