"""What optimizers with running averages have in common."""

from typing import Annotated, Any

import numpy as np
from pydantic import Field

from lrviz.engine.optimizers.base import Floats, weight_decay_field
from lrviz.engine.parts import field

Beta = Annotated[float, Field(ge=0.0, lt=1.0)]

DECOUPLED_HELP = (
    "The part of every weight that is taken away per step, in multiples of α. Too low: weights may grow "
    "without need. Too high: the network cannot fit the data."
)


def decoupled_field(default: float) -> Any:
    """λ of a decay that does not pass through the averages."""
    return weight_decay_field(default, help=DECOUPLED_HELP)


def betas_field(default: tuple[float, ...], labels: tuple[str, ...], help: str) -> Any:
    """The βs of some running averages."""
    return field(default, title="Betas", labels=labels, slider=(0.0, 0.9999), live=True, help=help)


def logarithm(beta: Floats) -> Floats:
    """ln β, −∞ for 0."""
    with np.errstate(divide="ignore"):
        log: Floats = np.log(beta)
    return log


def correction(log: Floats, t: Floats) -> Floats:
    """1 − βᵗ from ln β: `power` takes a short cut for some shapes, and then its last bit differs."""
    corrected: Floats = -np.expm1(t * log)
    return corrected
