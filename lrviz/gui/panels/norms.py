"""Do the weights grow or shrink? The norm of each layer's weights over steps."""

from collections.abc import Mapping
from typing import ClassVar

from lrviz.gui.panels.plotted import PlottedPanel, recorded, since
from lrviz.gui.plots.colors import layer_colors
from lrviz.gui.plots.curves import Curve, Line
from lrviz.session.snapshot import Snapshot


class WeightNormsPanel(PlottedPanel):
    """One line a layer."""

    name: ClassVar[str] = "norms"
    title: ClassVar[str] = "Weight norms"
    interval: ClassVar[float] = 0.5
    probes: ClassVar[tuple[str, ...]] = ("weight norm",)
    series: ClassVar[tuple[str, ...]] = ("weight norm",)
    quantity: ClassVar[str] = "norm"
    empty: ClassVar[str] = "Press Run to see how large each layer's weights are."

    def curves(self, snapshot: Snapshot) -> Mapping[str, Curve]:
        """See `PlottedPanel`."""
        norms = recorded(snapshot.series, "weight norm")
        if norms is None:
            return {}
        colors = layer_colors(self.theme, norms.last.shape[1])
        return {f"layer {n + 1}": Line(norms, color, 2.0, channel=n) for n, color in enumerate(colors)}

    def context(self, snapshot: Snapshot) -> str:
        """What a line is, and from which step on."""
        norms = recorded(snapshot.series, "weight norm")
        return f"per layer{since(norms)}" if norms else "per layer"
