"""The main window: it hands edits to the session, and snapshots to what is visible."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from time import monotonic
from typing import Any, Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QMenu, QVBoxLayout, QWidget

from lrviz.experiment import Experiment, ExperimentError, changes, edit, live
from lrviz.experiment import presets as library
from lrviz.experiment.build import notices
from lrviz.gui import files
from lrviz.gui import theme as themes
from lrviz.gui.actions import VERBS, Verb
from lrviz.gui.cards import Card
from lrviz.gui.happening import HappeningCard
from lrviz.gui.numbers import rounded, write
from lrviz.gui.panels import PANELS, Panel
from lrviz.gui.panels.outcome import OUTCOMES, outcome_for
from lrviz.gui.pictures import picture_menu
from lrviz.gui.side import Side
from lrviz.gui.stage import Stage
from lrviz.gui.theme import Theme, icon
from lrviz.gui.toolbar import Toolbar
from lrviz.session.snapshot import Snapshot, Status
from lrviz.session.verdict import judge

FRAME_MS = 33
"""Milliseconds between two drawings while training."""
WORDS_EVERY = 0.25
"""Seconds between two readings of what is happening."""


class SessionLike(Protocol):
    """What the window needs of a session; whether a thread is behind it does not show."""

    experiment: Experiment

    def play(self) -> None: ...
    def pause(self) -> None: ...
    def step(self, n: int = 1) -> None: ...
    def reset(self) -> None: ...
    def apply(self, experiment: Experiment) -> None: ...
    def limit(self, speed: float | None) -> None: ...
    def watch(self, probes: Sequence[str]) -> None: ...
    def snapshot(self) -> Snapshot: ...
    def hold(self) -> AbstractContextManager[None]: ...
    def close(self) -> None: ...


class Window(QMainWindow):
    """Forms at the left, panels in the middle, words at the right.

    The refresh timer is the only one; it pulls a snapshot, and the training thread waits until what
    was drawn is painted.
    """

    def __init__(self, session: SessionLike, theme: Theme) -> None:
        super().__init__()
        self.session = session
        self.theme = theme
        themes.apply(_app(), theme)
        self.setWindowTitle("lrviz")
        self.verbs = {entry.name: self._action(entry) for entry in VERBS}
        self.toolbar = Toolbar(self.verbs, self._presets_menu())
        self.side = Side()
        self.happening = HappeningCard()
        self.panels: dict[str, Panel] = {name: panel(theme) for name, panel in PANELS.items()}
        self.cards = {name: self._frame(name, [panel]) for name, panel in self.panels.items()}
        self.outcomes: dict[type[Panel], Panel] = {kind: kind(theme) for kind in OUTCOMES}
        self.outcome: Panel = self.outcomes[OUTCOMES[0]]
        self.cards["outcome"] = self._frame("outcome", list(self.outcomes.values()))
        self.stage = Stage(self.cards)
        self._lay_out()
        self._snapshot: Snapshot | None = None
        self._drawn: dict[Panel, tuple[object, ...]] = {}
        self._drawn_at: dict[Panel, float] = {}
        self._words_at = 0.0
        self._words_for: tuple[object, ...] = ()
        self.speed: float | None = None
        self.side.edited.connect(self.edited)
        self.toolbar.speedChosen.connect(self.set_speed)
        self.toolbar.show_speed(None)
        self.stage.arranged.connect(self._subscribe)
        self.stage.folded.connect(self._move_words)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._tick)
        self._held = ExitStack()
        self._painted = QTimer(self)
        self._painted.setSingleShot(True)
        self._painted.setInterval(0)
        self._painted.timeout.connect(self._held.close)
        self._subscribe()
        self.set_theme(theme)
        self.refresh()

    # Building

    def _action(self, entry: Verb) -> QAction:
        action = QAction(icon(entry.icon, "text"), entry.title, self)
        action.setToolTip(entry.help)
        action.setShortcut(QKeySequence(entry.shortcut))
        action.triggered.connect(lambda: getattr(self, entry.method)())
        self.addAction(action)
        return action

    def _presets_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name in library.names():
            experiment = library.preset(name).experiment
            action = menu.addAction(experiment.name or name)
            action.setToolTip(experiment.note)
            action.triggered.connect(lambda _=False, name=name: self.load(library.preset(name).experiment))
        return menu

    def _frame(self, name: str, panels: list[Panel]) -> Card:
        card = Card(panels[0].title)
        for panel in panels:
            card.body.addWidget(panel)
            panel.contextChanged.connect(
                lambda text, panel=panel, card=card: card.set_context(text) if not panel.isHidden() else None
            )
            panel.setVisible(panel is panels[0])
        self._add_card_verbs(card)
        card.menu.addAction("Maximize or restore", lambda: self.stage.toggle(name))
        for panel in panels:
            panel.fill_menu(card.menu)
        return card

    def _add_card_verbs(self, card: Card) -> None:
        card.pictureRequested.connect(
            lambda: picture_menu(self, card, card.title.text()).popup(
                card.camera.mapToGlobal(card.camera.rect().bottomLeft())
            )
        )

    def _lay_out(self) -> None:
        for card in (*self.side.cards, self.happening):
            self._add_card_verbs(card)
            card.more.hide()
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.side)
        middle.addWidget(self.stage, 1)
        central = QWidget()
        column = QVBoxLayout(central)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.toolbar)
        column.addLayout(middle, 1)
        self.setCentralWidget(central)
        self.setMinimumSize(1000, 640)
        self._move_words(False)

    def _move_words(self, folded: bool) -> None:
        if folded:
            self.side.set_words(self.happening)
        else:
            self.stage.right_column.insertWidget(0, self.happening)
        self.side.fold(folded)

    def set_theme(self, theme: Theme) -> None:
        """Recolour everything."""
        self.theme = theme
        themes.apply(_app(), theme)
        for panel in self._all_panels():
            panel.set_theme(theme)
        self.toolbar.set_theme(theme)
        self._drawn.clear()

    def _all_panels(self) -> list[Panel]:
        return [*self.panels.values(), *self.outcomes.values()]

    # Time

    def start(self) -> None:
        """Begin to refresh."""
        self._timer.start()

    def _tick(self) -> None:
        self.refresh()

    def refresh(self, everything: bool = False) -> None:
        """Draw the newest snapshot on whatever is visible, changed and due."""
        snapshot = self.session.snapshot()
        self._held.enter_context(self.session.hold())
        previous, self._snapshot = self._snapshot, snapshot
        if (
            previous is None
            or previous.experiment is not snapshot.experiment
            or snapshot.generation != previous.generation
        ):
            self._show_experiment(snapshot)
        self.toolbar.show_snapshot(snapshot, self.theme)
        self.side.show_progress(snapshot)
        self._draw_panels(snapshot, everything)
        self._draw_words(snapshot, everything)
        # Fires when the events posted so far, the paints among them, are done: then training goes on.
        self._painted.start()

    def _draw_panels(self, snapshot: Snapshot, everything: bool) -> None:
        state = (
            snapshot.generation,
            snapshot.step,
            snapshot.status,
            len(snapshot.edits),
            id(snapshot.experiment),
        )
        now = monotonic()
        slow_drawn = False
        for panel in self._all_panels():
            if (
                not (panel.isVisible() or (everything and not panel.isHidden()))
                or self._drawn.get(panel) == state
            ):
                continue
            if not everything and snapshot.status is Status.RUNNING and panel.interval:
                # At most one of the costly pictures a frame, so that no frame is long.
                if slow_drawn or now - self._drawn_at.get(panel, 0.0) < panel.interval:
                    continue
                slow_drawn = True
            panel.draw(snapshot)
            self._drawn[panel] = state
            self._drawn_at[panel] = now

    def _draw_words(self, snapshot: Snapshot, everything: bool) -> None:
        now = monotonic()
        state = (snapshot.generation, snapshot.status, id(snapshot.experiment), snapshot.failure)
        if not everything and state == self._words_for and now - self._words_at < WORDS_EVERY:
            return
        self._words_at, self._words_for = now, state
        if snapshot.failure is not None:
            self.happening.show_failure(snapshot.failure)
            return
        experiment = snapshot.experiment
        self._suggest(snapshot)
        monitor = experiment.training.monitor if len(snapshot.examples.test) else "training loss"
        self.happening.show_verdict(
            judge(snapshot), snapshot.best, notices(experiment, snapshot.examples), monitor
        )

    def _suggest(self, snapshot: Snapshot) -> None:
        """After a divergence offer a tenth of α, from the start."""
        if snapshot.status is not Status.DIVERGED:
            self.happening.set_suggestion(None)
            return
        rate = rounded(snapshot.experiment.lr / 10.0, 1)
        self.happening.set_suggestion(f"Try α = {write(rate)}", lambda: self._try(rate))

    def _try(self, rate: float) -> None:
        self.edited("lr", rate)
        self.session.reset()
        self.session.play()

    def _show_experiment(self, snapshot: Snapshot) -> None:
        self.side.show_snapshot(snapshot)
        kind = outcome_for(snapshot)
        if self.outcomes[kind] is not self.outcome or self.outcome.isHidden():
            self.outcome.hide()
            self.outcome = self.outcomes[kind]
            self.outcome.show()
            self.cards["outcome"].set_title(kind.title)
            self.cards["outcome"].set_context("")
            self._subscribe()
        name = snapshot.experiment.name
        self.setWindowTitle(f"{name} – lrviz" if name else "lrviz")

    def _subscribe(self) -> None:
        self.session.watch(
            [probe for panel in self._all_panels() if not panel.isHidden() for probe in panel.probes]
        )

    # Verbs

    def edited(self, path: str, value: Any) -> None:
        """An edit from a form: validated as part of the whole experiment, then applied."""
        try:
            experiment = edit(self.session.experiment, path, value)
        except ExperimentError as error:
            for problem in error.problems:
                self.side.show_error(problem.path or path, problem.sentence, path)
            return
        self.side.clear_errors()
        self._apply(experiment)

    def load(self, experiment: Experiment) -> None:
        """Go on with another experiment, paused at step 0."""
        self.session.pause()
        self._apply(experiment)
        self.session.reset()

    def _apply(self, experiment: Experiment) -> None:
        before = self.session.experiment
        if any(not live(before, path) for path, _, _ in changes(before, experiment)):
            self.session.pause()
        self.session.apply(experiment)

    def toggle_running(self) -> None:
        """Run or pause."""
        if self._snapshot is not None and self._snapshot.status is Status.RUNNING:
            self.session.pause()
        else:
            self.session.play()

    def step(self) -> None:
        """One update."""
        self.session.step()

    def reset(self) -> None:
        """Back to step 0 with the same weights, paused."""
        self.session.pause()
        self.session.reset()

    def set_speed(self, limit: float | None) -> None:
        """Train at most this many steps per second; None: as many as it can."""
        self.speed = limit
        self.toolbar.show_speed(limit)
        self.session.limit(limit)

    def open_file(self) -> None:
        """Open an experiment."""
        experiment = files.open_experiment(self)
        if experiment is not None:
            self.load(experiment)

    def save_file(self) -> None:
        """Save the experiment."""
        files.save_experiment(self, self.session.experiment)

    def screenshot(self) -> None:
        """Save or copy a picture of the window."""
        button = self.toolbar.buttons["screenshot"]
        picture_menu(self, self, "the window").popup(button.mapToGlobal(button.rect().bottomLeft()))

    def switch_theme(self) -> None:
        """Dark to light and back."""
        self.set_theme(themes.LIGHT if self.theme is themes.DARK else themes.DARK)

    def restore(self) -> None:
        """Leave the maximized panel."""
        self.stage.maximize(None)

    def show_shortcuts(self) -> None:
        """List the shortcuts."""
        files.show_shortcuts(self)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Qt's hook: end the training thread."""
        self._timer.stop()
        self._painted.stop()
        self._held.close()
        self.session.close()
        super().closeEvent(event)


def _app() -> QApplication:
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("A window needs a QApplication; make one first.")
    return app
