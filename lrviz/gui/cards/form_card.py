"""A card made of forms."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from lrviz.experiment import Experiment, at
from lrviz.gui.cards.card import Card
from lrviz.gui.forms.form import Form


class FormCard(Card):
    """Forms of parts of the experiment, one below the other. Holds no state: `show_experiment` fills it."""

    edited = Signal(str, object)
    """Dotted path and value that the person chose."""

    def __init__(self, title: str, forms: Sequence[Form] = (), parent: QWidget | None = None) -> None:
        super().__init__(title, foldable=True, parent=parent)
        self.forms: list[Form] = []
        for form in forms:
            self.add_form(form)

    def add_form(self, form: Form) -> None:
        """One more form, below what is there."""
        self.forms.append(form)
        form.edited.connect(self.edited)
        self.body.addWidget(form)

    def show_experiment(self, experiment: Experiment) -> None:
        """Show its values; never emits, never disturbs what is being edited."""
        for form in self.forms:
            form.show_spec(at(experiment, form.path))

    def show_error(self, path: str, sentence: str) -> bool:
        """Say under the row of this path what is wrong; False: this card has no such row."""
        return any(within(path, form.path) and form.show_error(path, sentence) for form in self.forms)

    def clear_errors(self) -> None:
        """Take back all messages."""
        for form in self.forms:
            form.clear_errors()


def within(path: str, owner: str) -> bool:
    """Whether a dotted path is `owner` or below it."""
    return path == owner or path.startswith(f"{owner}.")
