"""The network: what every unit computes, and the weights between them, live."""

from functools import cache
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from lrviz.engine.examples import Examples
from lrviz.experiment.numbers import write
from lrviz.gui.painting import (
    TICK_PIXELS,
    diverging,
    diverging_pixels,
    draw_lines,
    image,
    notice,
    shaded,
    sized,
)
from lrviz.gui.panels.network_layout import Array, Edges, Layout, Wiring, edges
from lrviz.gui.panels.network_nodes import Nodes, disc_nodes, plane_nodes, shown_examples
from lrviz.gui.panels.painted import PaintedPanel
from lrviz.gui.panels.plane import Grid
from lrviz.gui.theme import Theme, mix
from lrviz.session.snapshot import Snapshot

_CELLS = 28
_BUCKETS = 10
_WIDEST, _WIDEST_IN_A_CROWD, _CROWDED = 5.0, 3.0, 200
_STRONG, _CONTRAST = 1.0, 1.5
_NEAR = 5.0
_MARGIN = 6.0
_LONGEST_LABEL = 90.0


class NetworkPanel(PaintedPanel):
    """Columns of nodes from the inputs to the outputs; blue is positive, orange negative.

    An edge's width grows with |w|, for all layers alike. The strongest weight, or 1 if that is larger,
    has the widest edge, so that small first weights can be seen to grow.
    """

    name: ClassVar[str] = "network"
    title: ClassVar[str] = "Network"
    interval: ClassVar[float] = 0.18

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setMinimumSize(200, 160)
        self._grid: Grid | None = None
        self._examples: Examples | None = None
        self._matrices: list[Array] = []
        self._nodes: list[Nodes] = []
        self._layout: Layout | None = None
        self._wiring: Wiring | None = None
        self._edges: Edges | None = None

    def take(self, snapshot: Snapshot) -> None:
        """Compute every unit's response; one forward pass."""
        examples, model = snapshot.examples, snapshot.model
        matrices = model.matrices
        if examples is not self._examples or [m.shape for m in matrices] != [m.shape for m in self._matrices]:
            self._layout = self._wiring = None
        self._examples, self._matrices, self._edges = examples, matrices, None
        if examples.dimensions > 2:
            self._nodes = disc_nodes(examples, model, snapshot.loss)
            return
        if self._grid is None or not self._grid.serves(examples, model.params.dtype):
            self._grid = Grid.over(examples, _CELLS, model.params.dtype)
        self._nodes = plane_nodes(self._grid, model, snapshot.loss)

    def context(self, snapshot: Snapshot) -> str:  # noqa: ARG002
        """The line at the card's right."""
        return "weights, live"

    def compose(self, painter: QPainter) -> None:
        """Edges first, nodes and names over them."""
        layout = self._arranged()
        self._paint_edges(painter, self._drawn())
        for number, (column, nodes) in enumerate(zip(layout.columns, self._nodes, strict=True)):
            if number == 0 and layout.image:
                self._paint_image(painter, column.rects[0])
            else:
                self._paint_nodes(painter, column.rects, nodes)
        self._paint_names(painter, layout)
        if not all(np.isfinite(matrix).all() for matrix in self._matrices):
            notice(painter, self.area(), "Some weights are not finite.", self.theme)

    def text_at(self, at: QPointF) -> str:
        """The bias of a node, or the weight of an edge."""
        node = self._node_at(at)
        if node is not None:
            return self._node_text(*node)
        found = self._drawn().nearest(at, _NEAR)
        if found is None:
            return ""
        drawn = self._drawn()
        layer, weight = int(drawn.layer[found]), float(drawn.weight[found])
        source, target = int(drawn.source[found]), int(drawn.target[found])
        return f"w = {write(weight, 2)}, layer {layer + 1}, {source + 1} → {target + 1}"

    def accent(self, painter: QPainter, at: QPointF) -> None:
        """Outline the node, or trace the edge, that the read-out is about."""
        painter.setPen(QPen(QColor(self.theme.text), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        node = self._node_at(at)
        if node is not None:
            self._outline(painter, self._arranged().columns[node[0]].rects[node[1]])
            return
        drawn = self._drawn()
        found = drawn.nearest(at, _NEAR)
        if found is not None:
            draw_lines(painter, drawn.segments(np.array([found])))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's hook."""
        self._layout = self._wiring = self._edges = None
        super().resizeEvent(event)

    def _arranged(self) -> Layout:
        if self._layout is None:
            assert self._examples is not None
            widths = (self._matrices[0].shape[1] - 1, *(len(matrix) for matrix in self._matrices))
            area = self.area().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
            names = self._input_names()
            self._layout = Layout.fit(
                widths,
                area,
                image=self._examples.image,
                before=self._room(names, area),
                behind=self._room(self._output_names(), area),
            )
        return self._layout

    def _drawn(self) -> Edges:
        if self._edges is None:
            layout = self._arranged()
            if self._wiring is None:
                self._wiring = Wiring.between(layout)
            self._edges = edges(layout, self._wiring, self._matrices)
        return self._edges

    def _input_names(self) -> tuple[str, ...]:
        assert self._examples is not None
        return () if self._examples.image else self._examples.features

    def _output_names(self) -> tuple[str, ...]:
        """Names beside the outputs; a single output needs none."""
        assert self._examples is not None
        return self._examples.classes if len(self._matrices[-1]) > 1 else ()

    def _room(self, names: tuple[str, ...], area: QRectF) -> float:
        metrics = QFontMetricsF(sized(self.font(), TICK_PIXELS))
        widest = max((metrics.horizontalAdvance(name) for name in names), default=-6.0)
        return min(widest, _LONGEST_LABEL, 0.25 * area.width()) + 6.0

    def _node_at(self, at: QPointF) -> tuple[int, int] | None:
        for number, column in enumerate(self._arranged().columns):
            for unit, rect in enumerate(column.rects):
                if rect.contains(at):
                    return number, unit
        return None

    def _node_text(self, column: int, unit: int) -> str:
        examples = self._examples
        assert examples is not None
        if column == 0:
            if examples.image is None:
                return f"input {unit + 1}: {examples.features[unit]}"
            rows, columns = examples.image
            number = int(shown_examples(examples).labels[0])
            known = f", {examples.classes[number]}" if examples.classes else ""
            return f"the first test example{known}: {rows} × {columns} inputs"
        bias = write(float(self._matrices[column - 1][unit, -1]), 2)
        names = self._output_names()
        if column == len(self._matrices):
            return f"output {names[unit]}: bias = {bias}" if names else f"output: bias = {bias}"
        return f"layer {column}, unit {unit + 1}: bias = {bias}"

    def _paint_edges(self, painter: QPainter, drawn: Edges) -> None:
        """Weakest first, with one pen for each sign and class of width."""
        size = np.nan_to_num(np.abs(drawn.weight), nan=0.0, posinf=0.0)
        strength = (size / max(_STRONG, float(size.max(initial=0.0)))) ** _CONTRAST
        widest = _WIDEST if len(size) <= _CROWDED else _WIDEST_IN_A_CROWD
        bucket = np.minimum((strength * _BUCKETS).astype(np.intp), _BUCKETS - 1)
        sign = np.where(np.isfinite(drawn.weight), np.where(drawn.weight < 0, 0, 1), 2)
        pens = _pens(self.theme, widest)
        look = bucket * 3 + sign
        for each in np.unique(look).tolist():
            width, kind = divmod(each, 3)
            painter.setPen(pens[kind][width])
            draw_lines(painter, drawn.segments(np.flatnonzero(look == each)))

    def _paint_nodes(self, painter: QPainter, rects: tuple[QRectF, ...], nodes: Nodes) -> None:
        theme = self.theme
        pixels = diverging_pixels(nodes.levels[: len(rects)], diverging(theme))
        discs = pixels[0].size == 1
        painter.setPen(QPen(QColor(mix(theme.line, theme.muted, 0.5)), 1.0))
        unknown = QColor(mix(theme.line, theme.muted, 0.35))
        for rect, picture, finite in zip(rects, pixels, nodes.finite, strict=False):
            if discs or not finite:
                painter.setBrush(QColor(int(picture[0, 0])) if finite else unknown)
            else:
                painter.drawImage(rect, image(picture))
                painter.setBrush(Qt.BrushStyle.NoBrush)
            self._outline(painter, rect)

    def _outline(self, painter: QPainter, rect: QRectF) -> None:
        """The shape of a node: square pictures, round discs."""
        assert self._examples is not None
        if self._examples.dimensions > 2 and not (
            self._examples.image and rect == self._arranged().columns[0].rects[0]
        ):
            painter.drawEllipse(rect)
        else:
            painter.drawRect(rect)

    def _paint_image(self, painter: QPainter, rect: QRectF) -> None:
        """The example that the discs respond to, in greys."""
        examples = self._examples
        assert examples is not None
        assert examples.image is not None
        row = shown_examples(examples).inputs[0, :-1] * examples.input_scale + examples.input_mean
        low, high = float(row.min()), float(row.max())
        shade = ((row - low) / (high - low if high > low else 1.0)).reshape(examples.image)
        pixels = shaded(shade, self.theme.field, self.theme.text)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(rect, image(pixels))
        painter.setPen(QPen(QColor(mix(self.theme.line, self.theme.muted, 0.5)), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect)

    def _paint_names(self, painter: QPainter, layout: Layout) -> None:
        painter.setFont(sized(painter.font(), TICK_PIXELS))
        painter.setPen(QColor(self.theme.muted))
        metrics = QFontMetricsF(painter.font())
        first, last = layout.columns[0], layout.columns[-1]
        height = metrics.height()
        for name, rect in zip(self._input_names(), first.rects, strict=False):
            width = rect.left() - 4
            box = QRectF(0, rect.center().y() - height / 2, width, height)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, width)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        for name, rect in zip(self._output_names(), last.rects, strict=False):
            width = self.width() - rect.right() - 4
            box = QRectF(rect.right() + 4, rect.center().y() - height / 2, width, height)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, width)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        for number, column in enumerate(layout.columns):
            if column.left_out:
                text = f"… {column.left_out} more" if number == 0 else f"+{column.left_out}"
                half = metrics.horizontalAdvance(text) / 2 + 1
                x = min(max(column.below.x(), half), self.width() - half)
                box = QRectF(x - half, column.below.y() - height / 2, 2 * half, height)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


@cache
def _pens(theme: Theme, widest: float) -> list[list[QPen]]:
    """For negative, positive and not finite weights, pens from the thinnest and palest on.

    They are pale by a mix with the card's colour: translucent pens would cost six times as much.
    """
    rows: list[list[QPen]] = []
    for color in (theme.orange, theme.blue, theme.muted):
        rows.append([])
        for strength in (np.arange(_BUCKETS) + 0.5) / _BUCKETS:
            shade = QColor(mix(theme.card, color, 0.3 + 0.7 * float(strength) ** 0.5))
            pen = QPen(shade, max(1.0, widest * float(strength)))
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            rows[-1].append(pen)
    return rows
