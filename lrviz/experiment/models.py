"""The whole experiment as frozen, validated data, composed from the engine's parts."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from lrviz.engine.activations import AnyActivation, Tanh
from lrviz.engine.datasets import AnyDataset, Spiral
from lrviz.engine.initializers import AnyInitializer, Torch
from lrviz.engine.losses import AnyLoss, Auto
from lrviz.engine.optimizers import SGD, AnyOptimizer
from lrviz.engine.parts import PartField, Spec, field
from lrviz.engine.probes import PROBES
from lrviz.engine.schedules import AnySchedule, Cosine
from lrviz.engine.schedules.base import MONITORS, Monitor, Reactive

VERSION = 1
MOST_UNITS = 256
MOST_LAYERS = 16


def _part(title: str, help: str, *, live: bool = False) -> Any:
    info = field(..., title=title, help=help, live=live)
    return (*PartField, info)


class Data(Spec):
    """What is learned from: a dataset, and how it is divided and scaled."""

    dataset: Annotated[AnyDataset, *_part("Dataset", "The examples to learn.")] = Spiral()
    test_fraction: float = field(
        0.3,
        title="Test share",
        ge=0.0,
        le=0.9,
        slider=(0.0, 0.9),
        advanced=True,
        help="The share of the examples kept aside to test on. Too low: the test loss is noisy. "
        "Too high: little is left to learn from.",
    )
    validation_fraction: float = field(
        0.0,
        title="Validation share",
        ge=0.0,
        le=0.9,
        slider=(0.0, 0.9),
        advanced=True,
        help="A further share kept aside, for decisions such as early stopping, so that the test "
        "examples stay unseen. Zero: no such split. Too high: little is left to learn from.",
    )
    standardize: bool | None = field(
        None,
        title="Standardize",
        empty="automatic",
        advanced=True,
        help="Shift and scale every input (and a regression target) to mean 0 and deviation 1 over the "
        "training examples. Automatic: on for real tables, off for drawn points.",
    )
    seed: int = field(
        0,
        title="Seed",
        ge=0,
        le=2**32 - 1,
        advanced=True,
        help="Chooses which points are drawn and how they are divided. Any whole number; the same "
        "number always gives the same data.",
    )

    @model_validator(mode="after")
    def _leaves_training_examples(self) -> Self:
        if self.test_fraction + self.validation_fraction > 0.95:
            raise ValueError(
                f"test_fraction {self.test_fraction:g} and validation_fraction {self.validation_fraction:g} "
                "leave nothing to train on; together they may be at most 0.95"
            )
        return self

    @property
    def standardizes(self) -> bool:
        """`standardize`, with automatic resolved."""
        return self.dataset.real if self.standardize is None else self.standardize


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
        AnyActivation, *_part("Activation", "The function each unit applies to its weighted sum.")
    ] = Tanh()


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
        AnyInitializer, *_part("Initializer", "How the first weights are drawn; it sets the size of the first steps.")
    ] = Torch()


class Training(Spec):
    """How long and in which portions it trains, and what is watched on the way."""

    batch_size: int = field(
        32,
        title="Batch size",
        unit="examples",
        ge=1,
        le=1_000_000,
        scale="log",
        slider=(1, 1024),
        live=True,
        help="Examples averaged for each step. Too low: noisy steps that need a smaller α. "
        "Too high: fewer steps per epoch, and each costs more.",
    )
    steps: int = field(
        6000,
        title="Steps",
        unit="steps",
        ge=1,
        le=1_000_000_000,
        scale="log",
        slider=(100, 100_000),
        live=True,
        help="The planned length: training pauses there, and schedules of length 'all' end there. "
        "Too low: it stops before it has learned. Too high: α stays high for long.",
    )
    eval_every: int = field(
        10,
        title="Test every",
        unit="steps",
        ge=1,
        le=1_000_000,
        live=True,
        advanced=True,
        help="Steps between two evaluations on the held-out examples. Too low: time goes into testing. "
        "Too high: the test curve is coarse and monitors react late.",
    )
    weight_seed: int = field(
        0,
        title="Weight seed",
        ge=0,
        le=2**32 - 1,
        advanced=True,
        help="Chooses the first weights. Any whole number; the same number always gives the same weights.",
    )
    order_seed: int = field(
        0,
        title="Order seed",
        ge=0,
        le=2**32 - 1,
        advanced=True,
        help="Chooses the order in which examples come. Any whole number.",
    )
    dtype: Literal["float32", "float64"] = field(
        "float32",
        title="Precision",
        advanced=True,
        help="The number format of weights and arithmetic. float32: fast, about 7 digits. "
        "float64: about 16 digits, for comparing numbers exactly.",
    )
    monitor: Monitor = field(
        "test loss",
        title="Monitor",
        live=True,
        advanced=True,
        help="The loss that early stopping and keeping the best weights read. Choosing by the test loss "
        "flatters the test result; a validation split avoids that.",
    )
    early_stopping: int | None = field(
        None,
        title="Stop early after",
        unit="checks",
        ge=1,
        le=1_000_000,
        empty="never",
        live=True,
        advanced=True,
        help="Stop when the monitored loss has not improved for this many evaluations. "
        "Too low: stops at the first plateau. Empty: never.",
    )
    min_delta: float = field(
        0.0,
        title="Least improvement",
        ge=0.0,
        le=1e6,
        live=True,
        advanced=True,
        help="How much lower the monitored loss must be to count as better. Too high: progress goes unnoticed.",
    )
    keep_best: bool = field(
        False,
        title="Keep best weights",
        live=True,
        advanced=True,
        help="At the end of training, show and save the weights of the lowest monitored loss "
        "in place of the last ones.",
    )
    probes: tuple[Literal[tuple(PROBES)], ...] = field(  # type: ignore[valid-type]
        (),
        title="Always recorded",
        advanced=True,
        live=True,
        help="Measurements recorded from the first step, whether or not a panel shows them.",
    )


class Experiment(Spec):
    """Everything that decides what happens: the same experiment gives the same bits."""

    version: Literal[1] = VERSION
    name: str = field("", title="Name", help="What it is called in lists.", live=True)
    note: str = field("", title="Note", help="What there is to see; one or two sentences.", live=True)
    data: Data = Data()
    network: Network = Network()
    loss: Annotated[AnyLoss, *_part("Loss", "The number that training makes small.")] = Auto()
    optimizer: Annotated[AnyOptimizer, *_part("Method", "The rule that turns gradients into steps.")] = SGD()
    lr: float = field(
        0.1,
        title="Learning rate",
        ge=0.0,
        le=1e6,
        scale="log",
        slider=(1e-6, 10.0),
        live=True,
        help="α, the size of every step. Too low: the loss hardly moves. Too high: steps overshoot, the "
        "loss oscillates or grows without bound.",
    )
    schedule: Annotated[
        AnySchedule, *_part("Schedule", "How α changes while training goes on.", live=True)
    ] = Cosine()
    training: Training = Training()

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        task = self.data.dataset.task
        if task not in self.loss.tasks:
            raise ValueError(
                f"loss: {self.loss.title} cannot be used with {self.data.dataset.title} "
                f"({TASK_WORDS[task]}); choose Automatic"
            )
        watched = {self.training.monitor} if self.training.early_stopping or self.training.keep_best else set()
        if isinstance(self.schedule, Reactive):
            watched.add(self.schedule.monitor)
        if "validation loss" in watched and self.data.validation_fraction == 0.0:
            raise ValueError(
                "data.validation_fraction is 0, but the validation loss is monitored; "
                "give it a share such as 0.2 or monitor the test loss"
            )
        if "test loss" in watched and self.data.test_fraction == 0.0:
            raise ValueError(
                "data.test_fraction is 0, but the test loss is monitored; "
                "give it a share such as 0.3 or monitor the training loss"
            )
        return self


TASK_WORDS = {"binary": "two classes", "multiclass": "several classes", "regression": "a number to predict"}

__all__ = ["MONITORS", "Data", "Experiment", "Layer", "Network", "Training"]
