"""The card of the network: its hidden layers, what they have alike, and how the first weights are drawn."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from lrviz.engine.activations import AnyActivation
from lrviz.engine.norms import AnyNorm, NoNorm
from lrviz.engine.parts import kinds
from lrviz.experiment import Experiment, Layer, live
from lrviz.experiment.network import MOST_LAYERS
from lrviz.experiment.numbers import write
from lrviz.gui.cards.form_card import FormCard, within
from lrviz.gui.cards.layers import FIRST, HIDDEN, NetworkForm, PartForm
from lrviz.gui.controls import NumbersField
from lrviz.gui.forms.rows import EntryRow
from lrviz.gui.theme import icon

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


class NetworkCard(FormCard):
    """Hidden layers, what all of them have alike, and what the network has beside them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Network", parent=parent)
        self._experiment = Experiment()
        self._asked = HIDDEN
        self.hidden = HiddenRow()
        self.hidden.edited.connect(self._set_units)
        self.body.addWidget(self.hidden)
        self.fields = PartForm("activation", kinds(AnyActivation), help=ACTIVATION_HELP)
        self.activation = self.fields.chooser
        self.norm = PartForm("norm", kinds(AnyNorm), help=Layer.model_fields["norm"].description or "")
        self.network = NetworkForm()
        for form in (self.fields, self.norm, self.network):
            self.forms.append(form)
            self.body.addWidget(form)
            form.edited.connect(self._edit)

    def set_size(self, depth: int, params: int) -> None:
        """Show how many layers (hidden and output) and parameters the network has."""
        self.set_context(f"{'linear model' if depth == 1 else f'depth {depth}'} · {params:,} params")

    def show_experiment(self, experiment: Experiment) -> None:
        """See `FormCard`."""
        self._experiment = experiment
        layers = experiment.network.hidden
        self.set_summary(summary(layers))
        self.hidden.set_value(tuple(layer.units for layer in layers))
        self.fields.show_parts([layer.activation for layer in layers])
        self.norm.show_parts([layer.norm for layer in layers])
        self.network.show_spec(experiment.network)

    def show_error(self, path: str, sentence: str) -> bool:
        """See `FormCard`; what is wrong with the layers as a whole is said where these were edited."""
        row = re.sub(rf"^{HIDDEN}\.\d+", FIRST, self._asked if path == HIDDEN else path)
        if within(row, HIDDEN) and (row in (HIDDEN, FIRST) or within(row, f"{FIRST}.units")):
            self.hidden.show_error(sentence)
            return True
        return super().show_error(row, sentence)

    def clear_errors(self) -> None:
        """See `FormCard`."""
        super().clear_errors()
        self.hidden.clear_error()

    def _set_units(self, path: str, units: Sequence[int]) -> None:
        self._asked = path
        self.edited.emit(path, resized(self._experiment.network.hidden, units))

    def _edit(self, path: str, value: object) -> None:
        """Edit every layer where the first one is edited."""
        self._asked = path
        if not within(path, FIRST):
            self.edited.emit(path, value)
            return
        name = path.removeprefix(f"{FIRST}.")
        layers = self._experiment.network.hidden
        if live(self._experiment, path):
            for index in range(len(layers)):
                self.edited.emit(f"{HIDDEN}.{index}.{name}", value)
        else:
            # One edit, as each one makes a new network.
            self.edited.emit(HIDDEN, [_with(layer, name, value) for layer in layers])


def summary(layers: Sequence[Layer]) -> str:
    """Units, activation, and norm and dropout where there are any: `12-12 tanh, batch norm, dropout 0.2`."""
    if not layers:
        return "linear model"
    units = "-".join(str(layer.units) for layer in layers)
    words = [f"{units} {_one_of([layer.activation.title for layer in layers], 'mixed')}"]
    if any(not isinstance(layer.norm, NoNorm) for layer in layers):
        words.append(_one_of([layer.norm.title.lower() for layer in layers], "mixed norms"))
    if any(layer.dropout for layer in layers):
        words.append(_one_of([f"dropout {write(layer.dropout)}" for layer in layers], "mixed dropout"))
    return ", ".join(words)


def _one_of(words: Sequence[str], mixed: str) -> str:
    return words[0] if len(set(words)) == 1 else mixed


def _with(layer: Layer, name: str, value: object) -> dict[str, Any]:
    """The layer as plain data with another value, or with a part of another kind at its defaults."""
    data = layer.model_dump(mode="json")
    part, _, inside = name.partition(".")
    if not inside:
        data[part] = value
    elif inside != "kind":
        data[part][inside] = value
    elif data[part]["kind"] != value:
        data[part] = {"kind": value}
    return data


def resized(layers: Sequence[Layer], units: Sequence[int]) -> list[dict[str, Any]]:
    """Layers of these units as plain data: those that stay keep their activation, new ones take the last."""
    patterns = [layer.model_dump(mode="json") for layer in layers or (Layer(),)]
    patterns += [patterns[-1]] * (len(units) - len(patterns))
    return [{**pattern, "units": count} for pattern, count in zip(patterns, units, strict=False)]


def _without_last(units: Units) -> Units:
    return units[:-1]


def _with_one_more(units: Units) -> Units:
    return (*units, units[-1] if units else FIRST_UNITS)
