"""Which panels are drawn in a frame: those that are visible, changed and due."""

from collections.abc import Iterable
from time import monotonic

from lrviz.gui.panels import Panel
from lrviz.session.snapshot import Snapshot, Status


class Drawing:
    """Draws snapshots on panels, and remembers what each panel shows."""

    def __init__(self) -> None:
        self._shown: dict[Panel, tuple[object, ...]] = {}
        self._drawn_at: dict[Panel, float] = {}

    def forget(self) -> None:
        """Draw everything anew next time, e.g. in other colours."""
        self._shown.clear()

    def draw(self, panels: Iterable[Panel], snapshot: Snapshot) -> None:
        """Draw the panels on which this snapshot shows anything new; costly ones may wait their turn."""
        state = (
            snapshot.generation,
            snapshot.step,
            snapshot.status,
            len(snapshot.edits),
            snapshot.experiment,
        )
        running = snapshot.status is Status.RUNNING
        now = monotonic()
        costly_drawn = False
        for panel in panels:
            if self._shown.get(panel) == state:
                continue
            if running and panel.interval:
                # At most one of the costly pictures a frame, so that no frame is long.
                if costly_drawn or now - self._drawn_at.get(panel, 0.0) < panel.interval:
                    continue
                costly_drawn = True
            panel.draw(snapshot)
            self._shown[panel] = state
            self._drawn_at[panel] = now
