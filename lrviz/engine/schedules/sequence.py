"""One schedule after another."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from lrviz.engine.parts import PartField, Spec, field
from lrviz.engine.schedules.base import Floats, Times, length_field
from lrviz.engine.schedules.composite import Composite, counting, in_turn, member_field
from lrviz.engine.schedules.constant import Constant
from lrviz.engine.schedules.cosine import Cosine

if TYPE_CHECKING:
    from lrviz.engine.schedules import AnyPlanned

MOST_STAGES = 20


class Stage(Spec):
    """One schedule of a sequence, and how long it has."""

    length: int | None = length_field(
        None,
        "Takes",
        "How long this stage takes; the last one goes on in any case. Empty: such stages share equally "
        "what the others leave of the planned run. Too short: it does nothing. Too long: later stages are "
        "not reached.",
        empty="what is left",
    )
    schedule: Annotated[
        "AnyPlanned", *PartField, member_field("Schedule", "What α does in this stage, from its own time 0.")
    ] = Constant()


def _half_and_half() -> tuple[Stage, ...]:
    return (Stage(), Stage(schedule=Cosine()))


class Sequence(Composite):
    """The schedules of its stages, each from α and its own time 0; a stage begins where the one before ends.

    The times at which they change are PyTorch's `milestones`; a stage's length is the planned length of
    its schedule. Reference: `torch.optim.lr_scheduler.SequentialLR`.
    """

    title: ClassVar[str] = "In sequence"
    summary: ClassVar[str] = "One schedule after the other, each from α on."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.SequentialLR"
    kind: Literal["sequence"] = "sequence"
    stages: Annotated[
        tuple[Stage, ...],
        field(
            ...,
            title="Stage",
            live=True,
            help="The schedules in their order. A copy of the last stage can be added, and any removed.",
        ),
        Field(max_length=MOST_STAGES),
    ] = Field(default_factory=_half_and_half)

    @field_validator("stages")
    @classmethod
    def _count_the_same(cls, stages: tuple[Stage, ...], info: ValidationInfo) -> tuple[Stage, ...]:
        if not stages:
            raise ValueError("there is no stage; give at least one")
        unit = info.data.get("unit", "step")
        return tuple(Stage(length=stage.length, schedule=counting(stage.schedule, unit)) for stage in stages)

    @property
    def members(self) -> tuple["AnyPlanned", ...]:
        """See `Composite`."""
        return tuple(stage.schedule for stage in self.stages)

    def multiple_at(self, times: Times) -> Floats:
        """See the class."""
        values = np.ones(np.broadcast_shapes(times.t.shape, np.shape(times.lr)))
        for schedule, begin, own in self._in_turn(times):
            values = np.where(times.t >= begin, schedule.multiple_at(own), values)
        return values

    def momentum_at(self, times: Times) -> Floats:
        """That of the present stage; NaN where it leaves momentum alone."""
        values = np.full(times.t.shape, np.nan)
        for schedule, begin, own in self._in_turn(times):
            momentum = schedule.momentum_at(own) if schedule.moves_momentum else np.nan
            values = np.where(times.t >= begin, momentum, values)
        return values

    def _in_turn(self, times: Times) -> Iterator[tuple["AnyPlanned", float | Floats, Times]]:
        """Each stage's schedule, when it begins, and its own times."""
        begin: float | Floats = 0.0
        for index, (stage, length) in enumerate(zip(self.stages, self.lengths(times.total), strict=True)):
            own = after(times, begin, length)
            if index < len(self.stages) - 1:
                own = replace(own, t=np.minimum(own.t, length))
            yield stage.schedule, begin, own
            begin = begin + length

    def lengths(self, total: float | Floats) -> list[float | Floats]:
        """How long each stage is: whole numbers, at least 1; the last empty one takes what is over."""
        given = sum(stage.length or 0 for stage in self.stages)
        empty = [index for index, stage in enumerate(self.stages) if stage.length is None]
        share = np.maximum(np.floor((total - given) / max(len(empty), 1)), 1.0)
        rest = np.maximum(total - given - share * (len(empty) - 1), 1.0)
        return [
            float(stage.length) if stage.length is not None else rest if index == empty[-1] else share
            for index, stage in enumerate(self.stages)
        ]

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """One scheduler a stage, and the milestones. Raises ValueError where PyTorch has no such thing."""
        lengths = [int(length) for length in self.lengths(float(total))]
        members = zip(self.members, lengths, strict=True)
        return {
            "schedulers": [in_turn(member, lr, length) for member, length in members],
            "milestones": np.cumsum(lengths)[:-1].tolist(),
        }

    def beyond(self) -> str:
        """See `Schedule`."""
        return self.stages[-1].schedule.beyond()


def after(times: Times, begin: float | Floats, length: float | Floats | None = None) -> Times:
    """The times of a schedule that begins later and has this length, or what is left of the planned one.

    Before it begins they are 0.
    """
    left = np.maximum(times.total - begin, 1.0) if length is None else length
    return replace(times, t=np.maximum(times.t - begin, 0.0), total=left)
