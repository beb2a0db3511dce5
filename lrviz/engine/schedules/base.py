"""What a schedule is: the learning rate as a function of time, in multiples of α."""

from collections.abc import Callable
from dataclasses import dataclass
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


def whole_field(help: str) -> Any:
    """How long a schedule lasts: `total_iters`, which is the planned run where it is empty."""
    return length_field(None, "Length", help, empty="all")


def gamma_field(default: float, lowest: float, help: str, *, title: str = "Factor γ") -> Any:
    """γ, what α is multiplied by; lowest: where the slider begins."""
    return field(default, title=title, gt=0.0, le=1.0, slider=(lowest, 1.0), live=True, help=help)


def floor_field(title: str, help: str, *, default: float = 0.0) -> Any:
    """The lowest rate, as a multiple of α."""
    return field(default, title=title, unit="× α", ge=0.0, le=1.0, slider=(0.0, 1.0), live=True, help=help)


def momentum_field(default: float, title: str, help: str) -> Any:
    """A momentum that a schedule moves to."""
    return field(
        default, title=title, ge=0.0, lt=1.0, slider=(0.0, 0.999), live=True, advanced=True, help=help
    )


@dataclass(frozen=True)
class Times:
    """When some updates happen, and at which reference rate.

    t: their times (any shape), counted in the schedule's unit from 0. total: the planned length in that
    unit, or (R,). lr: α, or (R,). epochs: gives the passes over the training data completed at t; without
    it, one unit counts as one pass.
    """

    t: Floats
    total: float | Floats
    lr: float | Floats = 1.0
    epochs: Callable[[], Floats] | None = None

    def epoch(self) -> Floats:
        """The passes completed at t."""
        return self.t if self.epochs is None else self.epochs()


@dataclass(frozen=True)
class TorchScheduler:
    """A scheduler as PyTorch spells it: the name of its class, and keyword arguments.

    An argument `schedulers` is a list of such, to be made before.
    """

    name: str
    arguments: dict[str, Any]


class Schedule(Part):
    """α(t)/α, with parameters named as in `torch.optim.lr_scheduler`.

    Rates that PyTorch writes as absolute numbers (`eta_min`, `max_lr`, `min_lr`) are multiples of
    α here, so that a schedule keeps its shape when α moves.
    """

    torch_name: ClassVar[str]
    """Its class in PyTorch, e.g. `torch.optim.lr_scheduler.StepLR`; empty where there is none."""

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """Keyword arguments of the PyTorch class for base rate `lr` and `total` planned units.

        Raises ValueError with a sentence where PyTorch cannot do the same.
        """
        raise ValueError(f"PyTorch has no schedule like {self.title}.")

    def in_torch(self, lr: float, total: int) -> TorchScheduler:
        """Class and arguments together; raises ValueError as `torch_arguments` does."""
        return TorchScheduler(self.torch_name, self.torch_arguments(lr, total))

    def beyond(self) -> str:
        """What it does past the planned end, in words that go on from "the schedule": "stays at α"."""
        raise NotImplementedError


class Planned(Schedule):
    """A schedule that is known ahead: a pure function of time."""

    unit: Unit = field("step", title="Counts", live=True, help=UNIT_HELP, advanced=True)

    @property
    def moves_momentum(self) -> bool:
        """Whether it moves the optimizer's momentum, too."""
        return False

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """α(t)/α for times t (any shape, counted in `unit` from 0); total: the planned length, or (R,)."""
        raise NotImplementedError

    def momentum(self, t: Floats, total: float | Floats) -> Floats:
        """The momentum at times t; asked for only where `moves_momentum`."""
        raise NotImplementedError

    def multiple_at(self, times: Times) -> Floats:
        """α(t)/α, for those that ask for more than t and the planned length."""
        return self.multiple(times.t, times.total)

    def momentum_at(self, times: Times) -> Floats:
        """The momentum likewise; NaN where it is left alone."""
        return self.momentum(times.t, times.total)


class PlannedAt(Planned):
    """A schedule that may ask for α or the epoch, too: it defines `multiple_at`, not `multiple`."""

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """As `multiple_at`, for an α of 1."""
        return self.multiple_at(Times(t, total))

    def momentum(self, t: Floats, total: float | Floats) -> Floats:
        """As `momentum_at`, for an α of 1."""
        return self.momentum_at(Times(t, total))

    def multiple_at(self, times: Times) -> Floats:
        """See `Planned`."""
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
