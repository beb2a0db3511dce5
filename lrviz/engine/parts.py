"""How a part of an experiment is declared, once, for forms, files, the command line and the docs.

A *part* (an optimizer, a schedule, a dataset, ...) is one frozen pydantic model in one file.
Its fields carry title, unit, range and help text; its class carries a title and a one-line
summary; its `kind` is its name in files. A package of parts lists them in one union, e.g.
`Optimizer = SGD | Adam`, and everything else is read from there.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.fields import FieldInfo

Scale = Literal["linear", "log"]


class Spec(BaseModel):
    """A frozen, validated piece of an experiment; unknown names and NaN are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True, protected_namespaces=()
    )


class Part(Spec):
    """A `Spec` that is one of several kinds, told apart by `kind`."""

    title: ClassVar[str]
    """The name people know it by, as the window shows it."""
    summary: ClassVar[str]
    """What it is, in one line."""

    @classmethod
    def name(cls) -> str:
        """The value of `kind` in files, e.g. `"adam"`."""
        return str(get_args(cls.model_fields["kind"].annotation)[0])


def field(
    default: Any,
    *,
    title: str,
    help: str,
    unit: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    scale: Scale = "linear",
    slider: tuple[float, float] | None = None,
    labels: Sequence[str] = (),
    empty: str = "",
    live: bool = False,
    advanced: bool = False,
    without: Sequence[str] = (),
) -> Any:
    """Declare a field of a `Spec`.

    title: the row's label. help: what it does, and what happens when it is too low and too high.
    unit: shown behind the value. ge, gt, le, lt: the allowed range. scale, slider: how and between
    which values a slider moves (no slider: a plain field). labels: the rows of a tuple field.
    empty: what the form shows for `None`. live: an edit keeps weights and optimizer state.
    advanced: the form shows it only when asked for more. without: of the part that is held, the fields
    that the form leaves out, as they follow from elsewhere.
    """
    return Field(
        default,
        title=title,
        description=help,
        ge=ge,
        gt=gt,
        le=le,
        lt=lt,
        json_schema_extra={
            "unit": unit,
            "scale": scale,
            "slider": list(slider) if slider else None,
            "labels": list(labels),
            "empty": empty,
            "live": live,
            "advanced": advanced,
            "without": list(without),
        },
    )


def traits(info: FieldInfo) -> dict[str, Any]:
    """What `field` declared beyond pydantic's own: unit, scale, slider, labels, empty, live, ..."""
    extra = info.json_schema_extra
    return dict(extra) if isinstance(extra, dict) else {}


def _from_name(value: Any) -> Any:
    return {"kind": value} if isinstance(value, str) else value


PartField = (Field(discriminator="kind"), BeforeValidator(_from_name))
"""Metadata of a field that holds a part: `Annotated[Optimizer, *PartField]`.

A file may write a part with default settings by its name alone: `"optimizer": "adam"`.
"""


def kinds(union: Any) -> dict[str, type[Part]]:
    """The parts of a union by name, in the order they are listed."""
    members = get_args(union) or (union,)
    return {part.name(): part for part in members}
