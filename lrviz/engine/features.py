"""Features: further inputs that are computed from points in the plane.

To add one, write its name into `Feature` and its label and formula into `FEATURES`; forms, files and the
panels that map the plane follow by themselves.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from lrviz.engine.datasets.base import Floats

Feature = Literal["x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)"]
"""What a feature is called in files."""


class Formula(NamedTuple):
    """How a feature is written, and its values (N,) at points (N, 2)."""

    label: str
    values: Callable[[Floats], Floats]


FEATURES: dict[Feature, Formula] = {
    "x1^2": Formula("x₁²", lambda x: x[:, 0] ** 2),
    "x2^2": Formula("x₂²", lambda x: x[:, 1] ** 2),
    "x1*x2": Formula("x₁x₂", lambda x: x[:, 0] * x[:, 1]),
    "sin(x1)": Formula("sin x₁", lambda x: np.sin(x[:, 0])),
    "sin(x2)": Formula("sin x₂", lambda x: np.sin(x[:, 1])),
}


def labels(features: Sequence[Feature]) -> tuple[str, ...]:
    """The features as people write them."""
    return tuple(FEATURES[feature].label for feature in features)


def extended(points: Floats, features: Sequence[Feature]) -> Floats:
    """Points (N, D) with the features as further columns, (N, D + F), in the order given.

    Raises ValueError for features of anything but D = 2 coordinates.
    """
    if not features:
        return points
    if points.shape[1] != 2:
        raise ValueError(
            f"{features[0]} is given for points with {points.shape[1]} inputs; "
            "features are derived from 2 inputs only."
        )
    return np.column_stack([points, *(FEATURES[feature].values(points) for feature in features)])
