"""The activations, one file each.

To add one, write a module beside these with one class derived from `Activation` (its `kind`, its
title and summary, `forward`, `backward` and how many scratch arrays they want), then list the class
in `AnyActivation`. Forms, files, the command line and the docs read this list and nothing else.
"""

from lrviz.engine.activations.base import Activation
from lrviz.engine.activations.elu import ELU
from lrviz.engine.activations.gelu import GELU
from lrviz.engine.activations.hardtanh import Hardtanh
from lrviz.engine.activations.leaky_relu import LeakyReLU
from lrviz.engine.activations.linear import Linear
from lrviz.engine.activations.mish import Mish
from lrviz.engine.activations.relu import ReLU
from lrviz.engine.activations.selu import SELU
from lrviz.engine.activations.sigmoid import Sigmoid
from lrviz.engine.activations.silu import SiLU
from lrviz.engine.activations.sine import Sine
from lrviz.engine.activations.softplus import Softplus
from lrviz.engine.activations.tanh import Tanh

AnyActivation = (
    Linear | ReLU | LeakyReLU | ELU | SELU | GELU | SiLU | Mish | Softplus | Tanh | Hardtanh | Sigmoid | Sine
)

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "AnyActivation",
    "Hardtanh",
    "LeakyReLU",
    "Linear",
    "Mish",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Sine",
    "Softplus",
    "Tanh",
]
