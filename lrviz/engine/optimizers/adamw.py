"""AdamW."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.adam import AdamFamily, AdamUpdate
from lrviz.engine.optimizers.base import Array, Floats, Ground, weight_decay_field


class AdamW(AdamFamily):
    """θ ← (1 − αλ)θ, then a step of Adam without weight decay.

    The decay is decoupled: it does not pass through Adam's averages. Here, as in PyTorch, it is
    multiplied by the present α; in the paper it is multiplied by the schedule only.
    Paper: Loshchilov & Hutter 2019 (arXiv:1711.05101). Followed: `torch.optim.AdamW`.
    """

    title: ClassVar[str] = "AdamW"
    summary: ClassVar[str] = "Adam with weight decay that every weight feels alike."
    torch_name: ClassVar[str] = "torch.optim.AdamW"
    kind: Literal["adamw"] = "adamw"
    weight_decay: float = weight_decay_field(
        0.01,
        help="The part of every weight that is taken away per step, in multiples of α. Too low: "
        "weights may grow without need. Too high: the network cannot fit the data.",
    )

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "AdamWUpdate":
        """The update rule for these R settings."""
        return AdamWUpdate(specs, ground)


class AdamWUpdate(AdamUpdate):
    """Factors: Adam's two and 1 − αλ."""

    factors = 3

    def __init__(self, specs: Sequence[AdamW], ground: Ground) -> None:
        super().__init__(specs, ground)
        self.lost = np.array([spec.weight_decay for spec in specs], dtype=np.float64)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        super().tabulate(lr, t, out, momentum)
        np.multiply(lr, self.lost, out=out[2])
        np.subtract(1.0, out[2], out=out[2])

    def step(self, *factors: Array) -> None:
        """Adam's calls (one more with weight decay)."""
        rate, eps, kept, *beta1 = factors
        if self.decays:
            np.multiply(self.params, kept, out=self.params)
        self.move(rate, eps, *beta1)
