"""Declarations that several pieces of an experiment share."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from lrviz.engine.parts import PartField, field

LARGEST_SEED = 2**32 - 1


def _encodable(text: str) -> str:
    """Refuse half characters (lone surrogates), which no file can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"the character at place {error.start + 1} is only half of one") from None
    return text


Text = Annotated[str, AfterValidator(_encodable), Field(max_length=2000)]


def part_of(title: str, help: str, *, live: bool = False) -> Any:
    """The metadata of a field that holds a part."""
    info = field(..., title=title, help=help, live=live)
    return (*PartField, info)


def seed_of(title: str, chooses: str) -> Any:
    """The seed of one purpose; chooses: what it decides."""
    return field(
        0,
        title=title,
        ge=0,
        le=LARGEST_SEED,
        advanced=True,
        help=f"Chooses {chooses}. Any whole number is as good as another; the same number always gives "
        "the same.",
    )
