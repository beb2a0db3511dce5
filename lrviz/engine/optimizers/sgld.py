"""Stochastic gradient Langevin dynamics."""

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
    weight_decay_field,
)
from lrviz.engine.parts import field
from lrviz.engine.random import Purpose, Stream


class SGLD(Optimizer):
    """θ ← θ − αg + √(2αT/N) ξ,  ξ ~ N(0, 1): gradient descent that becomes a sampler.

    g is the gradient of the loss L, a mean over examples, N the number of training examples and T the
    `temperature`. For a small α the parameters spend their time in proportion to exp(−N L(θ)/T); runs that
    differ in their seed are independent samples of that. With T = 1 and a loss that is a negative log
    likelihood (cross-entropy; the squared error if T is twice the variance of the noise) it is the
    posterior of a Bayesian network, with weight decay λ, g ← g + λθ, as a Gaussian prior of variance T/(Nλ).
    In a bowl L = hθ²/2 the variance is 2T/(Nh(2 − αh)): α, too, heats.

    Paper: Welling & Teh 2011 (ICML), whose step ε is 2α/N, and whose T is 1; there ε falls to zero.
    Followed: the paper's formula 4. ξ depends on the run's seed for the order of examples and the
    number of the update alone.
    """

    title: ClassVar[str] = "SGLD"
    summary: ClassVar[str] = "SGD with just so much noise that runs become samples of the posterior."
    torch_name: ClassVar[str] = ""
    adaptive: ClassVar[bool] = False
    kind: Literal["sgld"] = "sgld"
    temperature: float = field(
        1.0,
        title="Temperature",
        ge=0.0,
        le=1e6,
        slider=(0.0, 2.0),
        live=True,
        help="How much noise is added. Zero: plain SGD. One: samples of the posterior. Too low: samples are "
        "too alike. Too high: noise wins over the gradient, and the network forgets.",
    )
    weight_decay: float = weight_decay_field()

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The number of updates done."""
        return {"updates": Slot(shape=(1,), exact=True)}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "SGLDUpdate":
        """The update rule for these R settings."""
        return SGLDUpdate(specs, ground)


class SGLDUpdate(Update):
    """Factors: α and √(2αT/N)."""

    factors = 2

    def __init__(self, specs: Sequence[SGLD], ground: Ground) -> None:
        super().__init__(ground, [spec.weight_decay for spec in specs])
        self.updates = ground.slots["updates"]
        self.variance = 2.0 * np.array([spec.temperature for spec in specs], dtype=np.float64)
        self.variance /= ground.examples
        self.noise = np.empty_like(ground.params)
        self.streams = [Stream(seed, Purpose.NOISE) for seed in ground.seeds]

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        out[0], out[1] = lr, np.sqrt(lr * self.variance)

    def step(self, *factors: Array) -> None:
        """Four calls on whole arrays (two more with weight decay) and one draw a run."""
        rate, size = factors
        grad, noise = self.grad, self.noise
        self.add_decay()
        np.add(self.updates, 1.0, out=self.updates)
        for row, stream, update in zip(noise, self.streams, self.updates, strict=True):
            stream.at(int(update[0])).standard_normal(dtype=noise.dtype, out=row)
        np.multiply(grad, rate, out=grad)
        np.subtract(self.params, grad, out=self.params)
        np.multiply(noise, size, out=noise)
        np.add(self.params, noise, out=self.params)
