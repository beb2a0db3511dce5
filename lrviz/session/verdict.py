"""What is happening, in words: too slow, learning, stuck, overfits, diverged; and by which criterion."""

from dataclasses import replace

from lrviz.experiment.numbers import write
from lrviz.session.advice import tamer_rate
from lrviz.session.judgement import Kind, Verdict
from lrviz.session.rules import judge_losses
from lrviz.session.snapshot import Snapshot, Status
from lrviz.session.wording import number

__all__ = ["Kind", "Verdict", "judge"]


def judge(snapshot: Snapshot) -> Verdict:
    """The verdict on a run, from its status, α, recorded losses, and whether it is past its plan."""
    verdict = _judge(snapshot)
    if snapshot.failure is not None or snapshot.step <= snapshot.planned:
        return verdict
    return replace(verdict, sentence=f"{verdict.sentence} {_past_the_plan(snapshot)}")


def _judge(snapshot: Snapshot) -> Verdict:
    if snapshot.failure is not None:
        return Verdict(Kind.FAILED, "Failed", snapshot.failure.message, "An error ended the training.")
    if snapshot.diverged_at is not None:
        return _diverged(snapshot, snapshot.diverged_at)
    if snapshot.experiment.lr == 0.0:
        return Verdict(
            Kind.TOO_SLOW, "Nothing moves", "Nothing moves: α is 0. Try α = 0.01.", "Nothing moves: α is 0."
        )
    if snapshot.step == 0:
        sentence = f"No step is done yet; α is {number(snapshot.experiment.lr)}."
        return Verdict(Kind.NOT_STARTED, "Not started", sentence, "Not started: step 0.")
    verdict = judge_losses(snapshot)
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


def _past_the_plan(snapshot: Snapshot) -> str:
    """What a schedule does there may be a surprise, such as a cosine that rises again."""
    planned, schedule = snapshot.planned, snapshot.experiment.schedule
    steps = "1 step" if planned == 1 else f"{planned:,} steps"
    return f"Training is past the plan of {steps}; there the schedule {schedule.beyond()}."


def _ended(snapshot: Snapshot, verdict: Verdict) -> Verdict:
    """The verdict on a run that came to its end; what went wrong stays in front."""
    early = snapshot.status is Status.STOPPED_EARLY
    good = {Kind.LEARNING, Kind.CONVERGED, Kind.TOO_EARLY} | ({Kind.OVERFITS} if early else set())
    if verdict.kind not in good:
        return verdict
    if early:
        training = snapshot.experiment.training
        if training.min_delta:
            detail = f" by more than {number(training.min_delta)} for {training.early_stopping} checks"
        else:
            since = f" since step {snapshot.best[0]:,}" if snapshot.best else ""
            detail = f" for {training.early_stopping} checks{since}"
        headline = f"Stopped early at step {snapshot.step:,}"
        reason = f" The {training.monitor} had not improved{detail}."
    else:
        headline = f"Finished at step {snapshot.step:,}"
        reason = " It was still falling; more steps would help." if verdict.kind is Kind.LEARNING else ""
    return replace(verdict, kind=Kind.FINISHED, headline=headline, sentence=verdict.sentence + reason)
