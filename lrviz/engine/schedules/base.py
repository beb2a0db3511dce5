"""What a schedule is: the learning rate as a function of time, in multiples of α."""

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.parts import Part, field

Floats = NDArray[np.float64]
Unit = Literal["step", "epoch"]
Monitor = Literal["test loss", "validation loss", "training loss"]
"""A measured loss that decisions can be based on."""

UNIT_HELP = (
    "What the schedule counts. Step: it moves with every update. Epoch: it moves once per pass over "
    "the training data, and lengths are numbers of epochs."
)

LONGEST = 1_000_000_000
"""Of any length, in steps, epochs or checks."""


def length_field(default: int | None, title: str, help: str, *, empty: str = "") -> Any:
    """A length in the schedule's unit; empty: what no length means, where there may be none."""
    return field(default, title=title, unit="steps", ge=1, le=LONGEST, empty=empty, live=True, help=help)


def gamma_field(default: float, lowest: float, help: str) -> Any:
    """γ, what α is multiplied by; lowest: where the slider begins."""
    return field(default, title="Factor γ", gt=0.0, le=1.0, slider=(lowest, 1.0), live=True, help=help)


def floor_field(title: str, help: str) -> Any:
    """The lowest rate, as a multiple of α."""
    return field(0.0, title=title, unit="× α", ge=0.0, le=1.0, slider=(0.0, 1.0), live=True, help=help)


class Schedule(Part):
    """α(t)/α, with parameters named as in `torch.optim.lr_scheduler`.

    Rates that PyTorch writes as absolute numbers (`eta_min`, `max_lr`, `min_lr`) are multiples of
    α here, so that a schedule keeps its shape when α moves.
    """

    torch_name: ClassVar[str]
    """Its class in PyTorch, e.g. `torch.optim.lr_scheduler.StepLR`."""

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """Keyword arguments of the PyTorch class for base rate `lr` and `total` planned units."""
        raise NotImplementedError

    def beyond(self) -> str:
        """What it does past the planned end, in words that go on from "the schedule": "stays at α"."""
        raise NotImplementedError


class Planned(Schedule):
    """A schedule that is known ahead: a pure function of time."""

    @property
    def moves_momentum(self) -> bool:
        """Whether it moves the optimizer's momentum, too."""
        return False

    def momentum(self, t: Floats, total: float | Floats) -> Floats:
        """The momentum at times t; asked for only where `moves_momentum`."""
        raise NotImplementedError

    unit: Unit = field("step", title="Counts", live=True, help=UNIT_HELP, advanced=True)

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """α(t)/α for times t (any shape, counted in `unit` from 0); total: the planned length, or (R,)."""
        raise NotImplementedError


class Reactive(Schedule):
    """A schedule that is driven by a measured loss.

    Its memory is a set of named (n,) arrays for the n runs that share these settings.
    """

    monitor: Monitor
    """The loss it reads."""

    def start(self) -> dict[str, float]:
        """The names and first values of its memory; `"multiple"`, α(t)/α, is among them."""
        raise NotImplementedError

    def observe(self, memory: dict[str, Floats], loss: Floats, lr: Floats) -> None:
        """Update the memory in place after a check; loss (n,) may be NaN, lr (n,) is the reference α."""
        raise NotImplementedError
