"""Predicted against true values, for regression on many inputs."""

from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from lrviz.experiment.numbers import write
from lrviz.gui.painting import Axes, fitted, notice
from lrviz.gui.panels.painted import PaintedPanel
from lrviz.gui.panels.plane import Floats, drawable
from lrviz.gui.panels.scores import judged
from lrviz.gui.theme import Theme, mix
from lrviz.session.snapshot import Snapshot

_DOT = 6.0
_NEAR = 8.0
_MARGIN = 0.06


class PredictedPanel(PaintedPanel):
    """A dot for each test example: on the diagonal the prediction is right, above it too high.

    Predictions outside the range of the true values lie on the picture's edge.
    """

    name: ClassVar[str] = "predicted"
    title: ClassVar[str] = "Predicted against true"
    interval: ClassVar[float] = 0.18

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setMinimumSize(160, 140)
        self._true: Floats = np.zeros(0)
        self._predicted: Floats = np.zeros(0)
        self._range = (0.0, 1.0)
        self._split = "test"

    @classmethod
    def suits(cls, snapshot: Snapshot) -> bool:
        """Regression whose inputs cannot be drawn."""
        return snapshot.examples.task == "regression" and not drawable(snapshot.examples)

    def take(self, snapshot: Snapshot) -> None:
        """Predict the test examples; one forward pass."""
        examples = snapshot.examples
        split, self._split = judged(examples)
        self._true = split.labels
        z = snapshot.model.outputs(split.inputs)[:, 0].astype(np.float64)
        self._predicted = examples.original(z).astype(np.float64)
        low, high = float(self._true.min()), float(self._true.max())
        margin = _MARGIN * (high - low) if high > low else 0.5
        self._range = (low - margin, high + margin)

    def context(self, snapshot: Snapshot) -> str:  # noqa: ARG002
        """The line at the card's right."""
        value = r_squared(self._true, self._predicted)
        known = f"{value:.2f}" if np.isfinite(value) else "not finite"
        return f"{self._split} R² {known} · {len(self._true):,} examples"

    def compose(self, painter: QPainter) -> None:
        """The diagonal and the dots."""
        axes, theme = self.axes(), self.theme
        axes.paint(painter, theme, "true", "predicted")
        painter.setPen(QPen(QColor(theme.muted), 1.0, Qt.PenStyle.DashLine))
        painter.drawLine(axes.rect.bottomLeft(), axes.rect.topRight())
        finite = np.isfinite(self._predicted)
        painter.setBrush(QColor(theme.blue))
        painter.setPen(QPen(QColor(mix(theme.card, theme.blue, 0.25)), 0.8))
        for at in self._places(axes)[finite].tolist():
            painter.drawEllipse(QPointF(*at), _DOT / 2, _DOT / 2)
        if not finite.all():
            notice(painter, self.area(), "Some predictions are not finite.", theme)

    def text_at(self, at: QPointF) -> str:
        """The example under the pointer."""
        found = self._nearest(at)
        if found is None:
            return ""
        return f"true {write(self._true[found], 3)}, predicted {write(self._predicted[found], 3)}"

    def accent(self, painter: QPainter, at: QPointF) -> None:
        """Ring the example under the pointer."""
        found = self._nearest(at)
        if found is not None:
            painter.setPen(QPen(QColor(self.theme.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(*self._places(self.axes())[found].tolist()), _DOT - 1, _DOT - 1)

    def axes(self) -> Axes:
        """Where values are on the screen."""
        area = self.area().adjusted(4, 2, -4, -4)
        return fitted(area, self.font(), self._range, self._range, square=True)

    def _places(self, axes: Axes) -> Floats:
        """Each example on the screen (N, 2), what is not finite in the middle."""
        low, high = self._range
        shown = np.where(np.isfinite(self._predicted), self._predicted, (low + high) / 2).clip(low, high)
        x = axes.rect.left() + (self._true - low) / (high - low) * axes.rect.width()
        y = axes.rect.bottom() - (shown - low) / (high - low) * axes.rect.height()
        return np.stack([x, y], axis=1)

    def _nearest(self, at: QPointF) -> int | None:
        places = self._places(self.axes())
        distance = np.hypot(places[:, 0] - at.x(), places[:, 1] - at.y())
        distance[~np.isfinite(self._predicted)] = np.inf
        found = int(distance.argmin())
        return found if distance[found] <= _NEAR else None


def r_squared(true: Floats, predicted: Floats) -> float:
    """R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)², NaN or −∞ where values overflow.

    Reference: `sklearn.metrics.r2_score`.
    """
    with np.errstate(all="ignore"):
        return float(1 - np.sum((true - predicted) ** 2) / np.sum((true - true.mean()) ** 2))
