"""The names of the curves in a plot, where they hide nothing."""

from collections.abc import Mapping

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from lrviz.gui.painting import TICK_PIXELS, sized
from lrviz.gui.plots.curves import Curve, Shape
from lrviz.gui.plots.frame import Frame
from lrviz.gui.plots.overlays import Entry, free_corner, legend_size

_MOST_HEADROOM = 0.4
"""The largest share of a plot's height that is given to its legend."""


class Legend:
    """Lies in a free corner, or in room made for it above the curves."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._shapes: Mapping[str, Shape] = {}
        self._crowded: tuple[str, ...] = ()

    def show(self, curves: Mapping[str, Curve], shapes: Mapping[str, Shape]) -> None:
        """Name those of the curves that have a shape; a single one needs no name."""
        named = [name for name in shapes if curves[name].legend]
        self.entries = [Entry(name, "", curves[name].pen()) for name in named] if len(named) > 1 else []
        self._shapes = shapes

    def headroom(self, frame: Frame) -> float:
        """What the axis gets above the curves, in axis units, where no corner of this frame is free.

        Once given it stays while the same curves grow, else the axis would go to and fro.
        """
        names = tuple(self._shapes)
        if self._crowded != names:
            self._crowded = names if self.entries and not self._place(frame)[1] else ()
        if not self._crowded:
            return 0.0
        share = (legend_size(self.font(), self.entries).height() + 6.0) / max(frame.height, 1.0)
        return (frame.top - frame.bottom) * share / (1.0 - share) if share < _MOST_HEADROOM else 0.0

    def place(self, frame: Frame) -> QRectF:
        """The rectangle it takes."""
        return self._place(frame)[0]

    def font(self) -> QFont:
        """The program's font, smaller."""
        return sized(QApplication.font(), TICK_PIXELS)

    def _place(self, frame: Frame) -> tuple[QRectF, bool]:
        pixels = [
            (frame.x(shape.steps), frame.y(edge)) for shape in self._shapes.values() for edge in shape.edges()
        ]
        return free_corner(frame, legend_size(self.font(), self.entries), pixels)
