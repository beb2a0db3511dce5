"""No norm."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from lrviz.engine.norms.base import Norm


class NoNorm(Norm):
    """Numbers stay as they are."""

    title: ClassVar[str] = "None"
    summary: ClassVar[str] = "Numbers go on as they are."
    kind: Literal["none"] = "none"
    parameters: ClassVar[Mapping[str, float]] = {}
