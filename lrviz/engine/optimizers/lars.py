"""LARS."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import model_validator

from lrviz.engine.optimizers.base import (
    Array,
    Ground,
    Optimizer,
    Slot,
    Tensor,
    eps_field,
    momentum_field,
    switch,
    weight_decay_field,
)
from lrviz.engine.optimizers.sgd import SGD, MomentumUpdate
from lrviz.engine.optimizers.trust import Trust, always_adapt_field, spare_biases_field, trust_clip_field
from lrviz.engine.parts import field


class LARS(Optimizer):
    """g ← q(g + λθ) with q = c‖θ‖/(‖g‖ + λ‖θ‖ + ε) for every parameter tensor, then a step of SGD.

    c is `trust_coeff`. A weight matrix thus moves by α c times its own size, whatever its gradient; α is
    wanted in the order of 1 to 10. q is 1 where ‖θ‖ or ‖g‖ is zero; with `trust_clip` (LARC) it is
    min(q/α, 1), so that α is only the longest rate. Weights and biases are separate tensors.
    Tensors without weight decay have q = 1 and are stepped by plain SGD, unless `always_adapt`.

    Paper: You, Gitman & Ginsburg 2017 (arXiv:1708.03888), without ε and such exceptions. Followed:
    `timm.optim.Lars` 1.0.31; `filter_bias_and_bn` is that of timm's `create_optimizer_v2`. One default is the
    paper's: weight decay 0.0005, as with timm's, 0, LARS is plain SGD.
    """

    title: ClassVar[str] = "LARS"
    summary: ClassVar[str] = "SGD whose steps are in proportion to the size of each layer's weights."
    torch_name: ClassVar[str] = ""
    moves_momentum: ClassVar[bool] = True
    kind: Literal["lars"] = "lars"
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
    weight_decay: float = weight_decay_field(
        0.0005,
        help="Pulls weights to zero through the gradient (L2). Zero: no pull, and without Always adapt "
        "plain SGD. Too high: the network cannot fit the data.",
    )
    nesterov: bool = field(
        False,
        title="Nesterov",
        live=True,
        help="Looks one momentum step ahead, which brakes earlier. Off: swings longer at a high "
        "momentum. On: needs momentum above 0 and dampening 0.",
    )
    trust_coeff: float = field(
        0.001,
        title="Trust",
        gt=0.0,
        le=100.0,
        scale="log",
        slider=(1e-5, 1.0),
        live=True,
        help="The part of its own size that a weight matrix moves by, in multiples of α. Too low: slow. "
        "Too high: weights are thrown about.",
    )
    eps: float = eps_field(1e-8, too_high="small gradients give small steps again, as in SGD")
    trust_clip: bool = trust_clip_field(
        "On: no tensor moves further than SGD would move it. Off: small gradients are made longer too."
    )
    always_adapt: bool = always_adapt_field()
    filter_bias_and_bn: bool = spare_biases_field()

    @model_validator(mode="after")
    def _nesterov_has_momentum(self) -> Self:
        if self.nesterov and (self.momentum == 0.0 or self.dampening != 0.0):
            raise ValueError(
                f"nesterov is on with momentum {self.momentum:g} and dampening {self.dampening:g}; "
                "it needs momentum above 0 and dampening 0"
            )
        return self

    @property
    def plain(self) -> SGD:
        """What is done with the adapted gradient."""
        return SGD(momentum=self.momentum, dampening=self.dampening, nesterov=self.nesterov)

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """SGD's buffer."""
        return self.plain.slots(tensors)

    def restarts(self, before: Self) -> bool:
        """As SGD."""
        return self.plain.restarts(before.plain)

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "LARSUpdate":
        """The update rule for these R settings."""
        return LARSUpdate(specs, ground)


class LARSUpdate(MomentumUpdate):
    """Factors: those of SGD with momentum."""

    def __init__(self, specs: Sequence[LARS], ground: Ground) -> None:
        super().__init__([spec.plain for spec in specs], ground)
        self.trust = Trust(
            ground,
            np.array([spec.weight_decay for spec in specs], dtype=np.float64),
            switch(specs, "always_adapt"),
            switch(specs, "filter_bias_and_bn"),
        )
        self.clip = switch(specs, "trust_clip")
        self.coefficient = self.column([spec.trust_coeff for spec in specs])
        self.eps = self.column([spec.eps for spec in specs])
        self.size, self.trusted = np.empty_like(self.trust.ratio), np.empty_like(self.trust.ratio)

    def step(self, *factors: Array) -> None:
        """The calls of SGD, twelve more on whole arrays, and some on one number a tensor."""
        self._adapt(factors[0])
        super().step(*factors)

    def _adapt(self, rate: Array) -> None:
        """g ← q(g + λθ)."""
        trust, grad, work, size = self.trust, self.grad, self.work, self.size
        trust.norms(self.params, out=trust.of_params)
        trust.norms(grad, out=trust.of_step)
        np.multiply(trust.of_params, trust.decay, out=size)
        np.add(trust.of_step, size, out=size)
        np.add(size, self.eps, out=size)
        np.multiply(trust.of_params, self.coefficient, out=self.trusted)
        trust.divide(self.trusted, size)
        np.multiply(self.params, trust.decay_of_each, out=work)
        np.add(grad, work, out=grad)
        trust.spread(out=work, cap=rate if self.clip else None)
        np.multiply(grad, work, out=grad)
