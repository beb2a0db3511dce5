"""Forms of what all hidden layers have alike: they show the first layer, and "mixed" where layers differ."""

from collections.abc import Sequence
from copy import copy
from typing import Any

from pydantic.fields import FieldInfo

from lrviz.engine.norms import NoNorm
from lrviz.engine.parts import Part, Spec, traits
from lrviz.experiment import Layer
from lrviz.experiment.network import Network
from lrviz.gui.forms.form import Form, Kinds
from lrviz.gui.forms.rows import ChoiceRow, EntryRow, Row

HIDDEN = "network.hidden"
FIRST = f"{HIDDEN}.0"

BEFORE = {"initializer": ("dropout",), "output_lr_scale": ("norm_place", "lr_scale")}
"""Fields of a layer, and the fields of the network that their rows stand above."""
OWN_FIELDS = ("initializer", "output_lr_scale", "parametrization", "base_width")
TITLES = {"lr_scale": "α × hidden", "output_lr_scale": "α × output"}
"""Side by side, they must say whose they are."""
LABELS = {"norm_place": ("Before activation", "After activation"), "parametrization": ("Standard", "μP")}


class PartForm(Form):
    """The kind of a part of every hidden layer, and the fields of that kind where it is the same."""

    def __init__(self, name: str, parts: Kinds, *, help: str) -> None:
        """name: of the layer's field that holds the part."""
        super().__init__(f"{FIRST}.{name}", parts, label=str(Layer.model_fields[name].title), help=help)
        self.alike = False

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Show these, one of each layer."""
        self.alike = len({type(part) for part in parts}) == 1
        self.set_brief(not self.alike)
        if self.alike:
            self.show_spec(parts[0])
            for path, row in self._rows.items():
                show_alike(row, [getattr(part, path.rpartition(".")[2]) for part in parts])
        if self.chooser is not None:
            show_alike(self.chooser, [part.name() for part in parts])

    def nearest(self, path: str) -> Row | None:
        """See `Form`; where kinds differ, no other row is to be seen."""
        return super().nearest(path) if self.alike else self.chooser


class NetworkForm(Form):
    """The network's own fields, and among them the other ones of its layers, at the path of the first."""

    def __init__(self) -> None:
        super().__init__("network", Network, fields=OWN_FIELDS)

    def show_spec(self, spec: Spec | None) -> None:
        """Show this network."""
        if not isinstance(spec, Network):
            raise TypeError(f"The form of the network cannot show {spec!r}; it must be a network.")
        layers = spec.hidden
        # The rows of layers are there without one, too.
        super().show_spec(spec if layers else Network.model_validate({**dict(spec), "hidden": (Layer(),)}))
        for names in BEFORE.values():
            for name in names:
                show_alike(self._rows[f"{FIRST}.{name}"], [getattr(layer, name) for layer in layers])
        # What does nothing takes no room.
        normalized = any(not isinstance(layer.norm, NoNorm) for layer in layers)
        self._rows[f"{FIRST}.norm_place"].setVisible(normalized)
        self._rows["network.base_width"].setVisible(spec.parametrization == "mup")

    def _add(self, name: str, info: FieldInfo) -> None:
        for above in BEFORE.get(name, ()):
            super()._add(f"hidden.0.{above}", _worded(above, Layer.model_fields[above]))
        super()._add(name, _worded(name, info))


def show_alike(row: Row, values: Sequence[Any]) -> None:
    """Show the one value there is, or else "mixed"; "none" in a disabled row where there are no layers."""
    row.setEnabled(len(values) > 0)
    if values and all(value == values[0] for value in values):
        row.set_value(values[0])
        return
    word = "mixed" if values else "none"
    if isinstance(row, EntryRow):
        # Qt cuts the last pixels of a placeholder off that stands at the right; this space has no ink.
        row.entry.setPlaceholderText(f"{word}\u00a0")
        row.set_value(None)
    elif isinstance(row, ChoiceRow) and not row.choice.view().isVisible():
        row.choice.setPlaceholderText(word)
        row.choice.setCurrentIndex(-1)


def _worded(name: str, info: FieldInfo) -> FieldInfo:
    """The declared field with the words that suit this card."""
    worded = copy(info)
    worded.title = TITLES.get(name, info.title)
    if name in LABELS:
        worded.json_schema_extra = {**traits(info), "labels": list(LABELS[name])}
    return worded
