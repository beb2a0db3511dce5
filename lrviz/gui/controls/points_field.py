"""A field for the points of a curve."""

import re
from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from lrviz.experiment.numbers import read, write
from lrviz.gui.controls.number_field import Entry

EXAMPLE = "0:1, 100:0.5"


class PointsField(Entry):
    """Pairs of numbers, written `0:1, 100:0.5, 500:0.1`."""

    def __init__(self, *, unit: str = "", parent: QWidget | None = None) -> None:
        super().__init__(unit=unit, empty=EXAMPLE, parent=parent)

    def parse(self, text: str) -> tuple[tuple[float, float], ...]:
        """See `Entry`; commas, semicolons and spaces divide."""
        words = re.split(r"[\s,;]+", re.sub(r"\s*:\s*", ":", text.strip(" ,;\t")))
        return tuple(_pair(word) for word in words if word)

    def written(self, value: object) -> str:
        """See `Entry`."""
        if not isinstance(value, Sequence):
            raise TypeError(f"A field of points cannot show {value!r}; it must be a sequence of pairs.")
        return ", ".join(f"{write(x)}:{write(y)}" for x, y in value)


def _pair(word: str) -> tuple[float, float]:
    parts = word.split(":")
    if len(parts) != 2:
        raise ValueError(f"“{word}” is not a point; write points like {EXAMPLE}.")
    return read(parts[0]), read(parts[1])
