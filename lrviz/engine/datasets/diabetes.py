"""Progress of diabetes."""

from typing import Any, ClassVar, Literal

from lrviz.engine.datasets.base import Task
from lrviz.engine.datasets.real import Real


class Diabetes(Real):
    """442 patients, 10 measurements in their own units; target: progress of the disease after a year.

    Source: `sklearn.datasets.load_diabetes` (`scaled=False`), Efron, Hastie, Johnstone & Tibshirani
    2004, "Least angle regression".
    """

    title: ClassVar[str] = "Diabetes"
    summary: ClassVar[str] = "442 patients, 10 measurements each: how far is the disease a year later?"
    task: ClassVar[Task] = "regression"
    suits: ClassVar[tuple[int, ...]] = (4,)
    kind: Literal["diabetes"] = "diabetes"

    def read(self) -> Any:
        """See `Real`."""
        from sklearn.datasets import load_diabetes

        return load_diabetes(scaled=False)
