"""What a network is trained and tested on: a table, split and scaled."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lrviz.engine.datasets.base import Dataset, Floats, Table, Task
from lrviz.engine.features import Feature, extended, labels
from lrviz.engine.losses.base import Loss
from lrviz.engine.random import Purpose, stream

Array = NDArray[np.floating[Any]]
Sealed = TypeVar("Sealed", bound=Array)


@dataclass(frozen=True, eq=False)
class Split:
    """One part of the examples; all arrays are read-only.

    inputs: (N, D + 1) of the working type, C-contiguous; the last column is the constant 1.
    targets: (N, outputs) of the working type, encoded for the loss (standardized for regression).
    labels: (N,) float64, the targets as in the table: class numbers, or values in their own unit.
    """

    inputs: Array
    targets: Array
    labels: Floats

    def __len__(self) -> int:
        """How many examples, N."""
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Examples:
    """Three splits, and what it takes to read them; all arrays are read-only.

    features: names of the D inputs. derived: the features among them, which come last.
    input_mean, input_scale: (D,) float64; working inputs are (x − mean) / scale.
    target_mean, target_scale: the same for regression targets. 0 and 1 where nothing is standardized.
    """

    train: Split
    test: Split
    validation: Split
    task: Task
    features: tuple[str, ...]
    classes: tuple[str, ...]
    image: tuple[int, int] | None
    input_mean: Floats
    input_scale: Floats
    target_mean: float
    target_scale: float
    derived: tuple[Feature, ...] = ()

    @property
    def n_inputs(self) -> int:
        """D, without the constant column."""
        return len(self.input_mean)

    @property
    def dimensions(self) -> int:
        """How many inputs the table itself has: D without the features derived from them."""
        return self.n_inputs - len(self.derived)

    @property
    def n_outputs(self) -> int:
        """How many outputs the network has."""
        return int(self.train.targets.shape[-1])

    def original(self, z: Array) -> Array:
        """Regression outputs of any shape in the unit of the table: z · scale + mean."""
        return z * self.target_scale + self.target_mean


def load(dataset: Dataset, seed: int) -> Table:
    """The table of a dataset, read-only; `seed` decides the points of drawn ones.

    Real tables are read once and then shared.
    """
    return _read(dataset) if dataset.real else _make(dataset, seed)


def prepare(
    table: Table,
    task: Task,
    loss: Loss,
    *,
    test_fraction: float,
    validation_fraction: float,
    standardize: bool,
    seed: int,
    dtype: DTypeLike,
    features: Sequence[Feature] = (),
) -> Examples:
    """Split a table at random, standardize it by the statistics of its training split, and encode it.

    The first examples of a random order are the test split, the next the validation split, the rest
    is for training: changing the validation fraction leaves the test split as it is. The split is
    plain, not stratified: in a small split the classes may be uneven, or some may be missing.
    `standardize`: inputs and regression targets get mean 0 and standard deviation 1 (population) in
    training; constant columns are only centred. All is computed in float64 and rounded once.
    `features`: derived from the inputs as they are in the table, and then treated like these.
    Raises ValueError for an empty table, for fractions that leave nothing to train on, and for features
    of a table that has not two inputs.
    """
    n_test, n_validation = _counts(len(table.targets), test_fraction, validation_fraction)
    order = stream(seed, Purpose.SPLIT).permutation(len(table.targets))
    test, validation, train = np.split(order, [n_test, n_test + n_validation])

    columns = extended(table.inputs, features)
    input_mean, input_scale = np.zeros(columns.shape[1]), np.ones(columns.shape[1])
    target_mean, target_scale = 0.0, 1.0
    if standardize:
        input_mean, input_scale = _statistics(columns[train])
        if task == "regression":
            target_mean, target_scale = (float(value) for value in _statistics(table.targets[train]))

    scaled = (columns - input_mean) / input_scale
    inputs = np.column_stack([scaled, np.ones(len(scaled))]).astype(dtype)
    encoded = loss.encode((table.targets - target_mean) / target_scale, len(table.classes)).astype(dtype)

    def split(rows: NDArray[np.intp]) -> Split:
        return Split(_sealed(inputs[rows]), _sealed(encoded[rows]), _sealed(table.targets[rows]))

    return Examples(
        train=split(train),
        test=split(test),
        validation=split(validation),
        task=task,
        features=(*table.features, *labels(features)),
        classes=table.classes,
        image=table.image,
        input_mean=_sealed(input_mean),
        input_scale=_sealed(input_scale),
        target_mean=target_mean,
        target_scale=target_scale,
        derived=tuple(features),
    )


@cache
def _read(dataset: Dataset) -> Table:
    return _make(dataset, seed=0)


def _make(dataset: Dataset, seed: int) -> Table:
    table = dataset.make(stream(seed, Purpose.POINTS))
    _sealed(table.inputs)
    _sealed(table.targets)
    return table


def _counts(total: int, test_fraction: float, validation_fraction: float) -> tuple[int, int]:
    """How many of `total` examples are for testing and for validation.

    A fraction above 0 gives at least one example. Where there are too few for that, training comes
    first, then testing.
    """
    if total == 0:
        raise ValueError("The table has no examples; at least one is needed.")
    for name, fraction in (("test_fraction", test_fraction), ("validation_fraction", validation_fraction)):
        if not 0.0 <= fraction < 1.0:
            raise ValueError(f"{name} is {fraction:g}; it must be at least 0 and below 1.")
    if test_fraction + validation_fraction >= 1.0:
        raise ValueError(
            f"test_fraction + validation_fraction is {test_fraction + validation_fraction:g}; "
            "it must be below 1, so that something is left to train on."
        )
    spare = total - 1
    n_test = min(_share(total, test_fraction), spare)
    if validation_fraction > 0.0 and n_test == spare > 1:
        n_test -= 1
    return n_test, min(_share(total, validation_fraction), spare - n_test)


def _share(total: int, fraction: float) -> int:
    return max(1, round(fraction * total)) if fraction > 0.0 else 0


def _statistics(values: Floats) -> tuple[Floats, Floats]:
    """Mean and population standard deviation of each column; the deviation of a constant one is set to 1."""
    mean, scale = values.mean(axis=0), values.std(axis=0)
    # The mean of equal numbers may be off by a rounding, and their deviation then not quite 0.
    constant = (np.ptp(values, axis=0) == 0.0) | (scale == 0.0)
    return mean, np.where(constant, 1.0, scale)


def _sealed(array: Sealed) -> Sealed:
    array.setflags(write=False)
    return array
