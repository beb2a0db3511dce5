"""Breast cancer, malignant or benign."""

from typing import Any, ClassVar, Literal

from lrviz.engine.datasets.base import Task
from lrviz.engine.datasets.real import Real


class BreastCancer(Real):
    """569 tumours, 30 measurements of their cell nuclei; malignant (0) or benign (1).

    Source: `sklearn.datasets.load_breast_cancer`, Wolberg, Mangasarian, Street & Street 1995, "Breast
    Cancer Wisconsin (Diagnostic)", UCI Machine Learning Repository.
    """

    title: ClassVar[str] = "Breast cancer"
    summary: ClassVar[str] = "569 tumours, 30 measurements each: malignant or benign?"
    task: ClassVar[Task] = "binary"
    suits: ClassVar[tuple[int, ...]] = (8,)
    kind: Literal["breast_cancer"] = "breast_cancer"

    def read(self) -> Any:
        """See `Real`."""
        from sklearn.datasets import load_breast_cancer

        return load_breast_cancer()
