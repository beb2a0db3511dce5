"""The card of the optimizer."""

from PySide6.QtWidgets import QWidget

from lrviz.engine.modifiers import AnyModifier
from lrviz.engine.optimizers import AnyOptimizer
from lrviz.engine.parts import Part, kinds, traits
from lrviz.experiment import Experiment
from lrviz.experiment.numbers import write
from lrviz.gui.cards.form_card import FormCard
from lrviz.gui.forms.form import Form
from lrviz.gui.forms.part_list import PartList

MODIFIERS_HELP = (
    "Something done around the method's step: clipping, averaging, a second look. The topmost sees the "
    "gradient first."
)
HELP = "The rule that turns gradients into steps. Each rule has its own good range of α."


class OptimizerCard(FormCard):
    """The method and its fields."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            "Optimizer", [Form("optimizer", kinds(AnyOptimizer), label="Method", help=HELP)], parent
        )
        self.set_context("∇")
        self.modifiers = PartList("modifiers", kinds(AnyModifier), add="Add a modifier", help=MODIFIERS_HELP)
        self.modifiers.edited.connect(self.edited)
        self.body.addWidget(self.modifiers)

    def show_experiment(self, experiment: Experiment) -> None:
        """See `FormCard`."""
        super().show_experiment(experiment)
        self.modifiers.show_parts(experiment.modifiers)
        others = [modifier.title for modifier in experiment.modifiers]
        self.set_summary(" + ".join([summary(experiment.optimizer), *others]))

    def show_error(self, path: str, sentence: str) -> bool:
        """See `FormCard`."""
        return self.modifiers.show_error(path, sentence) or super().show_error(path, sentence)

    def clear_errors(self) -> None:
        """See `FormCard`."""
        super().clear_errors()
        self.modifiers.clear_errors()


def summary(method: Part) -> str:
    """Its title, and the first of its usual numbers that is not 0: `SGD, momentum 0.9`."""
    for name, info in type(method).model_fields.items():
        more, value = traits(info), getattr(method, name)
        title = info.title or name
        if isinstance(value, tuple):
            title, value = (*more["labels"], title)[0], value[0]
        if isinstance(value, float) and value != 0.0 and not more.get("advanced"):
            return f"{method.title}, {title[:1].lower()}{title[1:]} {write(value)}"
    return method.title
