"""The initializers, one file each.

To add one, write a module beside these with one class derived from `Initializer` (its `kind`, its
title and summary, and `draw`), then list the class in `AnyInitializer`. Forms, files, the command
line and the docs read this list and nothing else.
"""

from lrviz.engine.initializers.base import Initializer
from lrviz.engine.initializers.kaiming_normal import KaimingNormal
from lrviz.engine.initializers.kaiming_uniform import KaimingUniform
from lrviz.engine.initializers.lecun_normal import LeCunNormal
from lrviz.engine.initializers.lecun_uniform import LeCunUniform
from lrviz.engine.initializers.normal import Normal
from lrviz.engine.initializers.orthogonal import Orthogonal
from lrviz.engine.initializers.torch_default import TorchDefault
from lrviz.engine.initializers.xavier_normal import XavierNormal
from lrviz.engine.initializers.xavier_uniform import XavierUniform
from lrviz.engine.initializers.zeros import Zeros

AnyInitializer = (
    TorchDefault
    | XavierUniform
    | XavierNormal
    | KaimingUniform
    | KaimingNormal
    | LeCunUniform
    | LeCunNormal
    | Orthogonal
    | Normal
    | Zeros
)

__all__ = [
    "AnyInitializer",
    "Initializer",
    "KaimingNormal",
    "KaimingUniform",
    "LeCunNormal",
    "LeCunUniform",
    "Normal",
    "Orthogonal",
    "TorchDefault",
    "XavierNormal",
    "XavierUniform",
    "Zeros",
]
