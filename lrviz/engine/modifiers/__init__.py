"""The modifiers, one file each: what can be done around any optimizer's step.

To add one, write a module beside these with one class derived from `Modifier` (its `kind`, title and
summary, its fields, the slots it keeps) and its `Wrapper`, then list the class in `AnyModifier`. Forms,
files, the command line and the docs read this list and nothing else.
"""

from lrviz.engine.modifiers.base import Modifier, Wrapper
from lrviz.engine.modifiers.clip_norm import ClipNorm

AnyModifier = ClipNorm

__all__ = ["AnyModifier", "ClipNorm", "Modifier", "Wrapper"]
