"""What is happening, in words: too slow, learning, converged, unstable, diverged; and by which criterion."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from lrviz.session.history import TEST_LOSS, TRAINING_LOSS
from lrviz.session.series import Floats, SeriesView
from lrviz.session.snapshot import Snapshot, Status

MOST_CELLS = 1024
"""Cells looked at; of a longer series, evenly spaced ones."""
LEAST_STEPS = 20
ENOUGH_STEPS = 200
FIRST = 10
"""Steps whose median loss is what a run began at."""
LEAST_LOSS = 1e-12
MOST_LOSS = 1e30

STILL = 0.01
RISE = 0.10
GAIN = 0.10
GAIN_AT_END = 0.20
SWING = 0.5
SMALL = 0.01
OVERFIT = 0.20
ALARM = 1.5
"""How many times the noise of two standard errors a rise must be, as it is looked for again and again."""


class Kind(StrEnum):
    """The verdicts."""

    NOT_STARTED = "not started"
    TOO_EARLY = "too early"
    TOO_SLOW = "too slow"
    LEARNING = "learning"
    CONVERGED = "converged"
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


@dataclass(frozen=True)
class _Trend:
    """Medians of a loss: at the start, and over the last two fifths of its samples.

    noise: two standard errors of log(now) − log(before), from the scatter around the medians;
    start_noise: the same of log(now) − log(start). span: steps from one fifth to the next.
    """

    start: float
    before: float
    now: float
    noise: float
    start_noise: float
    span: int

    @property
    def fall(self) -> float:
        """log(before / now): positive while it falls."""
        return math.log(self.before / self.now)

    @property
    def moves(self) -> bool:
        """Whether it falls by more than its noise."""
        return self.fall > self.noise

    @property
    def falls(self) -> bool:
        """Whether it falls by more than its noise and 1 %."""
        return self.moves and self.fall > -math.log(1.0 - STILL)

    def after(self, steps: int) -> float:
        """The loss that many steps from now at the present pace, if it moves; else the present one."""
        return self.now * math.exp(-self.fall * steps / self.span) if self.moves else self.now


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
    advice = f" Try α = {_number(lr / 10.0)}." if lr > 0.0 else ""
    return Verdict(
        Kind.DIVERGED,
        "Diverged",
        f"Diverged at step {step}: the loss was no longer finite. "
        f"Weights are frozen at step {step - 1}.{advice}",
        "Diverged: the loss or a parameter is not finite.",
    )


def _from_losses(snapshot: Snapshot) -> Verdict:
    training = snapshot.series.get(TRAINING_LOSS)
    if training is None or training.samples < LEAST_STEPS:
        return _too_early(snapshot.step)
    trend = _trend(training)
    return (
        _unstable(snapshot, trend)
        or _too_slow(snapshot, trend)
        or _converged(snapshot, trend)
        or _learning(snapshot, trend)
    )


def _too_early(step: int) -> Verdict:
    return Verdict(
        Kind.TOO_EARLY,
        "Too early to tell",
        f"Only {step} {'step is' if step == 1 else 'steps are'} done.",
        f"Too early: fewer than {LEAST_STEPS} steps, or the noise of the loss still hides whether it moves.",
    )


def _unstable(snapshot: Snapshot, trend: _Trend) -> Verdict | None:
    advice = f" Try a smaller α, such as {_rough(snapshot.experiment.lr / 3.0)}."
    threshold = max(math.log(1.0 + RISE), ALARM * trend.noise)
    if -trend.fall > threshold:
        return Verdict(
            Kind.UNSTABLE,
            "Unstable: the loss rises",
            f"The training loss rose from {_number(trend.before)} to {_number(trend.now)} "
            f"over the last fifth of the steps.{advice}",
            f"Unstable: the median training loss of the last fifth of the steps is more than "
            f"{_percent(math.expm1(threshold))} above that of the fifth before.",
        )
    threshold = max(math.log(1.0 + RISE), ALARM * trend.start_noise)
    if math.log(trend.now / trend.start) > threshold:
        return Verdict(
            Kind.UNSTABLE,
            "Unstable: worse than at the start",
            f"The training loss is {_number(trend.now)}; it began at {_number(trend.start)}.{advice}",
            f"Unstable: the median training loss of the last fifth of the steps is more than "
            f"{_percent(math.expm1(threshold))} above that of the first steps.",
        )
    name, swing = _swing(snapshot)
    if swing > math.log(1.0 + SWING):
        return Verdict(
            Kind.UNSTABLE,
            "Unstable: the loss swings",
            f"The {name} goes up and down: over the last fifth of the steps it is often "
            f"{_percent(math.expm1(swing))} above a value it had before.{advice}",
            f"Unstable: for a quarter of the last fifth of the steps, the {name} is more than "
            f"{_percent(SWING)} above its lowest until then, and it does not simply rise or fall.",
        )
    return None


def _too_slow(snapshot: Snapshot, trend: _Trend) -> Verdict | None:
    ahead = max(0, snapshot.planned - snapshot.step)
    end = trend.after(ahead)
    if trend.now <= (1.0 - GAIN) * trend.start or end <= (1.0 - GAIN_AT_END) * trend.start:
        return None
    if not (trend.moves or _enough(snapshot)):
        return _too_early(snapshot.step)
    pace = f"; at this pace it would be {_number(end)} at step {snapshot.planned}" if ahead else ""
    return Verdict(
        Kind.TOO_SLOW,
        "Too slow",
        f"The training loss went from {_number(trend.start)} to {_number(trend.now)} "
        f"in {snapshot.step} steps{pace}. Try a larger α, such as {_rough(snapshot.experiment.lr * 3.0)}.",
        f"Too slow: the median training loss fell by less than {_percent(GAIN)} since the first steps, and "
        f"at its present pace will have fallen by less than {_percent(GAIN_AT_END)} at the planned end.",
    )


def _converged(snapshot: Snapshot, trend: _Trend) -> Verdict | None:
    if trend.falls or not _enough(snapshot):
        return None
    test = _test_trend(snapshot)
    if test is not None and test.falls:
        return None
    return Verdict(
        Kind.CONVERGED,
        "Converged",
        f"The training loss went from {_number(trend.start)} to {_number(trend.now)} and no longer falls."
        f"{_overfit(snapshot, trend)}",
        "Converged: over the last fifth of the steps the median losses fell by less than "
        f"{_percent(max(STILL, -math.expm1(-trend.noise)))} (1 %, or the noise of the training loss).",
    )


def _learning(snapshot: Snapshot, trend: _Trend) -> Verdict:
    last = (
        f", by {_percent(-math.expm1(-trend.fall))} over the last fifth of the steps" if trend.falls else ""
    )
    return Verdict(
        Kind.LEARNING,
        "Learning",
        f"The training loss went from {_number(trend.start)} to {_number(trend.now)}{last}."
        f"{_overfit(snapshot, trend)}",
        f"Learning: from one fifth of the steps to the next, the median training or test loss falls by more "
        f"than {_percent(STILL)} and its noise; or it fell by {_percent(GAIN)} within {ENOUGH_STEPS} steps.",
    )


def _ended(snapshot: Snapshot, verdict: Verdict) -> Verdict:
    """The verdict on a run that came to its end; what went wrong stays in front."""
    if verdict.kind not in (Kind.LEARNING, Kind.CONVERGED, Kind.TOO_EARLY):
        return verdict
    if snapshot.status is Status.STOPPED_EARLY:
        training = snapshot.experiment.training
        since = f" since step {snapshot.best[0]}" if snapshot.best else ""
        headline = f"Stopped early at step {snapshot.step}"
        reason = f" The {training.monitor} had not improved for {training.early_stopping} checks{since}."
    else:
        headline = f"Finished at step {snapshot.step}"
        reason = " It was still falling; more steps would help." if verdict.kind is Kind.LEARNING else ""
    return replace(verdict, kind=Kind.FINISHED, headline=headline, sentence=verdict.sentence + reason)


def _enough(snapshot: Snapshot) -> bool:
    return snapshot.step >= min(ENOUGH_STEPS, snapshot.planned // 2)


def _trend(view: SeriesView) -> _Trend:
    """The trend of a series of at least three cells."""
    stride = -(-len(view.steps) // MOST_CELLS)
    steps, logs = view.steps[::stride], np.log(_bounded(view.last[::stride, 0]))
    fifth = max(1, len(logs) // 5)
    first = np.log(_bounded(view.last[: min(FIRST, fifth), 0]))
    recent, earlier = logs[-fifth:], logs[-2 * fifth : -fifth]
    start, before, now = (float(np.median(part)) for part in (first, earlier, recent))
    # 1.4826 MAD estimates σ; the median of n scatters by 1.2533 σ/√n.
    spread_now, spread_before = (
        2.0 * 1.2533 * 1.4826 * float(np.median(np.abs(part - middle)))
        for part, middle in ((recent, now), (earlier, before))
    )
    return _Trend(
        start=math.exp(start),
        before=math.exp(before),
        now=math.exp(now),
        noise=math.hypot(spread_now, spread_before) / math.sqrt(fifth),
        start_noise=spread_now * math.sqrt(1.0 / fifth + 1.0 / len(first)),
        span=max(1, int(steps[-1] - steps[-1 - fifth])),
    )


def _test_trend(snapshot: Snapshot) -> _Trend | None:
    view = snapshot.series.get(TEST_LOSS)
    return _trend(view) if view is not None and len(view.steps) >= 10 else None


def _swing(snapshot: Snapshot) -> tuple[str, float]:
    """A loss without the noise of batches: its name, and how far it swings in the last fifth of its samples.

    The swing is the upper quartile of log(loss / lowest loss until then); 0 when it moves one way,
    or is below 1 % of its first value.
    When a step uses all examples it is the training loss; tests might meet every second step only.
    """
    whole = snapshot.experiment.training.batch_size >= len(snapshot.examples.train)
    name = TRAINING_LOSS if whole else TEST_LOSS
    view = snapshot.series.get(name)
    if view is None or len(view.steps) < 10:
        return name, 0.0
    count = min(MOST_CELLS, max(5, len(view.steps) // 5))
    low, high = (np.log(_bounded(values[-count:, 0])) for values in (view.low, view.high))
    path = np.stack([low, high], axis=1).ravel()
    small = float(np.median(low)) < math.log(SMALL) + float(np.log(_bounded(view.last[:1, 0]))[0])
    one_way = abs(path[-1] - path[0]) > 0.5 * float(np.sum(np.abs(np.diff(path))))
    return name, 0.0 if small or one_way else float(np.quantile(high - np.minimum.accumulate(low), 0.75))


def _overfit(snapshot: Snapshot, training: _Trend) -> str:
    """A further sentence when the test loss is well above its lowest and above the training loss.

    A lowest test loss among the newest fifth is a new record, not a thing of the past.
    """
    test = _test_trend(snapshot)
    if test is None:
        return ""
    view = snapshot.series[TEST_LOSS]
    low = _bounded(view.low[:, 0])
    lowest = int(np.argmin(low))
    recent = view.steps[lowest] > view.steps[-1] - (view.steps[-1] - view.steps[0]) / 5
    if recent or test.now <= (1.0 + OVERFIT) * max(float(low[lowest]), training.now):
        return ""
    return (
        f" The test loss has risen to {_number(test.now)} from {_number(float(low[lowest]))} "
        f"at step {int(view.steps[lowest])}: it overfits."
    )


def _bounded(losses: Floats) -> Floats:
    """Losses with a finite logarithm; what is not finite counts as very large."""
    return np.clip(np.nan_to_num(losses, nan=MOST_LOSS, posinf=MOST_LOSS), LEAST_LOSS, MOST_LOSS)


def _percent(share: float) -> str:
    return f"{100.0 * share:.2g} %" if share < 0.995 else f"{100.0 * share:.0f} %"


def _number(value: float) -> str:
    """Three significant digits: 0.31, 1.5e-4, 2500."""
    if value == 0.0 or 1e-3 <= abs(value) < 1e6:
        return f"{float(f'{value:.3g}'):.12g}"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"


def _rough(value: float) -> str:
    """One significant digit, for advice."""
    return _number(float(f"{value:.1g}"))
