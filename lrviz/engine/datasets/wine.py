"""Italian wines."""

from typing import Any, ClassVar, Literal

from lrviz.engine.datasets.base import Task
from lrviz.engine.datasets.real import Real


class Wine(Real):
    """178 wines of one region in Italy, 13 chemical measurements, three growers.

    Source: `sklearn.datasets.load_wine`, Aeberhard & Forina 1992, "Wine", UCI Machine Learning Repository.
    """

    title: ClassVar[str] = "Wine"
    summary: ClassVar[str] = "178 Italian wines, 13 measurements each: which of three growers?"
    task: ClassVar[Task] = "multiclass"
    suits: ClassVar[tuple[int, ...]] = (8,)
    kind: Literal["wine"] = "wine"

    def read(self) -> Any:
        """See `Real`."""
        from sklearn.datasets import load_wine

        return load_wine()
