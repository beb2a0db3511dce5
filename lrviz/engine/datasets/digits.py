"""Handwritten digits."""

from typing import Any, ClassVar, Literal

from lrviz.engine.datasets.base import Task
from lrviz.engine.datasets.real import Real


class Digits(Real):
    """1,797 digits of 8×8 pixels, each 0 to 16; ten classes.

    Source: `sklearn.datasets.load_digits`, the test part of Alpaydin & Kaynak 1998, "Optical
    Recognition of Handwritten Digits", UCI Machine Learning Repository.
    """

    title: ClassVar[str] = "Digits"
    summary: ClassVar[str] = "1,797 handwritten digits of 8×8 pixels; ten classes."
    task: ClassVar[Task] = "multiclass"
    suits: ClassVar[tuple[int, ...]] = (16, 16)
    image: ClassVar[tuple[int, int] | None] = (8, 8)
    kind: Literal["digits"] = "digits"

    def read(self) -> Any:
        """See `Real`."""
        from sklearn.datasets import load_digits

        return load_digits()
