"""The left column: the cards in which an experiment is built."""

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from lrviz.engine.parts import kinds
from lrviz.engine.schedules import AnySchedule
from lrviz.experiment.numbers import write
from lrviz.gui.cards.card import Card
from lrviz.gui.cards.data import DataCard
from lrviz.gui.cards.learning_rate import LearningRateCard
from lrviz.gui.cards.loading import Loading
from lrviz.gui.cards.network import NetworkCard
from lrviz.gui.cards.optimizer import OptimizerCard
from lrviz.gui.cards.training import TrainingCard
from lrviz.gui.preview import Preview, epochs, preview
from lrviz.session.snapshot import Snapshot

WIDTH = 316
GAP, TIGHT_GAP = 10, 8


class Side(QScrollArea):
    """Shows the experiment of a snapshot; what the person changes is emitted, never kept."""

    edited = Signal(str, object)
    """Dotted path and value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side")
        self.setFixedWidth(WIDTH)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, so that the cards keep their width; without need it shows nothing.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        bar.setStyleSheet("QScrollBar::handle:disabled { background: transparent; }")
        bar.rangeChanged.connect(lambda low, high: bar.setEnabled(high > low))
        self.lr = LearningRateCard(kinds(AnySchedule))
        self.optimizer = OptimizerCard()
        self.network = NetworkCard()
        self.data = DataCard()
        self.training = TrainingCard()
        self._editors = (self.lr, self.optimizer, self.network, self.data, self.training)
        self._preview = Preview(np.empty(0), np.empty(0), 0, 0)
        self._loading = Loading()
        self.cards: tuple[Card, ...] = self._editors
        # α and the name of its schedule are always to be seen.
        self.lr.shorten = self.lr.form.set_brief
        inside = QWidget()
        inside.setObjectName("inside")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(10, 10, 10, 10)
        self._column.setSpacing(GAP)
        for card in self._editors:
            self._column.addWidget(card)
            card.edited.connect(self.edited)
            card.foldChanged.connect(lambda folded, card=card: self._reveal(card, folded))
        self._column.addStretch(1)
        self.setWidget(inside)

    def set_words(self, card: Card) -> None:
        """Take what is happening in, below the learning rate."""
        self._column.insertWidget(1, card)

    def set_tight(self, tight: bool) -> None:
        """Move the cards closer together where room is short."""
        self._column.setSpacing(TIGHT_GAP if tight else GAP)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Fill every form from the snapshot's experiment."""
        experiment, examples = snapshot.experiment, snapshot.examples
        self._preview = preview(snapshot)
        self.lr.show_spec(experiment.lr, experiment.schedule)
        self.lr.set_summary(f"{write(experiment.lr)} · {experiment.schedule.title}")
        self.optimizer.show_experiment(experiment)
        self.network.show_experiment(experiment)
        self.data.show_experiment(experiment)
        self.training.show_experiment(experiment)
        self.network.set_size(len(snapshot.model.network.layers), snapshot.model.network.size)
        self.data.set_counts(len(examples.train), len(examples.test), len(examples.validation))
        self.training.set_epochs(epochs(experiment.training, len(examples.train)))

    def show_progress(self, snapshot: Snapshot) -> None:
        """Show the rate in use, where in the schedule the run is, and what is being read."""
        self.data.show_loading(self._loading.words(snapshot))
        self.lr.set_now(snapshot.lr)
        if snapshot.step > self._preview.end:
            self._preview = preview(snapshot)
        self.lr.set_preview(self._preview, snapshot.step)

    def _reveal(self, card: Card, folded: bool) -> None:
        """Scroll to a card that the person opened, as far as that is needed."""
        if not folded:
            # Not before the layout has made room for it.
            QTimer.singleShot(0, card, lambda: self.ensureWidgetVisible(card, 0, 10))

    def show_error(self, path: str, sentence: str) -> bool:
        """Say under the row of this path what is wrong; False: there is no such row."""
        return any(card.show_error(path, sentence) for card in self._editors)

    def clear_errors(self) -> None:
        """Take back all messages."""
        for card in self._editors:
            card.clear_errors()
