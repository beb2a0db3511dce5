"""The schedules, one file each.

To add one, write a module beside these with one class derived from `Planned` (α is known ahead),
`PlannedAt` (it also asks for α or the epoch) or `Reactive` (a measured loss drives it): its `kind`, title,
summary and PyTorch name, its fields with PyTorch's names, the multiple of α, and in words what it does
past the plan. Then list the class in `AnyPlanned` or `AnySchedule`. Forms, files, the command line and the
docs read this list and nothing else.
"""

from lrviz.engine.schedules.base import Planned, PlannedAt, Reactive, Schedule, Times, TorchScheduler
from lrviz.engine.schedules.constant import Constant
from lrviz.engine.schedules.cosine import Cosine
from lrviz.engine.schedules.cosine_warm_restarts import CosineWarmRestarts
from lrviz.engine.schedules.cyclic import Cyclic
from lrviz.engine.schedules.exponential import Exponential
from lrviz.engine.schedules.expression import Expression
from lrviz.engine.schedules.flat_cosine import FlatCosine
from lrviz.engine.schedules.greedy import GreedyLR
from lrviz.engine.schedules.inverse_sqrt import InverseSqrt
from lrviz.engine.schedules.inverse_time import InverseTime
from lrviz.engine.schedules.linear import Linear
from lrviz.engine.schedules.linear_to_zero import LinearToZero
from lrviz.engine.schedules.multi_step import MultiStep
from lrviz.engine.schedules.noam import Noam
from lrviz.engine.schedules.one_cycle import OneCycle
from lrviz.engine.schedules.plateau import Plateau
from lrviz.engine.schedules.points import Points
from lrviz.engine.schedules.polynomial import Polynomial
from lrviz.engine.schedules.product import Product
from lrviz.engine.schedules.rex import REX
from lrviz.engine.schedules.sequence import Sequence, Stage
from lrviz.engine.schedules.step import Step
from lrviz.engine.schedules.warmup import Warmup
from lrviz.engine.schedules.warmup_stable_decay import WarmupStableDecay

AnyPlanned = (
    Constant
    | Step
    | MultiStep
    | Exponential
    | Cosine
    | CosineWarmRestarts
    | Cyclic
    | OneCycle
    | Linear
    | LinearToZero
    | Polynomial
    | InverseTime
    | InverseSqrt
    | Noam
    | REX
    | FlatCosine
    | WarmupStableDecay
    | Points
    | Expression
    | Warmup
    | Sequence
    | Product
)
"""Those that can stand inside others."""

AnySchedule = AnyPlanned | Plateau | GreedyLR

for _part in (Warmup, Stage, Sequence, Product):
    # They hold any of the union, which is only known here.
    _part.model_rebuild(_types_namespace={"AnyPlanned": AnyPlanned})

__all__ = [
    "REX",
    "AnyPlanned",
    "AnySchedule",
    "Constant",
    "Cosine",
    "CosineWarmRestarts",
    "Cyclic",
    "Exponential",
    "Expression",
    "FlatCosine",
    "GreedyLR",
    "InverseSqrt",
    "InverseTime",
    "Linear",
    "LinearToZero",
    "MultiStep",
    "Noam",
    "OneCycle",
    "Planned",
    "PlannedAt",
    "Plateau",
    "Points",
    "Polynomial",
    "Product",
    "Reactive",
    "Schedule",
    "Sequence",
    "Stage",
    "Step",
    "Times",
    "TorchScheduler",
    "Warmup",
    "WarmupStableDecay",
]
