"""The loss that goes with the task."""

from typing import ClassVar, Literal

from lrviz.engine.datasets.base import Task
from lrviz.engine.losses.base import Loss
from lrviz.engine.losses.binary_cross_entropy import BinaryCrossEntropy
from lrviz.engine.losses.cross_entropy import CrossEntropy
from lrviz.engine.losses.mse import MSE


class Auto(Loss):
    """Stands for the usual loss of a task: ask `resolve`; it computes nothing itself."""

    title: ClassVar[str] = "Automatic"
    summary: ClassVar[str] = "Cross-entropy for classes, mean squared error for numbers."
    tasks: ClassVar[tuple[Task, ...]] = ("binary", "multiclass", "regression")
    kind: Literal["auto"] = "auto"

    def resolve(self, task: Task) -> Loss:
        """The loss that is meant for this task."""
        match task:
            case "binary":
                return BinaryCrossEntropy()
            case "multiclass":
                return CrossEntropy()
            case "regression":
                return MSE()
