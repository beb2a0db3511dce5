"""What is learned from."""

from typing import Annotated, Any, Self

from pydantic import model_validator

from lrviz.engine.datasets import AnyDataset
from lrviz.engine.datasets.spiral import Spiral
from lrviz.engine.features import Feature
from lrviz.engine.parts import Spec, field
from lrviz.experiment.fields import part_of, seed_of
from lrviz.experiment.messages import MisfitError
from lrviz.experiment.numbers import write


def _share(default: float, title: str, help: str) -> Any:
    """A share of the examples that is kept aside."""
    return field(default, title=title, ge=0.0, le=0.9, slider=(0.0, 0.9), advanced=True, help=help)


class Data(Spec):
    """What is learned from: a dataset, and how it is divided and scaled."""

    dataset: Annotated[AnyDataset, *part_of("Dataset", "The examples to learn.")] = Spiral()
    test_fraction: float = _share(
        0.3,
        "Test share",
        "The share of the examples kept aside to test on. Zero: no test loss. Too low: the test loss is "
        "noisy. Too high: little is left to learn from.",
    )
    validation_fraction: float = _share(
        0.0,
        "Validation share",
        "A further share kept aside, for decisions such as early stopping, so that the test examples "
        "stay unseen. Zero: no such split. Too low: decisions follow noise. Too high: little is left to "
        "learn from.",
    )
    standardize: bool | None = field(
        None,
        title="Standardize",
        empty="automatic",
        advanced=True,
        help="Shift and scale every input (and a regression target) to mean 0 and deviation 1 over the "
        "training examples. Off: inputs of large numbers need a small α, with which the others hardly "
        "learn. Automatic: on for real tables, off for drawn points.",
    )
    seed: int = seed_of("Seed", "which points are drawn and how they are divided")
    features: tuple[Feature, ...] = field(
        (),
        title="Extra inputs",
        advanced=True,
        help="Further inputs computed from x₁ and x₂, for points in the plane only. None: hidden layers "
        "have to bend the border themselves. The right ones: even a linear model can.",
    )

    @model_validator(mode="after")
    def _features_fit_the_dataset(self) -> Self:
        for name in self.features:
            if self.features.count(name) > 1:
                raise MisfitError("features", f"{name} is listed more than once; once is enough")
        if self.features and not self.dataset.planar:
            raise MisfitError(
                "features",
                f"{', '.join(self.features)} cannot be derived, as {self.dataset.title} has no points in a "
                "plane; there must be none with this dataset",
            )
        return self

    @model_validator(mode="after")
    def _leaves_training_examples(self) -> Self:
        if self.test_fraction + self.validation_fraction > 0.95:
            raise MisfitError(
                "validation_fraction",
                f"it is {write(self.validation_fraction)} and the test share is "
                f"{write(self.test_fraction)}; together they may be at most 0.95, so that something is "
                "left to train on",
            )
        return self

    @property
    def standardizes(self) -> bool:
        """`standardize`, with automatic resolved."""
        return self.dataset.real if self.standardize is None else self.standardize
