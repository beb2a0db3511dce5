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

    def draw(self, panels: Iterable[Panel], snapshot: Snapshot, everything: bool = False) -> None:
        """Draw one of the panels on which this snapshot shows anything new, or all of those at once.

        One a frame, so that no frame is long, a verb is answered at once, and training gets the rest of
        the time. While training a panel also lets its interval pass.
        """
        state = (
            snapshot.generation,
            snapshot.step,
            snapshot.status,
            len(snapshot.edits),
            snapshot.experiment,
        )
        now = monotonic()
        changed = [panel for panel in panels if self._shown.get(panel) != state]
        if not everything:
            least = 1.0 if snapshot.status is Status.RUNNING else 0.0
            changed = self._most_overdue(changed, now, least)
        for panel in changed:
            # Noted first, so that a panel that fails does not keep the others waiting for ever.
            self._shown[panel] = state
            self._drawn_at[panel] = now
            panel.draw(snapshot)

    def _most_overdue(self, panels: list[Panel], now: float, least: float) -> list[Panel]:
        """The panel that has waited for the largest multiple of its interval, at least for this one."""
        waited = {panel: (now - self._drawn_at.get(panel, 0.0)) / panel.interval for panel in panels}
        due = [panel for panel in panels if waited[panel] >= least]
        return [max(due, key=waited.__getitem__)] if due else []
