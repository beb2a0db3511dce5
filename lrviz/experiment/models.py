"""The whole experiment as frozen, validated data, composed from the engine's parts."""

from typing import Annotated, Literal, Self, cast

from pydantic import Field, model_validator

from lrviz.engine.losses import AnyLoss, Auto, Loss
from lrviz.engine.modifiers import AnyModifier
from lrviz.engine.optimizers import SGD, AnyOptimizer
from lrviz.engine.parts import PartField, Spec, field, kinds
from lrviz.engine.schedules import AnySchedule, Cosine
from lrviz.engine.schedules.base import Reactive
from lrviz.experiment.data import Data
from lrviz.experiment.fields import Text, part_of
from lrviz.experiment.messages import MisfitError, any_of
from lrviz.experiment.network import Network
from lrviz.experiment.training import Training

VERSION = 1
MOST_MODIFIERS = 8
TASK_WORDS = {"binary": "two classes", "multiclass": "several classes", "regression": "a number to predict"}


class Experiment(Spec):
    """Everything that decides what happens: the same experiment gives the same bits."""

    version: Literal[1] = field(
        VERSION, title="Version", advanced=True, help="The version of the file format: always 1 so far."
    )
    name: Text = field(
        "",
        title="Name",
        help="What it is called in lists and in the window's title; another dataset empties it.",
        live=True,
    )
    note: Text = field(
        "",
        title="Note",
        help="What there is to see, in a sentence or two; another dataset empties it.",
        live=True,
    )
    data: Data = field(Data(), title="Data", help="What is learned from.")
    network: Network = field(Network(), title="Network", help="What learns.")
    loss: Annotated[AnyLoss, *part_of("Loss", "The number that training makes small.")] = Auto()
    optimizer: Annotated[AnyOptimizer, *part_of("Method", "The rule that turns gradients into steps.")] = (
        SGD()
    )
    modifiers: Annotated[
        tuple[Annotated[AnyModifier, *PartField], ...],
        field(
            ...,
            title="Modifiers",
            live=True,
            help="What is done around the method's step, the first one outermost: it sees the gradient "
            "first. None: the method alone. Many: hard to say which one did it.",
        ),
        Field(max_length=MOST_MODIFIERS),
    ] = ()
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
        AnySchedule, *part_of("Schedule", "How α changes while training goes on.", live=True)
    ] = Cosine()
    training: Training = field(Training(), title="Training", help="How long, and in which portions.")

    @model_validator(mode="after")
    def _loss_fits_the_task(self) -> Self:
        task = self.data.dataset.task
        if task not in self.loss.tasks:
            losses = cast("dict[str, type[Loss]]", kinds(AnyLoss))
            fitting = [f"{loss.title} ({name})" for name, loss in losses.items() if task in loss.tasks]
            raise MisfitError(
                "loss",
                f"{self.loss.title} does not fit {self.data.dataset.title} ({TASK_WORDS[task]}); "
                f"it must be {any_of(fitting)}",
            )
        return self

    @model_validator(mode="after")
    def _batches_suit_the_norms(self) -> Self:
        for layer in self.network.hidden:
            if self.training.batch_size < layer.norm.least_batch:
                raise MisfitError(
                    "training.batch_size",
                    f"it is {self.training.batch_size}, but {layer.norm.title.lower()} needs the variance "
                    f"over a batch; it must be at least {layer.norm.least_batch}, or another norm be chosen",
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
                    f"it is 0, but the {part} loss is monitored; "
                    "make it more than 0, such as 0.2, or monitor another loss",
                )
        return self
