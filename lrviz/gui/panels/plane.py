"""All the inputs that fit in a picture, for data with one or two inputs (and features of these)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lrviz.engine.examples import Examples, Split
from lrviz.engine.features import extended
from lrviz.engine.losses.base import Loss
from lrviz.engine.network import with_ones

Floats = NDArray[np.float64]
Array = NDArray[np.floating[Any]]
Bounds = tuple[float, float]

_MARGIN = 0.08
_MOST_UNEQUAL = 3.0


@dataclass(frozen=True, eq=False)
class Grid:
    """What the network is asked for a picture: `cells` values of each input, in the order of its pixels.

    ranges: of each input of the table, in its units. inputs: (cells ** len(ranges), D + 1) of the working
    type; the first row of a picture is its top, where the second input is largest.
    """

    examples: Examples
    cells: int
    ranges: tuple[Bounds, ...]
    inputs: Array

    @classmethod
    def over(cls, examples: Examples, cells: int, dtype: DTypeLike) -> "Grid":
        """The grid that holds all examples."""
        ranges = bounds(examples)
        return cls(examples, cells, ranges, working_inputs(examples, middles(ranges, cells), dtype))

    def serves(self, examples: Examples, dtype: DTypeLike) -> bool:
        """Whether it was made for these examples and this working type."""
        return self.examples is examples and self.inputs.dtype == dtype


def drawable(examples: Examples) -> bool:
    """Whether inputs and predictions fit in one picture: two inputs, or one that is not for many classes."""
    return examples.dimensions == 2 or (examples.dimensions == 1 and examples.task != "multiclass")


def original_inputs(examples: Examples, split: Split) -> Floats:
    """A split's inputs (N, dimensions) in the units of the table, without the features derived from them."""
    own = slice(examples.dimensions)
    original: Floats = split.inputs[:, own] * examples.input_scale[own] + examples.input_mean[own]
    return original


def working_inputs(examples: Examples, points: Floats, dtype: DTypeLike) -> Array:
    """Points (N, dimensions) in the units of the table as the network takes them, (N, D + 1)."""
    columns = extended(points, examples.derived)
    return with_ones((columns - examples.input_mean) / examples.input_scale, dtype)


def bounds(examples: Examples) -> tuple[Bounds, ...]:
    """For each input the range that holds all examples, with a margin.

    Inputs of about the same extent get the same length, so that a picture has equal scales.
    """
    splits = (examples.train, examples.test, examples.validation)
    points = np.concatenate([original_inputs(examples, split) for split in splits])
    low, high = points.min(axis=0), points.max(axis=0)
    half = (high - low) / 2
    half[half == 0] = 0.5
    if half.max() < _MOST_UNEQUAL * half.min():
        half[:] = half.max()
    half *= 1 + 2 * _MARGIN
    middle = (low + high) / 2
    return tuple((float(m - h), float(m + h)) for m, h in zip(middle, half, strict=True))


def middles(ranges: tuple[Bounds, ...], cells: int) -> Floats:
    """The middles of a grid's cells over one or two ranges, (cells ** len(ranges), len(ranges))."""
    steps = [low + (high - low) * (np.arange(cells) + 0.5) / cells for low, high in ranges]
    if len(steps) == 1:
        return steps[0][:, None]
    x, y = np.meshgrid(steps[0], steps[1][::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1)


def finite_rows(values: Array) -> NDArray[np.bool_]:
    """Which rows (N,) of a table hold nothing but finite numbers."""
    finite: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(values), axis=1)
    return finite


def shares(loss: Loss, z: Array) -> Array:
    """Class probabilities (N, classes) of raw outputs; overflow is drawn, not warned of."""
    with np.errstate(all="ignore"):
        return loss.probabilities(z)
