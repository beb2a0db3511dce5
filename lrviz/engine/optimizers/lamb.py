"""LAMB."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.base import (
    Array,
    Floats,
    Ground,
    Optimizer,
    Slot,
    Tensor,
    Update,
    as_column,
    eps_field,
    moved,
    switch,
    weight_decay_field,
)
from lrviz.engine.optimizers.betas import Betas, two_betas_field
from lrviz.engine.optimizers.moments import correction, logarithm
from lrviz.engine.optimizers.trust import Trust, always_adapt_field, spare_biases_field, trust_clip_field
from lrviz.engine.parts import field


class LAMB(Optimizer):
    """u = m̂/(√v̂ + ε) + λθ,  θ ← θ − α q u with q = ‖θ‖/‖u‖ for every parameter tensor.

    m̂ and v̂ are Adam's, of the gradient divided by max(1, ‖g‖/c), with the norm over all parameters and c
    = `max_grad_norm`. A weight matrix thus moves by α times its own size. q is 1 where either norm is
    zero, and with `trust_clip` at most 1. Tensors without weight decay have q = 1, unless `always_adapt`.
    Without `grad_averaging` m ← β₁m + g, without `bias_correction` a hat does nothing.

    Paper: You et al. 2020 (arXiv:1904.00962), which does not clip. Followed: `timm.optim.Lamb` 1.0.31,
    a variant of NVIDIA's; `filter_bias_and_bn` is that of timm's `create_optimizer_v2`. Its options
    `caution` and `decoupled_decay` are modifiers here.
    """

    title: ClassVar[str] = "LAMB"
    summary: ClassVar[str] = "Adam whose steps are in proportion to the size of each layer's weights."
    torch_name: ClassVar[str] = ""
    moves_momentum: ClassVar[bool] = True
    kind: Literal["lamb"] = "lamb"
    betas: Betas = two_betas_field()
    eps: float = eps_field(1e-6, too_high="small gradients hardly count against large ones of a layer")
    weight_decay: float = weight_decay_field(
        0.01,
        help="Pulls weights to zero besides Adam's step, before both are scaled. Zero: no pull, and "
        "without Always adapt plain Adam. Too high: the network cannot fit the data.",
    )
    max_grad_norm: float | None = field(
        1.0,
        title="Longest gradient",
        gt=0.0,
        le=1e6,
        scale="log",
        empty="any",
        live=True,
        advanced=True,
        help="The longest gradient that passes unchanged. Too low: all gradients are equally long. Too "
        "high or any: one steep place spoils the averages.",
    )
    bias_correction: bool = field(
        True,
        title="Bias correction",
        advanced=True,
        help="Makes up for averages that start at zero. Off: the first steps trust them too early.",
    )
    grad_averaging: bool = field(
        True,
        title="Average gradient",
        advanced=True,
        help="On: momentum is an average of gradients. Off: a sum, 1/(1 − β₁) times as long, which "
        "weakens weight decay.",
    )
    trust_clip: bool = trust_clip_field(
        "On: no tensor moves further than Adam would move it. Off: large weights move further."
    )
    always_adapt: bool = always_adapt_field()
    filter_bias_and_bn: bool = spare_biases_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Averages of the gradient and of its square."""
        return {"exp_avg": Slot(), "exp_avg_sq": Slot()}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "LAMBUpdate":
        """The update rule for these R settings."""
        return LAMBUpdate(specs, ground)


class LAMBUpdate(Update):
    """Factors: α; √c₂/c₁ and ε√c₂ with c = 1 − βᵗ; β₁ and the share of a new gradient."""

    factors = 5

    def __init__(self, specs: Sequence[LAMB], ground: Ground) -> None:
        super().__init__(ground)
        self.m, self.v = ground.slots["exp_avg"], ground.slots["exp_avg_sq"]
        self.trust = Trust(
            ground,
            np.array([spec.weight_decay for spec in specs], dtype=np.float64),
            switch(specs, "always_adapt"),
            switch(specs, "filter_bias_and_bn"),
        )
        self.clip, self.corrects = switch(specs, "trust_clip"), switch(specs, "bias_correction")
        self.averages_grad = switch(specs, "grad_averaging")
        self.one = np.ones((), dtype=ground.params.dtype)
        self.beta1, beta2 = np.array([spec.betas for spec in specs], dtype=np.float64).T
        self.log2 = logarithm(beta2)
        self.keep2, self.new2 = self.column(beta2), self.column(1.0 - beta2)
        self.eps = np.array([spec.eps for spec in specs], dtype=np.float64)
        limits = [np.inf if spec.max_grad_norm is None else spec.max_grad_norm for spec in specs]
        self.longest = as_column(limits, ground.params.dtype)
        self.norm = np.empty_like(self.longest)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        beta1 = moved(self.beta1, momentum)
        if self.corrects:
            root = np.sqrt(correction(self.log2, t))
            out[1], out[2] = root / correction(logarithm(beta1), t), self.eps * root
        else:
            out[1], out[2] = 1.0, self.eps
        out[0] = lr
        out[3], out[4] = beta1, 1.0 - beta1 if self.averages_grad else 1.0

    def step(self, *factors: Array) -> None:
        """Twenty-eight calls on whole arrays, and some on one number a tensor."""
        rate, scale, eps, keep1, new1 = factors
        grad, work, m, v, trust = self.grad, self.work, self.m, self.v, self.trust
        self._shorten()
        np.multiply(m, keep1, out=m)
        np.multiply(grad, new1, out=work)
        np.add(m, work, out=m)
        np.multiply(grad, grad, out=grad)
        np.multiply(grad, self.new2, out=grad)
        np.multiply(v, self.keep2, out=v)
        np.add(v, grad, out=v)
        np.sqrt(v, out=work)
        np.add(work, eps, out=work)
        np.divide(m, work, out=work)
        np.multiply(work, scale, out=work)
        np.multiply(self.params, trust.decay_of_each, out=grad)
        np.add(work, grad, out=work)
        trust.norms(self.params, out=trust.of_params)
        trust.norms(work, out=trust.of_step)
        trust.divide(trust.of_params, trust.of_step)
        trust.spread(out=grad, cap=self.one if self.clip else None)
        np.multiply(work, grad, out=work)
        np.multiply(work, rate, out=work)
        np.subtract(self.params, work, out=self.params)

    def _shorten(self) -> None:
        """g ← g / max(1, ‖g‖/c)."""
        grad, norm = self.grad, self.norm
        np.multiply(grad, grad, out=self.work)
        np.add.reduce(self.work, axis=-1, keepdims=True, out=norm)
        np.sqrt(norm, out=norm)
        np.divide(norm, self.longest, out=norm)
        np.maximum(norm, 1.0, out=norm)
        np.divide(grad, norm, out=grad)
