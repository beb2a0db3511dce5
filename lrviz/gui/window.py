"""The main window: it hands edits to the session, and snapshots to what is visible."""

from collections.abc import Collection
from contextlib import ExitStack
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QMenu, QVBoxLayout, QWidget

from lrviz.experiment import Experiment, ExperimentError, changes, edit, live
from lrviz.experiment import presets as library
from lrviz.gui import files
from lrviz.gui import theme as themes
from lrviz.gui.actions import VERBS, Verb
from lrviz.gui.cards.card import Card
from lrviz.gui.cards.folding import Folding
from lrviz.gui.cards.happening import HappeningCard
from lrviz.gui.cards.panel import PanelCard
from lrviz.gui.controls import Entry
from lrviz.gui.drawing import Drawing
from lrviz.gui.keys import Keys
from lrviz.gui.panels import PANELS, Panel
from lrviz.gui.panels.outcome import OUTCOMES, outcome_for
from lrviz.gui.pictures import picture_menu
from lrviz.gui.session_like import SessionLike
from lrviz.gui.settings import ThemeChoice
from lrviz.gui.side import Side
from lrviz.gui.stage import Stage
from lrviz.gui.theme import Theme, icon
from lrviz.gui.toolbar import Toolbar
from lrviz.gui.tooltips import wrapped
from lrviz.gui.words import Words
from lrviz.session.snapshot import Snapshot, Status

FRAME_MS = 30
"""Milliseconds between two drawings while training."""


