"""What datasets drawn from a formula share: their fields, alternating classes, scattered points."""

from typing import Any

import numpy as np

from lrviz.engine.datasets.base import Floats
from lrviz.engine.parts import field

PLANE = ("x₁", "x₂")
"""The inputs of every two-dimensional drawn dataset."""


def samples_field(default: int = 400) -> Any:
    """How many points are drawn, training and held-out together."""
    return field(
        default,
        title="Samples",
        ge=1,
        le=100_000,
        scale="log",
        slider=(10, 10_000),
        help="How many points are drawn, for training and testing together. Too few: the network learns "
        "them by heart and the test loss rises. Too many: an epoch takes long and nothing more is learned.",
    )


def noise_field(default: float, *, help: str, unit: str = "") -> Any:
    """The standard deviation of the normal noise; `help` says what it is added to."""
    return field(default, title="Noise", unit=unit, ge=0.0, le=2.0, slider=(0.0, 0.5), help=help)


def classes_field(default: int, *, help: str) -> Any:
    """How many classes there are; `help` says of what. Two have datasets of their own."""
    return field(default, title="Classes", ge=3, le=10, slider=(3, 10), help=help)


def alternating(samples: int, classes: int = 2) -> Floats:
    """Class numbers 0, 1, ..., 0, 1, ..., shape (N,): any two classes differ by one example at most."""
    return np.arange(samples, dtype=np.float64) % classes


def scattered(random: np.random.Generator, points: Floats, noise: float) -> Floats:
    """points + noise · standard normal numbers, of any shape.

    The normal numbers do not depend on `noise`: a point moves along one line when noise is changed.
    """
    return points + noise * random.standard_normal(points.shape)
