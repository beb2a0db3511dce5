"""The schedules, one file each.

To add one, write a module beside these with one class derived from `Planned` (α is known ahead) or
`Reactive` (a measured loss drives it): its `kind`, title, summary and PyTorch name, its fields with
PyTorch's names, the multiple of α, and in words what it does past the plan. Then list the class in
`AnySchedule`. Forms, files, the command line and the docs read this list and nothing else.
"""

from lrviz.engine.schedules.base import Planned, Reactive, Schedule
from lrviz.engine.schedules.constant import Constant
from lrviz.engine.schedules.cosine import Cosine
from lrviz.engine.schedules.cyclic import Cyclic
from lrviz.engine.schedules.exponential import Exponential
from lrviz.engine.schedules.plateau import Plateau
from lrviz.engine.schedules.step import Step

AnySchedule = Constant | Step | Exponential | Cosine | Cyclic | Plateau

__all__ = [
    "AnySchedule",
    "Constant",
    "Cosine",
    "Cyclic",
    "Exponential",
    "Planned",
    "Plateau",
    "Reactive",
    "Schedule",
    "Step",
]
