"""The losses, one file each.

To add one, write a module beside these with one class derived from `Loss` (its `kind`, its title and
summary, the tasks it is for, its value and its gradient), then list the class in `AnyLoss`. Forms,
files, the command line and the docs read this list and nothing else.
"""

from lrviz.engine.losses.auto import Auto
from lrviz.engine.losses.base import Loss
from lrviz.engine.losses.binary_cross_entropy import BinaryCrossEntropy
from lrviz.engine.losses.cross_entropy import CrossEntropy
from lrviz.engine.losses.hinge import Hinge
from lrviz.engine.losses.huber import Huber
from lrviz.engine.losses.l1 import L1
from lrviz.engine.losses.mse import MSE

AnyLoss = Auto | MSE | L1 | Huber | BinaryCrossEntropy | CrossEntropy | Hinge

__all__ = ["L1", "MSE", "AnyLoss", "Auto", "BinaryCrossEntropy", "CrossEntropy", "Hinge", "Huber", "Loss"]
