"""The left column: the cards in which an experiment is built."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from lrviz.engine.parts import kinds
from lrviz.engine.schedules import AnySchedule
from lrviz.gui.cards.card import Card
from lrviz.gui.cards.data import DataCard
from lrviz.gui.cards.learning_rate import LearningRateCard
from lrviz.gui.cards.network import NetworkCard
from lrviz.gui.cards.optimizer import OptimizerCard
from lrviz.gui.cards.training import TrainingCard
from lrviz.gui.preview import epochs, preview
from lrviz.session.snapshot import Snapshot

WIDTH = 308


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
        self.lr = LearningRateCard(kinds(AnySchedule))
        self.optimizer = OptimizerCard()
        self.network = NetworkCard()
        self.data = DataCard()
        self.training = TrainingCard()
        self._editors = (self.lr, self.optimizer, self.network, self.data, self.training)
        self._preview = (np.empty(0), np.empty(0))
        self.cards: tuple[Card, ...] = self._editors
        inside = QWidget()
        inside.setObjectName("inside")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(10, 10, 10, 10)
        self._column.setSpacing(10)
        for card in self._editors:
            self._column.addWidget(card)
            card.edited.connect(self.edited)
        self._column.addStretch(1)
        self.setWidget(inside)
        self.training.set_folded(True)

    def set_words(self, card: Card) -> None:
        """Take what is happening in, below the learning rate."""
        self._column.insertWidget(1, card)

    def fold(self, folded: bool) -> None:
        """Fold everything but the learning rate, or open all but the training card."""
        for card in self._editors[1:]:
            card.set_folded(folded or card is self.training)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Fill every form from the snapshot's experiment."""
        experiment, examples = snapshot.experiment, snapshot.examples
        self._preview = preview(snapshot)
        self.lr.show_spec(experiment.lr, experiment.schedule)
        self.optimizer.show_experiment(experiment)
        self.network.show_experiment(experiment)
        self.data.show_experiment(experiment)
        self.training.show_experiment(experiment)
        self.network.set_size(len(snapshot.model.network.layers), snapshot.model.network.size)
        self.data.set_counts(len(examples.train), len(examples.test), len(examples.validation))
        self.training.set_epochs(epochs(experiment.training, len(examples.train)))

    def show_progress(self, snapshot: Snapshot) -> None:
        """Show the rate in use, and where in the schedule the run is."""
        self.lr.set_now(snapshot.lr)
        self.lr.set_preview(*self._preview, snapshot.step)

    def show_error(self, path: str, sentence: str) -> bool:
        """Say under the row of this path what is wrong; False: there is no such row."""
        return any(card.show_error(path, sentence) for card in self._editors)

    def clear_errors(self) -> None:
        """Take back all messages."""
        for card in self._editors:
            card.clear_errors()
