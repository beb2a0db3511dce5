"""The norms, one file each.

To add one, write a module beside these with one class derived from `Norm` (its `kind`, its title and
summary, what it learns and tracks, and `bind`), then list the class in `AnyNorm`. Forms, files, the
command line and the docs read this list and nothing else.
"""

from lrviz.engine.norms.base import Norm
from lrviz.engine.norms.batch_norm import BatchNorm
from lrviz.engine.norms.layer_norm import LayerNorm
from lrviz.engine.norms.none import NoNorm

AnyNorm = NoNorm | BatchNorm | LayerNorm

__all__ = ["AnyNorm", "BatchNorm", "LayerNorm", "NoNorm", "Norm"]
