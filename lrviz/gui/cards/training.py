"""The card of how long and in which portions it trains, and of what training makes small."""

from PySide6.QtWidgets import QWidget

from lrviz.engine.losses import AnyLoss
from lrviz.engine.parts import kinds
from lrviz.experiment import Experiment, Training
from lrviz.experiment.numbers import write
from lrviz.gui.cards.form_card import FormCard
from lrviz.gui.forms.form import Form

LOSS_HELP = (
    "The number that training makes small. Automatic: cross-entropy for classes, mean squared error for "
    "numbers. Another loss has another scale, and so another good α."
)


class TrainingCard(FormCard):
    """The loss, the batch size, the number of steps, and behind More what is rarely needed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        loss = Form("loss", kinds(AnyLoss), label="Loss", help=LOSS_HELP)
        super().__init__("Training", [loss, Form("training", Training)], parent)

    def show_experiment(self, experiment: Experiment) -> None:
        """See `FormCard`."""
        super().show_experiment(experiment)
        training = experiment.training
        self.set_summary(f"batch {training.batch_size:,} · {training.steps:,} steps")

    def set_epochs(self, epochs: float) -> None:
        """How many passes over the training examples the planned steps are."""
        number = f"{epochs:,.0f}" if epochs >= 10 else write(epochs, 2)
        self.set_context("1 epoch" if number == "1" else f"{number} epochs")
