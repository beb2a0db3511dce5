"""Weight decay beside the gradient."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.modifiers.base import Modifier, Wrapper
from lrviz.engine.optimizers.base import Update, weight_decay_field
from lrviz.engine.optimizers.ground import Array, Floats, Ground


class DecoupledWeightDecay(Modifier):
    """θ ← (1 − αλ)θ, then the step; the decay does not pass through the optimizer's averages.

    λ is `weight_decay`. Around Adam without weight decay this is AdamW.
    Paper: Loshchilov & Hutter 2019 (arXiv:1711.05101). Followed: `torch.optim.AdamW`.
    """

    title: ClassVar[str] = "Weight decay"
    summary: ClassVar[str] = "Shrinks every weight by the same share, beside the step (decoupled)."
    kind: Literal["decoupled_weight_decay"] = "decoupled_weight_decay"
    weight_decay: float = weight_decay_field(
        0.01,
        help="The part of every weight that is taken away per step, in multiples of α. Too low: "
        "weights may grow without need. Too high: the network cannot fit the data.",
    )

    @classmethod
    def wrap(cls, specs: Sequence[Self], ground: Ground, inner: Update) -> "DecayWrapper":
        """See `Modifier`."""
        return DecayWrapper(specs, ground, inner)


class DecayWrapper(Wrapper):
    """Its factor: 1 − αλ."""

    own = 1

    def __init__(self, specs: Sequence[DecoupledWeightDecay], ground: Ground, inner: Update) -> None:
        super().__init__(ground, inner)
        self.lost = np.array([spec.weight_decay for spec in specs], dtype=np.float64)

    def tabulate_own(self, lr: Floats, t: Floats, out: Floats) -> None:
        """See the class."""
        np.multiply(lr, self.lost, out=out[0])
        np.subtract(1.0, out[0], out=out[0])

    def step(self, *factors: Array) -> None:
        """One call on whole arrays before the inner step."""
        np.multiply(self.params, factors[0], out=self.params)
        super().step(*factors)
