"""SGD with hypergradient descent."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from lrviz.engine.optimizers.base import (
    Array,
    Floats,
    Ground,
    Slot,
    Tensor,
    momentum_field,
    moved,
    switch,
    weight_decay_field,
)
from lrviz.engine.optimizers.hypergradient import (
    LEARNED,
    Hypergradient,
    HypergradientUpdate,
    hypergrad_lr_field,
)
from lrviz.engine.parts import field


class SGDHD(Hypergradient):
    """a ← a + β g·u,  then SGD with the rate a:  b ← μb + (1 − d)g,  u ← b,  θ ← θ − au.

    β is `hypergrad_lr`, and u before it is made new is the direction of the step before: −g·u is the gradient
    of the present loss with respect to a. With `nesterov` u is g + μb. μ, d and weight decay λ are as in SGD,
    the first b is g itself; momentum that is switched on later starts from the last gradient.

    What α means: the rate a that training starts from. What is learned is kept as a multiple of α, so that
    schedules and edits multiply the rate. Paper: Baydin et al. 2018 (arXiv:1703.04782), Algorithms 1 and 2.
    Followed: the authors' code (gbaydin/hypergradient-descent), `SGDHD`.
    """

    title: ClassVar[str] = "SGD-HD"
    summary: ClassVar[str] = "SGD whose rate follows its own gradient; α is where it starts."
    torch_name: ClassVar[str] = ""
    adaptive: ClassVar[bool] = False
    moves_momentum: ClassVar[bool] = True
    kind: Literal["sgd_hd"] = "sgd_hd"
    hypergrad_lr: float = hypergrad_lr_field(1e-6)
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
        """The buffer b, the direction u, and the rate as a multiple of α."""
        return {"momentum_buffer": Slot(), **LEARNED}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "SGDHDUpdate":
        """The update rule for these R settings."""
        return SGDHDUpdate(specs, ground)


class SGDHDUpdate(HypergradientUpdate):
    """Factors: α, μ and the share of a new gradient, which is 1 − d from the second update on.

    Without momentum the buffer is the gradient: d counts for runs with momentum only.
    """

    factors = 3

    def __init__(self, specs: Sequence[SGDHD], ground: Ground) -> None:
        super().__init__(specs, ground, [spec.weight_decay for spec in specs])
        self.buffer = ground.slots["momentum_buffer"]
        self.momentum = np.array([spec.momentum for spec in specs], dtype=np.float64)
        held = [spec.dampening if spec.momentum or ground.moves_momentum else 0.0 for spec in specs]
        self.share = 1.0 - np.array(held, dtype=np.float64)
        self.nesterov = switch(specs, "nesterov")

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        out[0] = lr
        out[1] = moved(self.momentum, momentum)
        out[2] = np.where(t == 1.0, 1.0, self.share)

    def step(self, *factors: Array) -> None:
        """Eleven calls on whole arrays (two more each with weight decay and Nesterov)."""
        rate, momentum, share = factors
        grad, buffer, last = self.grad, self.buffer, self.last
        self.add_decay()
        self.learn(rate)
        np.multiply(buffer, momentum, out=buffer)
        np.multiply(grad, share, out=last)
        np.add(buffer, last, out=buffer)
        if self.nesterov:
            np.multiply(buffer, momentum, out=last)
            np.add(grad, last, out=last)
        else:
            np.copyto(last, buffer)
        self.follow(rate)
