"""What learns."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from lrviz.engine.activations import AnyActivation, Tanh
from lrviz.engine.initializers import AnyInitializer, TorchDefault
from lrviz.engine.mup import BY_FAN_IN, suits
from lrviz.engine.network import NormPlace
from lrviz.engine.norms import AnyNorm, NoNorm
from lrviz.engine.parts import Spec, field
from lrviz.experiment.fields import part_of
from lrviz.experiment.messages import MisfitError, any_of

MOST_UNITS = 256
MOST_LAYERS = 16


def _lr_scale(whose: str) -> Any:
    """What α is multiplied by for one layer."""
    return field(
        1.0,
        title="α times",
        ge=0.0,
        le=1e6,
        slider=(0.0, 4.0),
        live=True,
        advanced=True,
        help=f"What α is multiplied by for {whose}. Zero: it stays as it is. Too low: it lags behind the "
        "others. Too high: it overshoots before the others have learned.",
    )


class Layer(Spec):
    """One hidden layer."""

    units: int = field(
        12,
        title="Units",
        ge=1,
        le=MOST_UNITS,
        slider=(1, 32),
        help="How many units the layer has. Too few: it cannot represent the answer. "
        "Too many: slower steps, and easier to overfit.",
    )
    activation: Annotated[
        AnyActivation, *part_of("Activation", "The function each unit applies to its weighted sum.")
    ] = Tanh()
    norm: Annotated[
        AnyNorm,
        *part_of(
            "Norm",
            "Brings the layer's numbers to mean 0 and variance 1, and learns how to scale and shift them. "
            "None: deep layers may fade or saturate. With one: higher α work, and each step costs more.",
        ),
    ] = NoNorm()
    norm_place: NormPlace = field(
        "before",
        title="Norm is",
        advanced=True,
        help="Before the activation: what it gets stays where it bends. After: the next layer gets "
        "normalized numbers. Without a norm, this does nothing.",
    )
    dropout: float = field(
        0.0,
        title="Dropout",
        ge=0.0,
        lt=1.0,
        slider=(0.0, 0.9),
        live=True,
        help="The share of the layer's units that is left out, chosen anew for every example and step; "
        "while testing all take part. Zero: none. Too low: no difference. Too high: noisy steps, and "
        "the network cannot fit the data.",
    )
    lr_scale: float = _lr_scale("this layer")


class Network(Spec):
    """Hidden layers from the inputs to the outputs; none gives a linear model."""

    hidden: Annotated[
        tuple[Layer, ...],
        field(
            ...,
            title="Hidden layers",
            help="The layers between inputs and outputs. None: a linear model. More: more complex "
            "functions, and gradients that are harder to keep at a good size.",
        ),
        Field(max_length=MOST_LAYERS),
    ] = (Layer(), Layer())
    initializer: Annotated[
        AnyInitializer,
        *part_of(
            "Initializer",
            "How the first weights are drawn. Too small: signals and gradients fade from layer to layer. "
            "Too large: units saturate and the first steps overshoot.",
        ),
    ] = TorchDefault()
    output_lr_scale: float = _lr_scale("the output layer")
    parametrization: Literal["standard", "mup"] = field(
        "standard",
        title="Parametrization",
        advanced=True,
        help="How first weights and each layer's α depend on the width. Standard: not, beyond the "
        "initializer, so that wider networks need another α. mup (μP): so that the best α stays where it is.",
    )
    base_width: int = field(
        12,
        title="Base width",
        unit="units",
        ge=1,
        le=1_000_000,
        slider=(1, 256),
        advanced=True,
        help="For μP only (otherwise this does nothing): the width of hidden layers at which it is the "
        "standard parametrization. Too low: wide layers start and learn unlike anything tuned before. "
        "Too high: narrow layers take steps that are too long.",
    )

    @model_validator(mode="after")
    def _first_weights_suit_the_parametrization(self) -> Self:
        if self.parametrization == "mup" and not suits(self.initializer):
            fitting = any_of([f"{part.title} ({part.name()})" for part in BY_FAN_IN])
            raise MisfitError(
                "initializer",
                f"the size of its weights, {self.initializer.title}, does not follow 1/√inputs, which μP "
                f"starts from; it must be {fitting}, or the parametrization standard",
            )
        return self
