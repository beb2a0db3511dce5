"""Drops at chosen times."""

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from lrviz.engine.parts import field
from lrviz.engine.schedules.base import LONGEST, Floats, Planned, gamma_field

MOST_MILESTONES = 100


class MultiStep(Planned):
    """α(t)/α = γⁿ, with γ = `gamma` and n the number of `milestones` that are at most t.

    A milestone that is given twice counts twice, and their order does not matter, as in PyTorch. The
    defaults are a half and three quarters of 6,000 steps, where He et al. 2016 (arXiv:1512.03385) drop on
    CIFAR-10. Reference: `torch.optim.lr_scheduler.MultiStepLR`.
    """

    title: ClassVar[str] = "Milestones"
    summary: ClassVar[str] = "Stays, and drops at the times you name."
    torch_name: ClassVar[str] = "torch.optim.lr_scheduler.MultiStepLR"
    kind: Literal["multi_step"] = "multi_step"
    milestones: Annotated[
        tuple[Annotated[int, Field(ge=0, le=LONGEST)], ...],
        field(
            ...,
            title="Drops at",
            live=True,
            help="When α drops. Too early: training slows down before it is done. Too late: time is spent "
            "where α is too high to get any further. None: α stays.",
        ),
        Field(max_length=MOST_MILESTONES),
    ] = (3000, 4500)
    gamma: float = gamma_field(
        0.1,
        0.01,
        "What α is multiplied by at each drop. Too low: training stops after a drop or two. "
        "Too high: drops change little (1 is constant).",
    )

    def multiple(self, t: Floats, total: float | Floats) -> Floats:
        """See the class."""
        passed = np.searchsorted(np.array(sorted(self.milestones), dtype=np.float64), t, side="right")
        return np.power(self.gamma, passed.astype(np.float64))

    def torch_arguments(self, lr: float, total: int) -> dict[str, Any]:
        """milestones and gamma."""
        return {"milestones": list(self.milestones), "gamma": self.gamma}

    def beyond(self) -> str:
        """See `Schedule`."""
        return "drops at the milestones that are left, and then stays"
