"""What schedules made of other schedules have in common."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import BaseModel, model_validator

from lrviz.engine.parts import Spec, field
from lrviz.engine.schedules.base import Planned, PlannedAt, Reactive, TorchScheduler, Unit
from lrviz.engine.schedules.one_cycle import OneCycle

if TYPE_CHECKING:
    from lrviz.engine.schedules import AnyPlanned

MOST_NESTED = 5
"""Schedules inside one another, with the outermost."""

Member = TypeVar("Member", bound=Planned)


class Composite(PlannedAt):
    """A schedule made of others that are known ahead.

    These count what the whole counts, whatever their own `unit` said, and momentum is moved by those of
    them that move it. Raises ValueError (within pydantic's error) where one follows a loss, or where more
    than `MOST_NESTED` are inside one another.
    """

    @property
    def members(self) -> tuple["AnyPlanned", ...]:
        """The schedules it is made of."""
        raise NotImplementedError

    @property
    def moves_momentum(self) -> bool:
        """See `Planned`."""
        return any(member.moves_momentum for member in self.members)

    @model_validator(mode="before")
    @classmethod
    def _holds_what_it_may(cls, data: Any) -> Any:
        reactive = {part.name(): part.title for part in Reactive.__subclasses__()}
        for member in _inside(data):
            if (kind := _kind(member)) in reactive:
                raise ValueError(
                    f"{reactive[kind]} follows a measured loss; inside another schedule there can only be "
                    "one that is known ahead"
                )
        _refuse_depth(data)
        return data

    @model_validator(mode="after")
    def _is_not_too_deep(self) -> Self:
        """Again, with those that stand inside by default."""
        _refuse_depth(self)
        return self


def member_field(title: str, help: str) -> Any:
    """A schedule inside another one; it shows no `unit`, which is that of the whole."""
    return field(..., title=title, help=help, live=True, without=("unit",))


def counting(member: Member, unit: Unit) -> Member:
    """The same schedule, counting this."""
    if member.unit == unit:
        return member
    return type(member).model_validate({**dict(member), "unit": unit})


def in_turn(member: Planned, lr: float, total: int) -> TorchScheduler:
    """A member as one of PyTorch's `SequentialLR`. Raises ValueError where that cannot hold it."""
    if isinstance(member, (Composite, OneCycle)):
        # A nested one cannot be set back to its start; OneCycleLR overwrites the α of all others.
        raise ValueError(f"PyTorch's SequentialLR goes wrong with {member.title} inside.")
    return member.in_torch(lr, total)


def _refuse_depth(data: Any) -> None:
    level = [data]
    for _ in range(MOST_NESTED):
        level = [member for schedule in level for member in _inside(schedule)]
    if level:
        raise ValueError(f"more than {MOST_NESTED} schedules are inside one another; make it simpler")


def _inside(data: Any) -> list[Any]:
    """The schedules directly inside one, as plain data or validated."""
    fields = dict(data) if isinstance(data, BaseModel) else data
    if not isinstance(fields, dict):
        return []
    found = [fields[name] for name in ("schedule", "first", "second") if name in fields]
    stages = fields.get("stages")
    for stage in stages if isinstance(stages, (list, tuple)) else ():
        found += _inside(stage)
    return found


def _kind(data: Any) -> str:
    if isinstance(data, Spec):
        return str(getattr(data, "kind", ""))
    return str(data.get("kind")) if isinstance(data, dict) else str(data)
