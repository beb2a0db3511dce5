"""The whole experiment as frozen, validated data, composed from the engine's parts."""

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, Field, model_validator

from lrviz.engine.activations import AnyActivation, Tanh
from lrviz.engine.datasets import AnyDataset
from lrviz.engine.datasets.spiral import Spiral
from lrviz.engine.initializers import AnyInitializer, TorchDefault
from lrviz.engine.losses import AnyLoss, Auto, Loss
from lrviz.engine.optimizers import SGD, AnyOptimizer
from lrviz.engine.parts import PartField, Spec, field, kinds
from lrviz.engine.probes import PROBES
from lrviz.engine.schedules import AnySchedule, Cosine
from lrviz.engine.schedules.base import Monitor, Reactive
from lrviz.experiment.messages import MisfitError, any_of

VERSION = 1
MOST_UNITS = 256
MOST_LAYERS = 16
LARGEST_SEED = 2**32 - 1
TASK_WORDS = {"binary": "two classes", "multiclass": "several classes", "regression": "a number to predict"}

if TYPE_CHECKING:
    ProbeName = str
else:
    # The probes list themselves, which a static checker cannot follow.
    ProbeName = Literal[tuple(PROBES)]


def _encodable(text: str) -> str:
    """Refuse half characters (lone surrogates), which no file can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"the character at place {error.start + 1} is only half of one") from None
    return text


Text = Annotated[str, AfterValidator(_encodable), Field(max_length=2000)]


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
        le=LARGEST_SEED,
        advanced=True,
        help="Chooses which points are drawn and how they are divided. Any whole number; the same "
        "number always gives the same data.",
    )

    @model_validator(mode="after")
    def _leaves_training_examples(self) -> Self:
        if self.test_fraction + self.validation_fraction > 0.95:
            raise MisfitError(
                "validation_fraction",
                f"is {self.validation_fraction:g} and test_fraction is {self.test_fraction:g}; "
                "together they may be at most 0.95, so that something is left to train on",
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
        AnyInitializer,
        *_part("Initializer", "How the first weights are drawn; it decides how training begins."),
    ] = TorchDefault()


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
        le=LARGEST_SEED,
        advanced=True,
        help="Chooses the first weights. Any whole number; the same number always gives the same weights.",
    )
    order_seed: int = field(
        0,
        title="Order seed",
        ge=0,
        le=LARGEST_SEED,
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
        help="How much lower the monitored loss must be to count as better. Too low: noise counts as "
        "progress. Too high: progress goes unnoticed.",
    )
    keep_best: bool = field(
        False,
        title="Keep best weights",
        live=True,
        advanced=True,
        help="At the end of training, show what the network does with the weights of the lowest "
        "monitored loss, in place of the last ones.",
    )
    probes: tuple[ProbeName, ...] = field(
        (),
        title="Always recorded",
        advanced=True,
        live=True,
        help="Measurements recorded from the first step, whether or not a panel shows them. "
        "None: only the loss and α are recorded.",
    )

    @model_validator(mode="after")
    def _names_each_probe_once(self) -> Self:
        for name in self.probes:
            if self.probes.count(name) > 1:
                raise MisfitError("probes", f"lists {name!r} more than once; once is enough")
        return self


class Experiment(Spec):
    """Everything that decides what happens: the same experiment gives the same bits."""

    version: Literal[1] = field(
        VERSION, title="Version", advanced=True, help="The version of the file format: always 1 so far."
    )
    name: Text = field("", title="Name", help="What it is called in lists.", live=True)
    note: Text = field("", title="Note", help="What there is to see; one or two sentences.", live=True)
    data: Data = field(Data(), title="Data", help="What is learned from.")
    network: Network = field(Network(), title="Network", help="What learns.")
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
    training: Training = field(Training(), title="Training", help="How long, and in which portions.")

    @model_validator(mode="after")
    def _loss_fits_the_task(self) -> Self:
        task = self.data.dataset.task
        if task not in self.loss.tasks:
            losses = cast("dict[str, type[Loss]]", kinds(AnyLoss))
            fitting = [name for name, loss in losses.items() if task in loss.tasks]
            raise MisfitError(
                "loss",
                f"is {self.loss.name()}; with {self.data.dataset.name()} ({TASK_WORDS[task]}) "
                f"it must be {any_of(fitting)}",
            )
        return self

    @model_validator(mode="after")
    def _monitored_loss_is_measured(self) -> Self:
        watched: set[str] = set()
        if self.training.early_stopping or self.training.keep_best:
            watched.add(self.training.monitor)
        if isinstance(self.schedule, Reactive):
            watched.add(self.schedule.monitor)
        for part, fraction in (
            ("test", self.data.test_fraction),
            ("validation", self.data.validation_fraction),
        ):
            if f"{part} loss" in watched and fraction == 0.0:
                raise MisfitError(
                    f"data.{part}_fraction",
                    f"is 0, but the {part} loss is monitored; "
                    "it must be above 0, such as 0.2, or another loss be monitored",
                )
        return self
