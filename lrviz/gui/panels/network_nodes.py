"""What each node of a network shows: its response over the plane, or its activation on test examples."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.examples import Examples, Split
from lrviz.engine.losses.base import Loss
from lrviz.engine.network import Model
from lrviz.gui.panels.plane import Grid, shares

Array = NDArray[np.floating[Any]]

HANDFUL = 16
"""How many examples the discs of a table's network average over."""

_FAINTEST = 0.1


@dataclass(frozen=True)
class Nodes:
    """A column's pictures (units, rows, columns), from −1 to 1 and finite, and which units are finite."""

    levels: Array
    finite: NDArray[np.bool_]


def shown_examples(examples: Examples) -> Split:
    """The test split, or the training split where there is none."""
    return examples.test if len(examples.test) else examples.train


def plane_nodes(grid: Grid, model: Model, loss: Loss) -> list[Nodes]:
    """Pictures (units, cells, cells) of what every unit computes over the grid, inputs first.

    One input gives curves: what lies between the curve and zero is filled.
    """
    columns = _columns(grid.inputs, grid.examples, model, loss)
    if grid.examples.dimensions == 1:
        return [Nodes(_curves(nodes.levels, grid.cells), nodes.finite) for nodes in columns]
    shape = (grid.cells, grid.cells)
    return [Nodes(nodes.levels.reshape(-1, *shape), nodes.finite) for nodes in columns]


def disc_nodes(examples: Examples, model: Model, loss: Loss) -> list[Nodes]:
    """Single colours (units, 1, 1): the mean over a handful of test examples, or the one image shown."""
    count = 1 if examples.image else HANDFUL
    columns = _columns(shown_examples(examples).inputs[:count], examples, model, loss)
    return [Nodes(nodes.levels.mean(axis=1)[:, None, None], nodes.finite) for nodes in columns]


def _columns(inputs: Array, examples: Examples, model: Model, loss: Loss) -> list[Nodes]:
    """Levels (units, N) of every column; each unit is scaled by its own largest response."""
    *hidden, z = model.responses(inputs)
    columns = [_scaled(values) for values in (inputs[:, :-1], *hidden)]
    if examples.task == "regression":
        return [*columns, _scaled(z)]
    chances = shares(loss, z)
    # One output of two classes is a side to take, from −1 to 1; one of many is a share, from 0 to 1.
    finite = _finite_columns(z) & bool(np.isfinite(chances).all())
    certain = 2 * chances[:, -1:] - 1 if z.shape[1] == 1 else chances
    return [*columns, Nodes(np.where(finite, certain, 0.0).T, finite)]


def _finite_columns(values: Array) -> NDArray[np.bool_]:
    finite: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(values), axis=0)
    return finite


def _scaled(values: Array) -> Nodes:
    finite = _finite_columns(values)
    safe = np.where(finite, values, 0.0)
    peaks = np.abs(safe).max(axis=0)
    # A unit that hardly responds stays pale beside its neighbours, and a dead one has no colour.
    scale = np.maximum(peaks, _FAINTEST * peaks.max())
    return Nodes((safe / np.where(scale > 0, scale, 1.0)).T, finite)


def _curves(levels: Array, cells: int) -> Array:
    """Levels (units, cells) as filled curves (units, cells, cells)."""
    y = 1 - 2 * (np.arange(cells) + 0.5) / cells
    height = 0.9 * levels[:, None, :]
    above = np.clip((height - y[:, None]) * cells / 2 + 0.5, 0, 1) * (y > 0)[:, None]
    under = np.clip((y[:, None] - height) * cells / 2 + 0.5, 0, 1) * (y < 0)[:, None]
    filled: Array = above - under
    return filled
