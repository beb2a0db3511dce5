"""How long and in which portions it trains."""

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import model_validator

from lrviz.engine.parts import Spec, field
from lrviz.engine.probes import PROBES
from lrviz.engine.schedules.base import Monitor
from lrviz.experiment.fields import seed_of
from lrviz.experiment.messages import MisfitError

if TYPE_CHECKING:
    ProbeName = str
else:
    # The probes list themselves, which a static checker cannot follow.
    ProbeName = Literal[tuple(PROBES)]


def _penalty(title: str, what: str) -> Any:
    return field(
        0.0,
        title=title,
        ge=0.0,
        le=1e6,
        slider=(0.0, 0.1),
        live=True,
        advanced=True,
        help=f"{what} The recorded training loss leaves it out, so that it compares with the test loss. "
        "Zero: no pull. Too low: no difference. Too high: the network cannot fit the data.",
    )


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
        help="The planned length: training pauses there, and schedules of length 'all' end there; Run "
        "goes on past it. Too low: it stops before it has learned. Too high: such schedules keep α high "
        "for long.",
    )
    eval_every: int = field(
        10,
        title="Test every",
        unit="steps",
        ge=1,
        le=1_000_000,
        live=True,
        advanced=True,
        help="Steps between two checks, which evaluate on the held-out examples. Too low: time goes into "
        "testing. Too high: the test curve is coarse, and early stopping and 'on plateau' react late.",
    )
    l1: float = _penalty(
        "L1 penalty",
        "Adds this times Σ|w| over all weights (not biases or norms) to what is minimized: pulls every "
        "weight to zero equally hard, so that many become 0.",
    )
    l2: float = _penalty(
        "L2 penalty",
        "Adds this times Σw² over all weights (not biases or norms) to what is minimized: pulls a weight to "
        "zero twice this times as hard as it is large.",
    )
    weight_seed: int = seed_of("Weight seed", "the first weights")
    order_seed: int = seed_of("Order seed", "the order in which examples come, and which units drop out")
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
        help="The loss that early stopping and the best weights are judged by; the schedule 'on plateau' "
        "has its own. Test: flatters the test result. Validation: avoids that, and needs a split. "
        "Training: does not notice overfitting.",
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
        help="Stop when the monitored loss has not improved for this many checks in a row. Too low: stops "
        "at the first plateau. Too high: goes on long after nothing is gained. Empty: never.",
    )
    min_delta: float = field(
        0.0,
        title="Least gain",
        ge=0.0,
        le=1e6,
        live=True,
        advanced=True,
        help="For early stopping only (without it, this does nothing): how much lower the monitored loss "
        "must be to count as improved. Too low: noise counts as progress, and it stops late or never. "
        "Too high: slow progress goes unnoticed, and it stops too early.",
    )
    keep_best: bool = field(
        False,
        title="Keep best weights",
        live=True,
        advanced=True,
        help="At the end of training, show what the network does with the weights of the lowest "
        "monitored loss. Off: with the last ones, which may have overfitted since.",
    )
    probes: tuple[ProbeName, ...] = field(
        (),
        title="Always recorded",
        advanced=True,
        live=True,
        help="Measurements recorded from the first step, whether or not a panel shows them. "
        "None: only losses, scores and α are recorded. All: steps take longer.",
    )

    @model_validator(mode="after")
    def _names_each_probe_once(self) -> Self:
        for name in self.probes:
            if self.probes.count(name) > 1:
                raise MisfitError("probes", f"{name} is listed more than once; once is enough")
        return self
