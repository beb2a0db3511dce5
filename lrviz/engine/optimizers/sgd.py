"""Stochastic gradient descent, with or without momentum."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from lrviz.engine.optimizers.base import (
    Array,
    Floats,
    Ground,
    Optimizer,
    Slot,
    Tensor,
    Update,
    momentum_field,
    moved,
    switch,
    weight_decay_field,
)
from lrviz.engine.parts import field


class SGD(Optimizer):
    """b ← μb + (1 − d)g,  θ ← θ − αb;  with `nesterov` θ ← θ − α(g + μb).

    μ is `momentum` and d `dampening`; the first b is g itself, undampened. Without momentum b is g.
    Weight decay λ is added to the gradient first, g ← g + λθ. As in PyTorch, α multiplies b when it
    is used; in Sutskever et al. it multiplies g when it enters b, which differs once α changes.
    Papers: Polyak 1964; Sutskever et al. 2013. Followed: `torch.optim.SGD`.
    """

    title: ClassVar[str] = "SGD"
    summary: ClassVar[str] = "A step against the gradient, α times as long; momentum remembers past ones."
    torch_name: ClassVar[str] = "torch.optim.SGD"
    moves_momentum: ClassVar[bool] = True
    adaptive: ClassVar[bool] = False
    kind: Literal["sgd"] = "sgd"
    momentum: float = momentum_field()
    dampening: float = field(
        0.0,
        title="Dampening",
        ge=0.0,
        le=1.0,
        slider=(0.0, 1.0),
        live=True,
        advanced=True,
        help="How much of a new gradient is held back from the momentum. Zero: none, and momentum "
        "lengthens steps. Too high: new gradients hardly count.",
    )
    weight_decay: float = weight_decay_field()
    nesterov: bool = field(
        False,
        title="Nesterov",
        live=True,
        help="Looks one momentum step ahead, which brakes earlier. Off: swings longer at a high "
        "momentum. On: needs momentum above 0 and dampening 0.",
    )

    @model_validator(mode="after")
    def _nesterov_has_momentum(self) -> Self:
        if self.nesterov and (self.momentum == 0.0 or self.dampening != 0.0):
            raise ValueError(
                f"nesterov is on with momentum {self.momentum:g} and dampening {self.dampening:g}; "
                "it needs momentum above 0 and dampening 0"
            )
        return self

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The buffer b, also without momentum: runs with and without share a block."""
        return {"momentum_buffer": Slot()}

    def restarts(self, before: Self) -> bool:
        """Whether momentum is switched on: its first buffer is then the next gradient."""
        return before.momentum == 0.0 and self.momentum > 0.0

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "SGDUpdate":
        """The update rule for these R settings, the short one if none has momentum."""
        rule = MomentumUpdate if ground.moves_momentum or any(spec.momentum for spec in specs) else SGDUpdate
        return rule(specs, ground)


class SGDUpdate(Update):
    """Factor: α. For runs without momentum, the buffer is left alone."""

    def __init__(self, specs: Sequence[SGD], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])

    def step(self, *factors: Array) -> None:
        """Two calls on whole arrays (four with weight decay)."""
        (rate,) = factors
        self.add_decay()
        np.multiply(self.grad, rate, out=self.work)
        np.subtract(self.params, self.work, out=self.params)


class MomentumUpdate(SGDUpdate):
    """Factors: α, μ and the share of a new gradient, which is 1 − d from the second update on.

    A run without momentum among others has μ = 0 and d = 0: its buffer is its gradient.
    """

    factors = 3

    def __init__(self, specs: Sequence[SGD], ground: Ground) -> None:
        super().__init__(specs, ground)
        self.buffer = ground.slots["momentum_buffer"]
        self.momentum = np.array([spec.momentum for spec in specs], dtype=np.float64)
        held = [spec.dampening if spec.momentum or ground.moves_momentum else 0.0 for spec in specs]
        self.share = 1.0 - np.array(held, dtype=np.float64)
        self.dampens = any(held)
        self.nesterov = switch(specs, "nesterov")

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class; ⌊1/t⌋ is 1 at the first update and 0 later."""
        out[0] = lr
        out[1] = moved(self.momentum, momentum)
        np.divide(1.0, t, out=out[2])
        np.floor(out[2], out=out[2])
        np.maximum(out[2], self.share, out=out[2])

    def step(self, *factors: Array) -> None:
        """Four calls on whole arrays (one more with dampening, two more each with decay and Nesterov)."""
        rate, momentum, share = factors
        grad, work, buffer = self.grad, self.work, self.buffer
        self.add_decay()
        np.multiply(buffer, momentum, out=buffer)
        if self.dampens:
            np.multiply(grad, share, out=grad)
        np.add(buffer, grad, out=buffer)
        if self.nesterov:
            np.multiply(buffer, momentum, out=work)
            np.add(grad, work, out=work)
            np.multiply(work, rate, out=work)
        else:
            np.multiply(buffer, rate, out=work)
        np.subtract(self.params, work, out=self.params)
