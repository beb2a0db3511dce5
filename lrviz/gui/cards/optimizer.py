"""The card of the optimizer."""

from PySide6.QtWidgets import QWidget

from lrviz.engine.optimizers import AnyOptimizer
from lrviz.engine.parts import kinds
from lrviz.gui.cards.form_card import FormCard
from lrviz.gui.forms.form import Form

HELP = "The rule that turns gradients into steps. Each rule has its own good range of α."


class OptimizerCard(FormCard):
    """The method and its fields."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "Optimizer", [Form("optimizer", kinds(AnyOptimizer), label="Method", help=HELP)], parent
        )
        self.set_context("∇")
