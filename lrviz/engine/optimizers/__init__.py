"""The optimizers, one file each.

To add one, write a module beside these with one class derived from `Optimizer` (its `kind`, title,
summary and PyTorch name, its fields with PyTorch's names, the slots it keeps) and its `Update`, then
list the class in `AnyOptimizer`. Forms, files, the command line and the docs read this list and
nothing else.
"""

from lrviz.engine.optimizers.adabelief import AdaBelief
from lrviz.engine.optimizers.adadelta import Adadelta
from lrviz.engine.optimizers.adafactor import Adafactor
from lrviz.engine.optimizers.adagrad import Adagrad
from lrviz.engine.optimizers.adam import Adam
from lrviz.engine.optimizers.adam_hd import AdamHD
from lrviz.engine.optimizers.adamax import Adamax
from lrviz.engine.optimizers.adamw import AdamW
from lrviz.engine.optimizers.adan import Adan
from lrviz.engine.optimizers.ademamix import AdEMAMix
from lrviz.engine.optimizers.asgd import ASGD
from lrviz.engine.optimizers.barzilai_borwein import BarzilaiBorwein
from lrviz.engine.optimizers.base import Optimizer, Update
from lrviz.engine.optimizers.dadapt_adam import DAdaptAdam
from lrviz.engine.optimizers.dadapt_sgd import DAdaptSGD
from lrviz.engine.optimizers.dog import DoG
from lrviz.engine.optimizers.dowg import DoWG
from lrviz.engine.optimizers.lamb import LAMB
from lrviz.engine.optimizers.lars import LARS
from lrviz.engine.optimizers.lbfgs import LBFGS
from lrviz.engine.optimizers.lion import Lion
from lrviz.engine.optimizers.muon import Muon
from lrviz.engine.optimizers.nadam import NAdam
from lrviz.engine.optimizers.normalized_sgd import NormalizedSGD
from lrviz.engine.optimizers.prodigy import Prodigy
from lrviz.engine.optimizers.radam import RAdam
from lrviz.engine.optimizers.rmsprop import RMSprop
from lrviz.engine.optimizers.rprop import Rprop
from lrviz.engine.optimizers.schedule_free import ScheduleFreeSGD
from lrviz.engine.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from lrviz.engine.optimizers.sgd import SGD
from lrviz.engine.optimizers.sgd_hd import SGDHD
from lrviz.engine.optimizers.sgld import SGLD
from lrviz.engine.optimizers.sls import SLS
from lrviz.engine.optimizers.sps import SPS

AnyOptimizer = (
    SGD
    | RMSprop
    | Adagrad
    | Adam
    | AdamW
    | Adadelta
    | Adamax
    | NAdam
    | RAdam
    | Rprop
    | ASGD
    | Adafactor
    | Muon
    | LBFGS
    | Lion
    | AdaBelief
    | Adan
    | AdEMAMix
    | LARS
    | LAMB
    | ScheduleFreeSGD
    | ScheduleFreeAdamW
    | NormalizedSGD
    | SGLD
    | Prodigy
    | DAdaptAdam
    | DAdaptSGD
    | DoG
    | DoWG
    | SPS
    | SLS
    | SGDHD
    | AdamHD
    | BarzilaiBorwein
)

__all__ = [
    "ASGD",
    "LAMB",
    "LARS",
    "LBFGS",
    "SGD",
    "SGDHD",
    "SGLD",
    "SLS",
    "SPS",
    "AdEMAMix",
    "AdaBelief",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamHD",
    "AdamW",
    "Adamax",
    "Adan",
    "AnyOptimizer",
    "BarzilaiBorwein",
    "DAdaptAdam",
    "DAdaptSGD",
    "DoG",
    "DoWG",
    "Lion",
    "Muon",
    "NAdam",
    "NormalizedSGD",
    "Optimizer",
    "Prodigy",
    "RAdam",
    "RMSprop",
    "Rprop",
    "ScheduleFreeAdamW",
    "ScheduleFreeSGD",
    "Update",
]
