"""The initializers, one file each.

To add one, write a module beside these with one class derived from `Initializer` (its `kind`, its
title and summary, and `draw`), then list the class in `AnyInitializer`. Forms, files, the command
line and the docs read this list and nothing else.
"""

from lrviz.engine.initializers.base import Initializer
from lrviz.engine.initializers.kaiming_normal import KaimingNormal
from lrviz.engine.initializers.kaiming_uniform import KaimingUniform
from lrviz.engine.initializers.torch_default import TorchDefault
from lrviz.engine.initializers.xavier_normal import XavierNormal
from lrviz.engine.initializers.xavier_uniform import XavierUniform

AnyInitializer = TorchDefault | XavierUniform | XavierNormal | KaimingUniform | KaimingNormal

__all__ = [
    "AnyInitializer",
    "Initializer",
    "KaimingNormal",
    "KaimingUniform",
    "TorchDefault",
    "XavierNormal",
    "XavierUniform",
]
