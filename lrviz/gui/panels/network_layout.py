"""Where the nodes and edges of a network are in its picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

Array = NDArray[np.floating[Any]]
Indices = NDArray[np.intp]

MOST_INPUTS = 10
MOST_EDGES = 400

_MOST_UNITS = 24
_LEAST_PITCH, _MOST_PITCH = 12.0, 96.0
_INPUT, _UNIT, _OUTPUT = 30.0, 27.0, 48.0
_IMAGE = 88.0
_PIECES = 10


@dataclass(frozen=True)
class Column:
    """The nodes of one layer: those shown, from the first unit on, and how many are left out below."""

    rects: tuple[QRectF, ...]
    left_out: int
    below: QPointF


@dataclass(frozen=True)
class Layout:
    """Columns from the inputs to the outputs. image: (rows, columns) when one tile shows all inputs."""

    columns: tuple[Column, ...]
    image: tuple[int, int] | None

    @classmethod
    def fit(
        cls,
        widths: tuple[int, ...],
        area: QRectF,
        *,
        image: tuple[int, int] | None = None,
        before: float = 0.0,
        behind: float = 0.0,
    ) -> "Layout":
        """Columns spread over an area, with room before and behind them for labels."""
        last = len(widths) - 1
        first_size = min(_IMAGE, 0.3 * area.width(), 0.5 * area.height()) if image else _INPUT
        last_size = _OUTPUT if widths[-1] == 1 else _UNIT
        across = area.width() - before - behind
        pitch = (across - (first_size + last_size) / 2) / last
        narrow = 0.62 * pitch
        if not image:
            first_size = min(first_size, narrow)
        left, right = area.left() + before + first_size / 2, area.right() - behind - last_size / 2
        columns = []
        for number, units in enumerate(widths):
            x = left + (right - left) * number / last
            if number == 0 and image:
                columns.append(_tile(x, area, first_size, image))
                continue
            size, most = _UNIT, _MOST_UNITS
            if number == 0:
                size, most = _INPUT, max(MOST_INPUTS, 2)
            elif number == last:
                size = last_size
            columns.append(_column(units, x, area, min(size, narrow), most))
        return cls(tuple(columns), image)

    def shown(self, column: int, units: int) -> int:
        """How many of a column's units have a place; all pixels of an image have one."""
        return units if column == 0 and self.image else len(self.columns[column].rects)

    def exits(self, column: int) -> Array:
        """Where edges leave each shown unit of a column, (units, 2)."""
        if column == 0 and self.image:
            rows, columns = self.image
            tile = self.columns[0].rects[0]
            y = tile.top() + (np.repeat(np.arange(rows), columns) + 0.5) * tile.height() / rows
            return np.stack([np.full(rows * columns, tile.right()), y], axis=1)
        return np.array([(r.right(), r.center().y()) for r in self.columns[column].rects])

    def entries(self, column: int) -> Array:
        """Where edges reach each shown unit of a column, (units, 2)."""
        return np.array([(r.left(), r.center().y()) for r in self.columns[column].rects])


@dataclass(frozen=True)
class Wiring:
    """Every edge between shown units, layer by layer, and in it target by target.

    counts: edges of each layer. layer, source, target (E,). curve: points along each edge, (E, n, 2).
    """

    counts: tuple[int, ...]
    layer: Indices
    source: Indices
    target: Indices
    curve: Array

    @classmethod
    def between(cls, layout: Layout) -> "Wiring":
        """The edges of a layout."""
        ends = [
            (layout.exits(number), layout.entries(number + 1)) for number in range(len(layout.columns) - 1)
        ]
        counts = tuple(len(exits) * len(entries) for exits, entries in ends)
        source = [np.tile(np.arange(len(exits)), len(entries)) for exits, entries in ends]
        target = [np.repeat(np.arange(len(entries)), len(exits)) for exits, entries in ends]
        starts = [exits[units] for (exits, _), units in zip(ends, source, strict=True)]
        stops = [entries[units] for (_, entries), units in zip(ends, target, strict=True)]
        return cls(
            counts,
            np.repeat(np.arange(len(counts)), counts),
            np.concatenate(source),
            np.concatenate(target),
            _curves(np.concatenate(starts), np.concatenate(stops)),
        )


