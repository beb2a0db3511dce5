"""Is the learning rate too low, good or too high? Training, test and validation loss over steps."""

from collections.abc import Mapping
from typing import ClassVar

from lrviz.experiment.numbers import write
from lrviz.gui.panels.plotted import PlottedPanel, recorded
from lrviz.gui.plots.curves import Curve, Line
from lrviz.session.snapshot import Snapshot


class LossPanel(PlottedPanel):
    """Each step's batch loss and its moving average, the held-out losses, and the attempt before."""

    name: ClassVar[str] = "loss"
    title: ClassVar[str] = "Loss"
    interval: ClassVar[float] = 0.08
    series: ClassVar[tuple[str, ...]] = ("training loss", "test loss", "validation loss")
    quantity: ClassVar[str] = "loss"
    log: ClassVar[bool] = True
    empty: ClassVar[str] = "Press Run to see the loss."

    def curves(self, snapshot: Snapshot) -> Mapping[str, Curve]:
        """See `PlottedPanel`."""
        theme = self.theme
        training, test, validation = (recorded(snapshot.series, name) for name in self.series)
        before, tested_before, _ = (recorded(snapshot.ghost, name) for name in self.series)
        lines: dict[str, Line] = {}
        if training:
            lines["training, smoothed"] = Line(training, theme.blue, 2.0, smooth=True)
        if test:
            lines["test"] = Line(test, theme.pink, 2.0)
        if validation:
            lines["validation"] = Line(validation, theme.pink, 1.5, "dashed")
        if training:
            lines["training, each batch"] = Line(training, theme.blue, 1.0, opacity=0.28, faint=True)
        if before:
            lines["previous training"] = Line(
                before, theme.muted, 1.5, "dashed", smooth=True, opacity=0.8, past=True
            )
        if tested_before:
            lines["previous test"] = Line(
                tested_before, theme.muted, 1.5, "dotted", smooth=True, opacity=0.8, past=True
            )
        return lines

    def context(self, snapshot: Snapshot) -> str:
        """The newest losses, or where they ceased to be numbers."""
        if snapshot.diverged_at is not None:
            return f"diverged at step {snapshot.diverged_at:,}"
        views = {name.removesuffix(" loss"): recorded(snapshot.series, name) for name in self.series}
        return " · ".join(f"{name} {write(view.latest()[1][0], 3)}" for name, view in views.items() if view)
