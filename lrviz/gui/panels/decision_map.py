"""The decision map: what the network predicts over the plane (or the line) of its inputs."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QWidget

from lrviz.engine.examples import Split
from lrviz.experiment.numbers import write
from lrviz.gui.painting import (
    TICK_PIXELS,
    Axes,
    Pixels,
    blended,
    class_colors,
    diverging,
    diverging_pixels,
    fitted,
    image,
    notice,
    packed,
    sized,
)
from lrviz.gui.panels.painted import PaintedPanel
from lrviz.gui.panels.plane import (
    Array,
    Bounds,
    Floats,
    Grid,
    drawable,
    finite_rows,
    original_inputs,
    shares,
    working_inputs,
)
from lrviz.gui.panels.scores import recorded
from lrviz.gui.theme import Theme, mix, on_accent
from lrviz.session.snapshot import Snapshot

_CELLS = {1: 240, 2: 80}
_PALE = 0.72
_DOT, _SMALL_DOT, _MANY = 3.2, 2.4, 600
_LEGEND_FROM = 210.0


class DecisionMapPanel(PaintedPanel):
    """Class probabilities, or predicted values, with the examples over them.

    Filled dots are training examples, rings are test examples. Two classes: blue is class 1.
    """

    name: ClassVar[str] = "decision"
    title: ClassVar[str] = "Decision map"
    interval: ClassVar[float] = 0.18

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setMinimumSize(160, 140)
        self._snapshot: Snapshot | None = None
        self._grid: Grid | None = None
        self._predicted: Array = np.empty((0, 1))
        self._heights: Bounds = (0.0, 1.0)
        self._overlay: QPixmap | None = None

    @classmethod
    def suits(cls, snapshot: Snapshot) -> bool:
        """Data with one or two inputs."""
        return drawable(snapshot.examples)

    def take(self, snapshot: Snapshot) -> None:
        """Predict over the grid; one forward pass."""
        self._snapshot = snapshot
        examples, dtype = snapshot.examples, snapshot.model.params.dtype
        if self._grid is None or not self._grid.serves(examples, dtype):
            self._grid = Grid.over(examples, _CELLS[examples.dimensions], dtype)
            self._heights = _heights(snapshot)
            self._overlay = None
        self._predicted = self._predict(self._grid.inputs)

    def context(self, snapshot: Snapshot) -> str:
        """The line at the card's right."""
        return recorded(snapshot)

    def recolor(self) -> None:
        """Drop the dots painted in the old theme."""
        self._overlay = None

    def compose(self, painter: QPainter) -> None:
        """The map or the curve, with axes and examples."""
        axes = self.axes()
        finite = finite_rows(self._predicted)
        if self._overlay is None or self._overlay.devicePixelRatio() != painter.device().devicePixelRatio():
            self._overlay = self._painted_over(axes, painter.device().devicePixelRatio())
        if self._plane():
            painter.drawImage(axes.rect, image(self.pixels()))
            painter.drawPixmap(0, 0, self._overlay)
        else:
            painter.drawPixmap(0, 0, self._overlay)
            if finite.all():
                self._paint_curve(painter, axes)
        if not finite.all():
            notice(painter, self.area(), "The predictions are not finite.", self.theme)

    def text_at(self, at: QPointF) -> str:
        """The inputs under the pointer and what is predicted there."""
        axes, snapshot, grid = self.axes(), self._snapshot, self._grid
        if snapshot is None or grid is None or not axes.rect.contains(at):
            return ""
        examples = snapshot.examples
        values = axes.value(at)[: examples.dimensions]
        predicted = self._predict(working_inputs(examples, np.array([values]), snapshot.model.params.dtype))[
            0
        ]
        place = ", ".join(
            f"{name} = {write(value, 2)}" for name, value in zip(examples.features, values, strict=False)
        )
        if examples.task == "regression":
            return f"{place}\npredicted {write(float(predicted[0]), 3)}"
        chosen = 1 if len(predicted) == 2 else int(predicted.argmax())
        return f"{place}\np({examples.classes[chosen]}) = {float(predicted[chosen]):.3f}"

    def axes(self) -> Axes:
        """Where the inputs are on the screen."""
        assert self._grid is not None
        ranges, font, area = self._grid.ranges, self.font(), self.area().adjusted(4, 2, -4, -4)
        if self._plane():
            return fitted(area, font, *ranges, square=True)
        return fitted(area, font, ranges[0], self._heights)

    def pixels(self) -> Pixels:
        """The map's colours (cells, cells); grey where the prediction is not finite."""
        assert self._snapshot is not None
        assert self._grid is not None
        theme, values = self.theme, self._predicted
        finite = finite_rows(values)
        safe = np.where(finite[:, None], values, 0.0)
        if self._valued():
            colors = diverging_pixels(self._relative(safe[:, 0]), diverging(theme, _PALE))
        elif values.shape[1] == 2:
            colors = diverging_pixels(2 * safe[:, 1] - 1, diverging(theme, _PALE))
        else:
            colors = self._class_pixels(safe)
        colors = np.where(finite, colors, packed(mix(theme.line, theme.muted, 0.35)))
        return colors.reshape(self._grid.cells, self._grid.cells)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's hook."""
        self._overlay = None
        super().resizeEvent(event)

    def _plane(self) -> bool:
        assert self._grid is not None
        return len(self._grid.ranges) == 2

    def _valued(self) -> bool:
        assert self._snapshot is not None
        return self._snapshot.examples.task == "regression"

    def _predict(self, inputs: Array) -> Array:
        """Class probabilities (N, classes), or values (N, 1) in the table's unit."""
        assert self._snapshot is not None
        z = self._snapshot.model.outputs(inputs)
        if self._valued():
            return self._snapshot.examples.original(z)
        chances = shares(self._snapshot.loss, z)
        chances[~finite_rows(z)] = np.nan
        return chances

    def _class_pixels(self, chances: Array) -> Pixels:
        """The likeliest class's colour, the paler the less likely it is."""
        classes = chances.shape[1]
        best = chances.argmax(axis=1)
        weights = np.zeros_like(chances)
        certain = (chances.max(axis=1) * classes - 1) / (classes - 1)
        weights[np.arange(len(best)), best] = _PALE * certain.clip(0, 1)
        return blended(weights, class_colors(self.theme, classes), self.theme.card)

    def _relative(self, values: Array | Floats) -> Array | Floats:
        """Values from −1 to 1 over the range of the labels."""
        low, high = self._heights
        return (2 * values - low - high) / (high - low)

    def _paint_curve(self, painter: QPainter, axes: Axes) -> None:
        assert self._grid is not None
        x = np.linspace(axes.rect.left(), axes.rect.right(), self._grid.cells)
        low, high = axes.y
        y = axes.rect.bottom() - (self._predicted[:, -1] - low) / (high - low) * axes.rect.height()
        # Far outside the picture Qt's coordinates would overflow.
        y = y.clip(axes.rect.top() - 1e3, axes.rect.bottom() + 1e3)
        painter.save()
        painter.setClipRect(axes.rect)
        painter.setPen(QPen(QColor(self.theme.blue), 2.0))
        painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]))
        painter.restore()

    def _painted_over(self, axes: Axes, ratio: float) -> QPixmap:
        """What stays while training runs: the axes, the examples and what dots and rings mean."""
        assert self._snapshot is not None
        examples = self._snapshot.examples
        overlay = QPixmap(self.size() * ratio)
        overlay.setDevicePixelRatio(ratio)
        overlay.fill(Qt.GlobalColor.transparent)
        painter = QPainter(overlay)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        second = examples.features[1] if self._plane() else self._height_name()
        axes.paint(painter, self.theme, examples.features[0], second)
        self._paint_examples(painter, axes, examples.train, hollow=False)
        self._paint_examples(painter, axes, examples.test, hollow=True)
        if axes.rect.width() >= _LEGEND_FROM and len(examples.test):
            self._paint_legend(painter, axes)
        painter.end()
        return overlay

    def _height_name(self) -> str:
        assert self._snapshot is not None
        examples = self._snapshot.examples
        return "y" if self._valued() else f"p({examples.classes[1]})"

    def _paint_examples(self, painter: QPainter, axes: Axes, split: Split, *, hollow: bool) -> None:
        assert self._snapshot is not None
        examples = self._snapshot.examples
        points = original_inputs(examples, split)
        y = points[:, 1] if self._plane() else split.labels
        colors = self._example_colors(split.labels)
        size = _DOT if len(examples.train) + len(examples.test) <= _MANY else _SMALL_DOT
        for x_value, y_value, color in zip(points[:, 0].tolist(), y.tolist(), colors, strict=True):
            self._dot(painter, axes.at(x_value, y_value), size, color, hollow=hollow)

    def _example_colors(self, labels: Floats) -> list[QColor]:
        assert self._snapshot is not None
        examples = self._snapshot.examples
        if not self._valued():
            palette = [QColor(color) for color in class_colors(self.theme, len(examples.classes))]
            return [palette[int(label)] for label in labels]
        if not self._plane():
            return [QColor(self.theme.muted)] * len(labels)
        return [QColor(int(c)) for c in diverging_pixels(self._relative(labels), diverging(self.theme))]

    def _paint_legend(self, painter: QPainter, axes: Axes) -> None:
        painter.setFont(sized(painter.font(), TICK_PIXELS))
        metrics = QFontMetricsF(painter.font())
        x, y = axes.rect.right(), axes.rect.bottom() + 4 + 1.5 * metrics.height()
        for text, hollow in (("test", True), ("train", False)):
            width = metrics.horizontalAdvance(text)
            painter.setPen(QColor(self.theme.muted))
            box = QRectF(x - width, y - metrics.height() / 2, width + 1, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
            self._dot(painter, QPointF(x - width - 7, y), _DOT, QColor(self.theme.muted), hollow=hollow)
            x -= width + 20

    def _dot(self, painter: QPainter, at: QPointF, size: float, color: QColor, *, hollow: bool) -> None:
        """An example. Where the colour is a value it may be any, so rims tell training from test."""
        theme = self.theme
        ground = QColor(on_accent(theme))
        if self._plane() and self._valued():
            fill, pen = color, QPen(QColor(theme.text), 1.4) if hollow else QPen(QColor(theme.muted), 0.7)
        elif hollow:
            fill, pen = ground, QPen(color, 1.7)
        else:
            fill, pen = color, QPen(ground, 0.8)
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawEllipse(at, size, size)


def _heights(snapshot: Snapshot) -> Bounds:
    """The range of what is predicted: probabilities, or all labels; with a margin."""
    examples = snapshot.examples
    if examples.task != "regression":
        return -0.08, 1.08
    labels = np.concatenate([examples.train.labels, examples.test.labels, examples.validation.labels])
    low, high = float(labels.min()), float(labels.max())
    margin = 0.08 * (high - low) if high > low else 0.5
    return low - margin, high + margin
