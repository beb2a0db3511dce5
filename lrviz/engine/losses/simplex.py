"""Probabilities from outputs that are no logits."""

import numpy as np

from lrviz.engine.losses.base import Array


def closest_probabilities(z: Array) -> Array:
    """The probabilities closest to z (..., classes): its projection onto the simplex, which keeps the order.

    Source: Duchi et al. 2008, "Efficient projections onto the l1-ball for learning in high dimensions",
    fig. 1.
    """
    falling = -np.sort(-z, axis=-1)
    counts = np.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    excess = (np.cumsum(falling, axis=-1) - 1.0) / counts
    kept = np.sum(falling > excess, axis=-1, keepdims=True)
    threshold = np.take_along_axis(excess, kept - 1, axis=-1)
    projected: Array = np.maximum(z - threshold, 0.0)
    return projected
