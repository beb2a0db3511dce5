"""The modifiers, one file each: what can be done around any optimizer's step.

To add one, write a module beside these with one class derived from `Modifier` (its `kind`, title and
summary, its fields, the slots it keeps) and its `Wrapper`, then list the class in `AnyModifier`. Forms,
files, the command line and the docs read this list and nothing else.
"""

from lrviz.engine.modifiers.base import Modifier, Wrapper
from lrviz.engine.modifiers.cautious import Cautious
from lrviz.engine.modifiers.clip_norm import ClipNorm
from lrviz.engine.modifiers.clip_value import ClipValue
from lrviz.engine.modifiers.decay import DecoupledWeightDecay
from lrviz.engine.modifiers.ema import EMA
from lrviz.engine.modifiers.grokfast import Grokfast
from lrviz.engine.modifiers.lookahead import Lookahead
from lrviz.engine.modifiers.sam import SAM
from lrviz.engine.modifiers.swa import SWA

AnyModifier = ClipNorm | ClipValue | DecoupledWeightDecay | SAM | Grokfast | Cautious | Lookahead | EMA | SWA

__all__ = [
    "EMA",
    "SAM",
    "SWA",
    "AnyModifier",
    "Cautious",
    "ClipNorm",
    "ClipValue",
    "DecoupledWeightDecay",
    "Grokfast",
    "Lookahead",
    "Modifier",
    "Wrapper",
]
