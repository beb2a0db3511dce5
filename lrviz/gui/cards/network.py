"""The card of the network: its hidden layers, their activation, and how the first weights are drawn."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from lrviz.engine.activations import AnyActivation
from lrviz.engine.initializers import AnyInitializer
from lrviz.engine.parts import kinds
from lrviz.experiment import Experiment, Layer
from lrviz.experiment.network import MOST_LAYERS
from lrviz.gui.cards.form_card import FormCard, within
from lrviz.gui.controls import NumbersField, Option
from lrviz.gui.forms.form import Form
from lrviz.gui.forms.rows import ChoiceRow, EntryRow
from lrviz.gui.theme import icon

HIDDEN = "network.hidden"
FIRST_ACTIVATION = f"{HIDDEN}.0.activation"
INITIALIZER = "network.initializer"
FIRST_UNITS = 8
"""Width of a first hidden layer."""

Units = tuple[float, ...]

HIDDEN_HELP = (
    "Units of each hidden layer, from the inputs to the outputs, such as 12 – 12. Empty: a linear model. "
    "Too few: the network cannot represent the answer. Too many: slower steps, easier to overfit, and "
    "deep networks need a smaller α."
)
ACTIVATION_HELP = (
    "The function every hidden unit applies to its weighted sum. Without a bend (linear) the network can "
    "only draw straight borders; with saturating ones (tanh, sigmoid) gradients shrink from layer to layer."
)
INITIALIZER_HELP = (
    "How the first weights are drawn. Too small: signals and gradients fade from layer to layer. "
    "Too large: units saturate and the first steps overshoot."
)


class LayersField(NumbersField):
    """Units of layers, written `12 – 12`; dashes, commas and spaces divide."""

    def parse(self, text: str) -> tuple[float, ...]:
        """See `Entry`."""
        return super().parse(re.sub("[-–—−]", " ", text))

    def written(self, value: object) -> str:
        """See `Entry`; many layers stand closer."""
        text = super().written(value)
        return text.replace(", ", " – " if text.count(",") < 3 else "–")


class HiddenRow(EntryRow):
    """The units of the hidden layers, and buttons that remove or add the last one."""

    def __init__(self) -> None:
        self.field = LayersField(whole=True)
        super().__init__(HIDDEN, "Hidden", HIDDEN_HELP, self.field)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(0)
        self.line.addLayout(self._buttons)
        self.fewer = self._button("fa6s.minus", "Remove the last hidden layer", _without_last)
        self.more = self._button("fa6s.plus", "Add a hidden layer as wide as the last one", _with_one_more)

    def set_value(self, value: Any) -> None:
        """See `Row`; the units as a tuple."""
        super().set_value(value)
        self.fewer.setEnabled(len(value) > 0)
        self.more.setEnabled(len(value) < MOST_LAYERS)

    def _button(self, glyph: str, name: str, change: Callable[[Units], Units]) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(glyph))
        button.setIconSize(QSize(10, 10))
        button.setFixedSize(19, 22)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.clicked.connect(lambda: self._change(change))
        self._buttons.addWidget(button)
        return button

    def _change(self, change: Callable[[Units], Units]) -> None:
        """Change what is written in the field now, entered or not."""
        try:
            units = change(self.field.parse(self.field.text()))
        except ValueError as problem:
            self.show_error(str(problem))
            return
        self.field.setModified(False)
        self.field.set_wrong(False)
        self.set_value(units)
        self.tell(units)


class ActivationRow(ChoiceRow):
    """The activation of all hidden layers at once; says "mixed" where they differ."""

    def __init__(self) -> None:
        options: list[Option] = [
            (part.title, name, part.summary) for name, part in kinds(AnyActivation).items()
        ]
        super().__init__(HIDDEN, "Activation", ACTIVATION_HELP, options)

    def set_value(self, value: Any) -> None:
        """See `Row`; the set of the kinds in use."""
        self.choice.setEnabled(len(value) > 0)
        if len(value) == 1:
            self.choice.set_value(*value)
        elif not self.choice.view().isVisible():
            self.choice.setPlaceholderText("mixed" if value else "none")
            self.choice.setCurrentIndex(-1)


class NetworkCard(FormCard):
    """Hidden layers, their activation with its fields, and the initializer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Network", parent=parent)
        self._layers: tuple[Layer, ...] = ()
        self.hidden = HiddenRow()
        self.activation = ActivationRow()
        # The row above chooses the kind, for all layers; the form adds the fields of that kind.
        self.fields = Form(FIRST_ACTIVATION, kinds(AnyActivation))
        if self.fields.chooser is not None:
            self.fields.chooser.hide()
        for widget in (self.hidden, self.activation, self.fields):
            self.body.addWidget(widget)
        self.add_form(Form(INITIALIZER, kinds(AnyInitializer), label="Initializer", help=INITIALIZER_HELP))
        self.hidden.edited.connect(self._set_units)
        self.activation.edited.connect(self._set_activation)
        self.fields.edited.connect(self._set_field)

    def set_size(self, depth: int, params: int) -> None:
        """Show how many layers (hidden and output) and parameters the network has."""
        self.set_context(f"{'linear model' if depth == 1 else f'depth {depth}'} · {params:,} params")

    def show_experiment(self, experiment: Experiment) -> None:
        """See `FormCard`."""
        super().show_experiment(experiment)
        self._layers = experiment.network.hidden
        kinds_in_use = {layer.activation.name() for layer in self._layers}
        self.set_summary(summary(self._layers))
        self.hidden.set_value(tuple(layer.units for layer in self._layers))
        self.activation.set_value(kinds_in_use)
        activation = self._layers[0].activation if len(kinds_in_use) == 1 else None
        if activation is not None:
            self.fields.show_spec(activation)
        self.fields.setVisible(activation is not None and len(type(activation).model_fields) > 1)

    def show_error(self, path: str, sentence: str) -> bool:
        """See `FormCard`."""
        if not within(path, HIDDEN):
            return super().show_error(path, sentence)
        field = re.sub(rf"^{HIDDEN}\.\d+\.activation", FIRST_ACTIVATION, path)
        if not within(field, FIRST_ACTIVATION):
            self.hidden.show_error(sentence)
        elif self.fields.isHidden() or self.fields.row(field) is self.fields.chooser:
            self.activation.show_error(sentence)
        else:
            self.fields.show_error(field, sentence)
        return True

    def clear_errors(self) -> None:
        """See `FormCard`."""
        super().clear_errors()
        self.hidden.clear_error()
        self.activation.clear_error()
        self.fields.clear_errors()

    def _set_units(self, path: str, units: Sequence[int]) -> None:
        self.edited.emit(path, resized(self._layers, units))

    def _set_activation(self, path: str, kind: str) -> None:
        layers = [layer.model_dump(mode="json") for layer in self._layers]
        for layer in layers:
            if layer["activation"]["kind"] != kind:
                layer["activation"] = {"kind": kind}
        self.edited.emit(path, layers)

    def _set_field(self, path: str, value: object) -> None:
        """One edit for each layer, as these keep the weights and a new list of layers would not."""
        name = path.removeprefix(f"{FIRST_ACTIVATION}.")
        for index in range(len(self._layers)):
            self.edited.emit(f"{HIDDEN}.{index}.activation.{name}", value)


def summary(layers: Sequence[Layer]) -> str:
    """Units and activation: `12-12 tanh`."""
    if not layers:
        return "linear model"
    first, *others = dict.fromkeys(layer.activation.title for layer in layers)
    return f"{'-'.join(str(layer.units) for layer in layers)} {'mixed' if others else first}"


def resized(layers: Sequence[Layer], units: Sequence[int]) -> list[dict[str, Any]]:
    """Layers of these units as plain data: those that stay keep their activation, new ones take the last."""
    patterns = [layer.model_dump(mode="json") for layer in layers or (Layer(),)]
    patterns += [patterns[-1]] * (len(units) - len(patterns))
    return [{**pattern, "units": count} for pattern, count in zip(patterns, units, strict=False)]


def _without_last(units: Units) -> Units:
    return units[:-1]


def _with_one_more(units: Units) -> Units:
    return (*units, units[-1] if units else FIRST_UNITS)
