"""What a panel is: the content of one card, drawn from snapshots."""

from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QWidget

from lrviz.gui.theme import Theme
from lrviz.session.snapshot import Snapshot


class Panel(QWidget):
    """Shows one aspect of a run; the window frames it in a card and calls `draw` while it is visible."""

    contextChanged = Signal(str)  # noqa: N815 - Qt's spelling of signals
    """The line of context at the card's right, e.g. "test accuracy 98 %"."""

    name: ClassVar[str]
    """Its name in files and on the command line, e.g. "loss"."""
    title: ClassVar[str]
    probes: ClassVar[tuple[str, ...]] = ()
    """The probes it wants to run while it is visible."""
    interval: ClassVar[float] = 0.2
    """Seconds that pass at least between two drawings while training runs."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    @classmethod
    def suits(cls, snapshot: Snapshot) -> bool:  # noqa: ARG003 - the hook's signature
        """Whether it has something to show for this kind of data."""
        return True

    def draw(self, snapshot: Snapshot) -> None:
        """Show this snapshot; called often, must cost a few milliseconds at most."""
        raise NotImplementedError

    def fill_menu(self, menu: QMenu) -> None:
        """Add to the card's menu what can be done with this panel."""

    def set_theme(self, theme: Theme) -> None:
        """Recolour everything."""
        raise NotImplementedError
