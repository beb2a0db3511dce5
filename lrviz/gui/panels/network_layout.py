"""Where the nodes and edges of a network are in its picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

Array = NDArray[np.floating[Any]]

MOST_INPUTS = 10
MOST_EDGES = 400

_MOST_UNITS = 24
_LEAST_PITCH, _MOST_PITCH = 12.0, 96.0
_INPUT, _UNIT, _OUTPUT = 30.0, 27.0, 48.0
_IMAGE = 88.0
_SAMPLES = 33


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
class Edges:
    """The edges drawn, weakest first: layer, from and to unit (E,), weight (E,), ends (E, 2) each."""

    layer: NDArray[np.intp]
    source: NDArray[np.intp]
    target: NDArray[np.intp]
    weight: Array
    start: Array
    stop: Array

    def nearest(self, at: QPointF, within: float) -> int | None:
        """The edge that passes closest to a point, if one is that near."""
        if not len(self.weight):
            return None
        t = np.linspace(0.0, 1.0, _SAMPLES)[:, None]
        (x0, y0), (x1, y1) = self.start.T, self.stop.T
        # The curve of `QPainterPath.cubicTo` with both control points half way across.
        x = x0 + (x1 - x0) * (1.5 * t - 1.5 * t**2 + t**3)
        y = y0 + (y1 - y0) * (3 * t**2 - 2 * t**3)
        distance = np.hypot(x - at.x(), y - at.y()).min(axis=0)
        found = int(distance.argmin())
        return found if distance[found] <= within else None


def edges(layout: Layout, matrices: list[Array]) -> Edges:
    """The edges between shown units; of a large network only the strongest of each layer."""
    total = sum(
        (layout.shown(i, m.shape[1] - 1) * layout.shown(i + 1, len(m))) for i, m in enumerate(matrices)
    )
    quota = total if total <= MOST_EDGES else MOST_EDGES // len(matrices)
    parts = []
    for number, matrix in enumerate(matrices):
        starts, stops = layout.exits(number), layout.entries(number + 1)
        weights = matrix[: len(stops), : len(starts)]
        strength = np.nan_to_num(np.abs(weights), nan=0.0).ravel()
        order = np.argsort(strength, kind="stable")[-quota:]
        target, source = np.divmod(order, len(starts))
        parts.append(
            (
                np.full(len(order), number),
                source,
                target,
                weights[target, source],
                starts[source],
                stops[target],
            )
        )
    layer, source, target, weight, start, stop = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(np.nan_to_num(np.abs(weight), nan=0.0), kind="stable")
    return Edges(layer[order], source[order], target[order], weight[order], start[order], stop[order])


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
