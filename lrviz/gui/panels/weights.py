"""How do the weights spread? One layer's weights over steps, as bands between their quantiles."""

from collections.abc import Mapping
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar, QVBoxLayout, QWidget

from lrviz.gui.panels.plotted import PlottedPanel, recorded, since
from lrviz.gui.plots.curves import Band, Curve, Line
from lrviz.gui.theme import Theme
from lrviz.session.series import SeriesView
from lrviz.session.snapshot import Snapshot

QUANTILES = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
"""Probabilities of the probe's channels, row-major for each layer."""

_MEDIAN = QUANTILES.index(0.5)
_BANDS = {"25–75 %": 0.28, "10–90 %": 0.22, "5–95 %": 0.18, "1–99 %": 0.14, "min to max": 0.10}
"""The innermost first, with their opacities."""
_NAMED = ("25–75 %", "min to max")
_TABS = "QTabBar::tab { padding: 0 7px 1px 7px; margin: 0; min-width: 0; }"


class WeightsPanel(PlottedPanel):
    """Nested bands from all weights down to the middle half, and the median."""

    name: ClassVar[str] = "weights"
    title: ClassVar[str] = "Weights"
    interval: ClassVar[float] = 0.5
    probes: ClassVar[tuple[str, ...]] = ("weight quantiles",)
    series: ClassVar[tuple[str, ...]] = ("weight quantiles",)
    quantity: ClassVar[str] = "weight"
    empty: ClassVar[str] = "Press Run to see how the weights spread."

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.layers = QTabBar()
        self.layers.setObjectName("layers")
        self.layers.setDrawBase(False)
        self.layers.setExpanding(False)
        self.layers.setUsesScrollButtons(True)
        self.layers.setAccessibleName("Layer")
        self.layers.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.layers.setStyleSheet(_TABS)
        self.layers.hide()
        self.layers.currentChanged.connect(self.refresh)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(0, self.layers, 0, Qt.AlignmentFlag.AlignRight)

    def curves(self, snapshot: Snapshot) -> Mapping[str, Curve]:
        """See `PlottedPanel`."""
        quantiles = recorded(snapshot.series, "weight quantiles")
        self._offer_layers(quantiles)
        if quantiles is None:
            return {}
        first, last = self._layer() * len(QUANTILES), (self._layer() + 1) * len(QUANTILES) - 1
        curves: dict[str, Curve] = {"median": Line(quantiles, self.theme.blue, 2.0, channel=first + _MEDIAN)}
        for depth, (label, opacity) in zip(reversed(range(len(_BANDS))), _BANDS.items(), strict=True):
            lower, upper = first + depth, last - depth
            curves[label] = Band(quantiles, self.theme.blue, lower, upper, opacity, legend=label in _NAMED)
        return curves

    def context(self, snapshot: Snapshot) -> str:
        """Which layer, and from which step on."""
        quantiles = recorded(snapshot.series, "weight quantiles")
        return f"layer {self._layer() + 1}, over time{since(quantiles)}" if quantiles else ""

    def _layer(self) -> int:
        return max(self.layers.currentIndex(), 0)

    def _offer_layers(self, quantiles: SeriesView | None) -> None:
        """A tab for each layer; the chosen one stays while there is one."""
        count = quantiles.last.shape[1] // len(QUANTILES) if quantiles else 0
        if count == self.layers.count():
            return
        self.layers.blockSignals(True)
        while self.layers.count() > count:
            self.layers.removeTab(self.layers.count() - 1)
        for layer in range(self.layers.count(), count):
            self.layers.addTab(str(layer + 1))
            self.layers.setTabToolTip(layer, f"Weights of layer {layer + 1}, biases included")
        self.layers.blockSignals(False)
        self.layers.setVisible(count > 1)
