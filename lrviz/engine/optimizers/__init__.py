"""The optimizers, one file each.

To add one, write a module beside these with one class derived from `Optimizer` (its `kind`, title,
summary and PyTorch name, its fields with PyTorch's names, the slots it keeps) and its `Update`, then
list the class in `AnyOptimizer`. Forms, files, the command line and the docs read this list and
nothing else.
"""

from lrviz.engine.optimizers.adagrad import Adagrad
from lrviz.engine.optimizers.adam import Adam
from lrviz.engine.optimizers.adamw import AdamW
from lrviz.engine.optimizers.base import Optimizer, Update
from lrviz.engine.optimizers.rmsprop import RMSprop
from lrviz.engine.optimizers.sgd import SGD

AnyOptimizer = SGD | RMSprop | Adagrad | Adam | AdamW

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "AnyOptimizer", "Optimizer", "RMSprop", "Update"]
