"""RMSprop."""

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
    eps_field,
    momentum_field,
    moved,
    switch,
    weight_decay_field,
)
from lrviz.engine.parts import field


class RMSprop(Optimizer):
    """v ← ρv + (1 − ρ)g²,  b ← μb + g/(√v + ε),  θ ← θ − αb.

    ρ is `alpha` and μ `momentum`. With `centered`, m ← ρm + (1 − ρ)g and √(v − m²) takes the place
    of √v; a difference that rounding makes negative counts as 0 (PyTorch gives NaN there). Weight
    decay λ is added to the gradient first, g ← g + λθ. ε is added outside the root, as in PyTorch;
    TensorFlow adds it inside. Sources: Hinton 2012, lecture 6e of "Neural networks for machine
    learning"; Graves 2013 (arXiv:1308.0850), centered. Followed: `torch.optim.RMSprop`.
    """

    title: ClassVar[str] = "RMSprop"
    summary: ClassVar[str] = "Divides each weight's gradient by its recent size."
    torch_name: ClassVar[str] = "torch.optim.RMSprop"
    moves_momentum: ClassVar[bool] = True
    kind: Literal["rmsprop"] = "rmsprop"
    alpha: float = field(
        0.99,
        title="Memory ρ",
        ge=0.0,
        lt=1.0,
        slider=(0.0, 0.9999),
        live=True,
        help="How long the average of the squared gradient remembers (`alpha` in PyTorch, not the "
        "learning rate). Too low: every step is nearly α long, whatever the gradient. Too high: steps "
        "stay small long after one large gradient.",
    )
    eps: float = eps_field(1e-8, too_high="RMSprop turns into plain gradient descent")
    weight_decay: float = weight_decay_field()
    momentum: float = momentum_field()
    centered: bool = field(
        False,
        title="Centered",
        advanced=True,
        help="Divides by the gradient's spread around its mean instead of its size. Off: steady "
        "gradients make steps about α long. On: the steadier the gradient, the longer the step, up to "
        "instability.",
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Average square, the last update without α, and with `centered` the average gradient."""
        names = ("square_avg", "momentum_buffer", *(("grad_avg",) if self.centered else ()))
        return {name: Slot() for name in names}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "RMSpropUpdate":
        """The update rule for these R settings."""
        return RMSpropUpdate(specs, ground)


class RMSpropUpdate(Update):
    """Factors: α and μ. Without momentum the buffer is g/(√v + ε), so neighbours with it change no bit."""

    factors = 2

    def __init__(self, specs: Sequence[RMSprop], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.square, self.buffer = ground.slots["square_avg"], ground.slots["momentum_buffer"]
        self.mean = ground.slots["grad_avg"] if switch(specs, "centered") else None
        memory = np.array([spec.alpha for spec in specs], dtype=np.float64)
        self.keep, self.new = self.column(memory), self.column(1.0 - memory)
        self.eps = self.column([spec.eps for spec in specs])
        self.momentum = np.array([spec.momentum for spec in specs], dtype=np.float64)
        self.remembers = ground.moves_momentum or any(spec.momentum for spec in specs)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        out[0] = lr
        out[1] = moved(self.momentum, momentum)

    def step(self, *factors: Array) -> None:
        """Nine calls on whole arrays (two more each with weight decay and momentum, six if centered)."""
        rate, momentum = factors
        grad, work, buffer = self.grad, self.work, self.buffer
        self.add_decay()
        self.measure()
        if self.remembers:
            np.divide(grad, work, out=work)
            np.multiply(buffer, momentum, out=buffer)
            np.add(buffer, work, out=buffer)
        else:
            np.divide(grad, work, out=buffer)
        np.multiply(buffer, rate, out=work)
        np.subtract(self.params, work, out=self.params)

    def measure(self) -> None:
        """Update the averages; work ← √v + ε, or √(v − m²) + ε."""
        grad, work, square, mean = self.grad, self.work, self.square, self.mean
        np.multiply(square, self.keep, out=square)
        np.multiply(grad, grad, out=work)
        np.multiply(work, self.new, out=work)
        np.add(square, work, out=square)
        if mean is None:
            np.sqrt(square, out=work)
        else:
            np.subtract(grad, mean, out=work)
            np.multiply(work, self.new, out=work)
            np.add(mean, work, out=mean)
            np.multiply(mean, mean, out=work)
            np.subtract(square, work, out=work)
            np.maximum(work, 0.0, out=work)
            np.sqrt(work, out=work)
        np.add(work, self.eps, out=work)
