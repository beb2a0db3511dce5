"""The bar at the top: the verbs of training, what it is doing, and the verbs of files and pictures."""

from collections.abc import Mapping, Sequence
from time import monotonic

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from lrviz.experiment.numbers import rounded
from lrviz.gui.controls import Slider
from lrviz.gui.theme import Theme, icon, on_accent
from lrviz.gui.tooltips import wrapped
from lrviz.session.snapshot import Snapshot, Status

LEFT = ("run", "step", "reset")
COUNT_EVERY = 0.1
"""Seconds between two updates of step, epoch and speed while training."""
SLOWEST, FASTEST = 1.0, 50_000.0
"""The ends of the speed slider, in steps per second; the right end stands for no limit."""
RIGHT = ("open", "save", "theme", "screenshot")
ROOMY, TIGHT = 1400, 1180
"""Widths below which the buttons at the right are icons only, and below which more is left out."""


class ActionButton(QPushButton):
    """A button that does an action and follows its text, icon and whether it is enabled."""

    def __init__(self, action: QAction, *, primary: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.action_ = action
        self._wordless = False
        self.setIconSize(QSize(20, 14))
        if primary:
            self.setProperty("look", "primary")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def set_wordless(self, wordless: bool) -> None:
        """Show the icon only."""
        self._wordless = wordless
        self._follow()

    def _follow(self) -> None:
        shortcut = self.action_.shortcut().toString()
        self.setText("" if self._wordless else self.action_.text())
        self.setIcon(self.action_.icon())
        self.setEnabled(self.action_.isEnabled())
        self.setAccessibleName(self.action_.text())
        tooltip = self.action_.toolTip()
        self.setToolTip(wrapped(f"{tooltip} ({shortcut})" if shortcut else tooltip))


class Toolbar(QFrame):
    """Buttons left and right, and in the middle step, epoch and speed."""

    speedChosen = Signal(object)  # noqa: N815 - Qt's spelling of signals
    """The most steps per second, or None."""

    def __init__(self, actions: Mapping[str, QAction], presets: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toolbar")
        self._actions = actions
        self._running: bool | None = None
        self._counted_at = 0.0
        self._room = 2
        self.setFixedHeight(48)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        self.mark = QLabel()
        self.mark.setProperty("look", "mark")
        row.addWidget(self.mark)
        row.addSpacing(8)
        self.buttons = {name: ActionButton(actions[name], primary=name == "run") for name in (*LEFT, *RIGHT)}
        self._add(row, LEFT)
        row.addSpacing(8)
        self._add_speed(row)
        self.progress = QLabel()
        self.progress.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row.addWidget(self.progress, 1)
        self.presets = QPushButton("Presets")
        self.presets.setMenu(presets)
        self.presets.setToolTip("Experiments to start from; each shows one thing")
        self.presets.setAccessibleName("Presets")
        row.addWidget(self.presets)
        self._add(row, RIGHT)
        self.buttons["run"].setFixedWidth(92)

    def _add_speed(self, row: QHBoxLayout) -> None:
        self.speed_title = QLabel("Speed")
        self.speed_title.setProperty("look", "muted")
        self.speed = Slider(SLOWEST, FASTEST, "log")
        self.speed.setFixedWidth(110)
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip(
            wrapped("The most steps per second. Low: every step can be watched. Right end: no limit.")
        )
        self.limit = QLabel()
        self.limit.setFixedWidth(46)
        self.speed.moved.connect(self._move_speed)
        for widget in (self.speed_title, self.speed, self.limit):
            row.addWidget(widget)

    def _move_speed(self, value: float) -> None:
        limit = None if value >= FASTEST * 0.99 else rounded(value, 1 if value >= 10 else 2)
        self.show_speed(limit)
        self.speedChosen.emit(limit)

    def show_speed(self, limit: float | None) -> None:
        """Show this limit in steps per second; None: no limit."""
        self.speed.set_value(FASTEST if limit is None else limit)
        self.limit.setText("max" if limit is None else f"{limit:,.0f}")

    def _add(self, row: QHBoxLayout, names: Sequence[str]) -> None:
        for name in names:
            row.addWidget(self.buttons[name])

    def set_theme(self, theme: Theme) -> None:
        """Colour the mark and the main button's icon."""
        self.mark.setText(
            '<span style="font-size:15px; font-weight:600">'
            f'lr<span style="color:{theme.amber}">viz</span></span>'
        )
        self.presets.setIcon(icon("fa6s.shapes", "text"))
        self.presets.setIconSize(QSize(20, 14))
        running = self._running
        self._running = None
        self._show_running(bool(running), theme)

    def show_snapshot(self, snapshot: Snapshot, theme: Theme) -> None:
        """Step, epoch and speed; Run turns into Pause while training."""
        self._show_running(snapshot.status is Status.RUNNING, theme)
        ended = snapshot.status is Status.DIVERGED
        for name in ("run", "step"):
            self._actions[name].setEnabled(not ended)
        now = monotonic()
        if snapshot.status is Status.RUNNING and now - self._counted_at < COUNT_EVERY:
            return
        self._counted_at = now
        parts = [
            f"Step <b>{snapshot.step:,}</b> of {snapshot.planned:,}",
            *([f"Epoch <b>{snapshot.epoch:,.0f}</b>"] if self._room else []),
            f"<b>{snapshot.speed:,.0f}</b> steps/s" if snapshot.speed else f"<b>{snapshot.status.value}</b>",
        ]
        text = "&nbsp;&nbsp;&nbsp;".join(parts)
        if text != self.progress.text():
            self.progress.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Qt's hook: where there is less room, words are left out."""
        super().resizeEvent(event)
        room = sum(self.width() >= width for width in (ROOMY, TIGHT))
        if room == self._room:
            return
        self._room = room
        for name in RIGHT:
            self.buttons[name].set_wordless(room < 2)
        self.presets.setText("Presets" if room else "")
        self.speed_title.setVisible(room > 0)

    def _show_running(self, running: bool, theme: Theme) -> None:
        if running == self._running:
            return
        self._running = running
        action = self._actions["run"]
        action.setText("Pause" if running else "Run")
        action.setIcon(icon("fa6s.pause" if running else "fa6s.play", on_accent(theme)))