class Window(QMainWindow):
    """Forms at the left, panels in the middle, words at the right.

    The refresh timer pulls a snapshot, and the training thread waits until what was drawn is painted.
    """

    def __init__(self, session: SessionLike, theme: Theme) -> None:
        super().__init__()
        self.session = session
        self.theme = theme
        self.theme_choice: ThemeChoice = "system"
        self.speed: float | None = None
        themes.apply(_app(), theme)
        self.setWindowTitle("lrviz")
        self.verbs = {entry.name: self._action(entry) for entry in VERBS}
        self.toolbar = Toolbar(self.verbs, self._presets_menu())
        self.side = Side()
        self.happening = HappeningCard()
        self.folding = Folding((self.side.lr, self.happening, *self.side.cards[1:]), folded=("Training",))
        self.outcome = PanelCard([kind(theme) for kind in OUTCOMES])
        self.cards = {name: PanelCard([kind(theme)]) for name, kind in PANELS.items()}
        self.cards["outcome"] = self.outcome
        self.panels = [panel for card in self.cards.values() for panel in card.panels.values()]
        self.stage = Stage(self.cards)
        self._lay_out()
        self.snapshot: Snapshot | None = None
        self._drawing = Drawing()
        self._words = Words(self.happening, self._try)
        self._keys = Keys(_app(), self)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        # What the person did shows at once, not at the timer's next turn.
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._held = ExitStack()
        self._painted = QTimer(self, singleShot=True, interval=0)
        self._listen()
        self._subscribe()
        self.toolbar.set_theme(theme)
        self.toolbar.show_speed(self.speed)
        self.refresh()

    # Building

    def _action(self, entry: Verb) -> QAction:
        action = QAction(icon(entry.icon, "text"), entry.title, self)
        action.setToolTip(entry.help)
        action.setShortcut(QKeySequence(entry.shortcut))
        action.setAutoRepeat(entry.repeats)
        action.triggered.connect(lambda: self._do(entry))
        self.addAction(action)
        return action

    def _presets_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name in library.names():
            experiment = library.preset(name).experiment
            action = menu.addAction(experiment.name or name)
            action.setToolTip(wrapped(experiment.note))
            action.triggered.connect(lambda _=False, experiment=experiment: self.load(experiment))
        return menu

    def _lay_out(self) -> None:
        for card in (*self.side.cards, self.happening):
            card.more.hide()
        for card in (*self.side.cards, self.happening, *self.cards.values()):
            card.pictureRequested.connect(lambda card=card: self._offer_picture(card))
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
        # Else the first button would have the focus, and its ring be in every picture.
        central.setFocus()

    def _listen(self) -> None:
        self.side.edited.connect(self.edited)
        self.toolbar.speedChosen.connect(self.set_speed)
        self.stage.folded.connect(self._move_words)
        self._timer.timeout.connect(self._tick)
        self._soon.timeout.connect(self._answer)
        self._painted.timeout.connect(self._held.close)

    def _move_words(self, folded: bool) -> None:
        if folded:
            self.side.set_words(self.happening)
        else:
            self.stage.right_column.insertWidget(0, self.happening)
        self.side.set_tight(folded)
        self.folding.set_tight(folded)

    def set_theme(self, theme: Theme) -> None:
        """Recolour everything."""
        self.theme = theme
        themes.apply(_app(), theme)
        for panel in self.panels:
            panel.set_theme(theme)
        self.toolbar.set_theme(theme)
        self._drawing.forget()

    def folded(self) -> tuple[str, ...]:
        """The titles of the cards that show their headline only where there is room."""
        return self.folding.titles()

    def fold(self, titles: Collection[str]) -> None:
        """Where there is room fold the cards of these titles, and open the others."""
        self.folding.fold(titles)

    # Time

    def start(self) -> None:
        """Begin to refresh."""
        self._timer.start()

    def _tick(self) -> None:
        # What was drawn last and is not painted yet is a frame already.
        if not self._painted.isActive():
            self.refresh()

    def _answer(self) -> None:
        """A frame of its own for what the person did, in the place of the timer's next."""
        if self._painted.isActive():
            self._soon.start()
            return
        if self._timer.isActive():
            self._timer.start()
        self.refresh()

    def refresh(self, everything: bool = False) -> None:
        """Draw the newest snapshot on whatever is visible, changed and due.

        everything: also where the window is not on a screen, and without waiting for a turn.
        """
        # Held first: else the thread would begin another chunk beside the drawing.
        self._held.enter_context(self.session.hold())
        try:
            self._show(self.session.snapshot(), everything)
        finally:
            # Fires when the events posted so far, the paints among them, are done: then training goes on.
            self._painted.start()

    def _show(self, snapshot: Snapshot, everything: bool) -> None:
        previous, self.snapshot = self.snapshot, snapshot
        if (
            previous is None
            or previous.experiment is not snapshot.experiment
            or previous.generation != snapshot.generation
        ):
            self._show_experiment(snapshot)
        self.toolbar.show_snapshot(snapshot, self.theme)
        self.side.show_progress(snapshot)
        seen = [panel for panel in self.panels if panel.isVisible() or (everything and self._shows(panel))]
        self._drawing.draw(seen, snapshot, everything)
        self._words.show(snapshot, now=everything)

    def _try(self, rate: float) -> None:
        """Begin anew with this learning rate."""
        self.edited("lr", rate)
        self.session.reset()
        self.session.play()

    def _show_experiment(self, snapshot: Snapshot) -> None:
        self.side.show_snapshot(snapshot)
        kind = outcome_for(snapshot)
        if type(self.outcome.shown) is not kind:
            self.outcome.show_panel(kind)
        name = snapshot.experiment.name
        self.setWindowTitle(f"{name} – lrviz" if name else "lrviz")

    def _subscribe(self) -> None:
        # Also for panels behind a tab: who turns to them later wants to see the whole run.
        self.session.watch(sorted({probe for panel in self.panels for probe in panel.probes}))

    def _shows(self, panel: Panel) -> bool:
        """Whether it can be seen wherever the window can."""
        return panel.isVisibleTo(self)

    # Edits

    def edited(self, path: str, value: Any) -> None:
        """An edit from a form: validated as part of the whole experiment, then applied.

        What is wrong is said under the row edited, and under the row concerned where that is another.
        """
        try:
            experiment = edit(self.session.experiment, path, value)
        except ExperimentError as error:
            for problem in error.problems:
                self.side.show_error(problem.path, problem.sentence)
            if not self.side.show_error(path, str(error)):
                files.say(self, "This was not changed.", str(error))
            return
        self.side.clear_errors()
        if not self._keeps_weights(experiment):
            self.session.pause()
        self.session.apply(experiment)
        self._soon.start()

    def load(self, experiment: Experiment) -> None:
        """Go on with another experiment, paused at step 0, in a new attempt."""
        self.side.clear_errors()
        self.session.pause()
        if self._keeps_weights(experiment):
            self.session.reset()
        # Any other change begins a new attempt by itself.
        self.session.apply(experiment)

    def _keeps_weights(self, experiment: Experiment) -> bool:
        before = self.session.experiment
        return all(live(before, path) for path, _, _ in changes(before, experiment))

    # Verbs

    def _do(self, entry: Verb) -> None:
        focus = self.focusWidget()
        if isinstance(focus, Entry):
            # A verb counts on what was typed, entered or not.
            focus.commit()
        getattr(self, entry.method)()
        self._soon.start()

    def toggle_running(self) -> None:
        """Run or pause."""
        if self.snapshot is not None and self.snapshot.status is Status.RUNNING:
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
        self._offer(picture_menu(self, self, "the window"), button)

    def switch_theme(self) -> None:
        """Dark to light and back; back at the system's theme, it is followed again."""
        self.set_theme(themes.LIGHT if self.theme is themes.DARK else themes.DARK)
        self.theme_choice = "system" if self.theme is themes.system_theme() else self.theme.name

    def follow_system(self) -> None:
        """Take the system's theme, unless the person chose one."""
        if self.theme_choice == "system" and self.theme is not themes.system_theme():
            self.set_theme(themes.system_theme())

    def restore(self) -> None:
        """Leave the maximized panel."""
        self.stage.maximize(None)

    def show_shortcuts(self) -> None:
        """List the shortcuts."""
        files.show_shortcuts(self)

    def _offer_picture(self, card: Card) -> None:
        self._offer(picture_menu(self, card, card.title.text()), card.camera)

    def _offer(self, menu: QMenu, below: QWidget) -> None:
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(below.mapToGlobal(below.rect().bottomLeft()))

    # Qt's hooks

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Qt's hook: end the training thread."""
        self._timer.stop()
        self._soon.stop()
        self._painted.stop()
        self._held.close()
        self.session.close()
        super().closeEvent(event)


def _app() -> QApplication:
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise RuntimeError("A window needs a QApplication; make one first.")
    return app
