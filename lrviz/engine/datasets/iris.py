"""Iris flowers."""

from typing import Any, ClassVar, Literal

from lrviz.engine.datasets.base import Task
from lrviz.engine.datasets.real import Real


class Iris(Real):
    """150 iris flowers, 4 lengths in cm, three species.

    Source: `sklearn.datasets.load_iris`, Fisher 1936, "The use of multiple measurements in taxonomic
    problems".
    """

    title: ClassVar[str] = "Iris"
    summary: ClassVar[str] = "150 iris flowers, 4 lengths each; three species."
    task: ClassVar[Task] = "multiclass"
    suits: ClassVar[tuple[int, ...]] = (8,)
    kind: Literal["iris"] = "iris"

    def read(self) -> Any:
        """See `Real`."""
        from sklearn.datasets import load_iris

        return load_iris()