@dataclass(frozen=True)
class Edges:
    """The edges drawn: layer, from and to unit, weight (E,) and points along them (E, n, 2)."""

    layer: Indices
    source: Indices
    target: Indices
    weight: Array
    curve: Array

    def segments(self, chosen: Indices) -> Array:
        """The straight pieces (m, 4) of these edges, as x, y of both ends."""
        curve = self.curve[chosen]
        return np.concatenate([curve[:, :-1], curve[:, 1:]], axis=2).reshape(-1, 4)

    def nearest(self, at: QPointF, within: float) -> int | None:
        """The edge that passes closest to a point, if one is that near."""
        if not len(self.weight):
            return None
        start, piece = self.curve[:, :-1], np.diff(self.curve, axis=1)
        away = np.array([at.x(), at.y()]) - start
        along = np.clip((away * piece).sum(axis=2) / np.maximum((piece**2).sum(axis=2), 1e-9), 0.0, 1.0)
        distance = np.hypot(*np.moveaxis(away - along[..., None] * piece, 2, 0)).min(axis=1)
        found = int(distance.argmin())
        return found if distance[found] <= within else None


def edges(layout: Layout, wiring: Wiring, matrices: list[Array]) -> Edges:
    """The edges between shown units; of a large network only the strongest of each layer."""
    weights = [
        matrix[: layout.shown(number + 1, len(matrix)), : layout.shown(number, matrix.shape[1] - 1)].ravel()
        for number, matrix in enumerate(matrices)
    ]
    weight = np.concatenate(weights)
    if len(weight) <= MOST_EDGES:
        return Edges(wiring.layer, wiring.source, wiring.target, weight, wiring.curve)
    most, first, parts = MOST_EDGES // len(matrices), 0, []
    for values in weights:
        strength = np.nan_to_num(np.abs(values), nan=0.0)
        parts.append(first + np.argsort(strength, kind="stable")[-most:])
        first += len(values)
    chosen = np.concatenate(parts)
    return Edges(
        layer=wiring.layer[chosen],
        source=wiring.source[chosen],
        target=wiring.target[chosen],
        weight=weight[chosen],
        curve=wiring.curve[chosen],
    )


def _curves(start: Array, stop: Array) -> Array:
    """Points along the cubic curves from (E, 2) to (E, 2) that leave and arrive horizontally, (E, n, 2)."""
    t = np.linspace(0.0, 1.0, _PIECES + 1)
    # Bézier curves whose control points lie half way across, at the height of either end.
    shares = np.stack([1.5 * t - 1.5 * t**2 + t**3, 3 * t**2 - 2 * t**3], axis=1)
    curves: Array = start[:, None] + (stop - start)[:, None] * shares
    return curves


def _tile(x: float, area: QRectF, width: float, image: tuple[int, int]) -> Column:
    rows, columns = image
    height = min(width * rows / columns, area.height())
    rect = QRectF(x - width / 2, area.center().y() - height / 2, width, height)
    return Column((rect,), 0, rect.center())


def _column(units: int, x: float, area: QRectF, size: float, most: int) -> Column:
    fitting = max(2, min(most + 1, int(area.height() / _LEAST_PITCH)))
    shown = units if units <= min(fitting, most) else fitting - 1
    slots = shown + (shown < units)
    pitch = min(area.height() / slots, _MOST_PITCH)
    side = min(size, 0.82 * pitch) if slots > 1 else size
    top = area.center().y() - pitch * (slots - 1) / 2
    rects = tuple(QRectF(x - side / 2, top + pitch * slot - side / 2, side, side) for slot in range(shown))
    return Column(rects, units - shown, QPointF(x, top + pitch * shown))
