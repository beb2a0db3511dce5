"""The losses, one file each.

To add one, write a module beside these with one class derived from `Loss` (its `kind`, its title and
summary, the tasks it is for, its value and its gradient), then list the class in `AnyLoss`. Forms,
files, the command line and the docs read this list and nothing else.
"""

from lrviz.engine.losses.auto import Auto
from lrviz.engine.losses.base import Loss
from lrviz.engine.losses.binary_cross_entropy import BinaryCrossEntropy
from lrviz.engine.losses.cross_entropy import CrossEntropy
from lrviz.engine.losses.mse import MSE

AnyLoss = Auto | MSE | BinaryCrossEntropy | CrossEntropy

__all__ = ["MSE", "AnyLoss", "Auto", "BinaryCrossEntropy", "CrossEntropy", "Loss"]
