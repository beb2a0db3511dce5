"""Rprop."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from lrviz.engine.optimizers.base import Array, Floats, Ground, Optimizer, Slot, Tensor, Update
from lrviz.engine.parts import field

Shrink = Annotated[float, Field(gt=0.0, lt=1.0)]
Grow = Annotated[float, Field(gt=1.0, le=10.0)]
Size = Annotated[float, Field(gt=0.0, le=1e6)]


class Rprop(Optimizer):
    """s ← clip(s · η⁺) where g · g₋ > 0, clip(s · η⁻) where g · g₋ < 0;  θ ← θ − s · sign(g).

    `etas` are (η⁻, η⁺), and `step_sizes` the bounds that s is clipped to. Where the sign flipped, g counts as
    zero: the weight waits, and the next gradient finds no sign to compare with. s starts at the α of the
    first update, and α is not used any more. Earlier versions of the paper's method took the flipped
    step back; neither that nor weight decay is in PyTorch. Paper: Riedmiller & Braun 1993, "A direct
    adaptive method for faster backpropagation learning: the RPROP algorithm". Followed: `torch.optim.Rprop`.
    """

    title: ClassVar[str] = "Rprop"
    summary: ClassVar[str] = "Only signs count; α is the first step's size, edits and schedules do nothing."
    torch_name: ClassVar[str] = "torch.optim.Rprop"
    kind: Literal["rprop"] = "rprop"
    etas: tuple[Shrink, Grow] = field(
        (0.5, 1.2),
        title="Etas",
        labels=("Shrink η⁻", "Grow η⁺"),
        slider=(0.1, 2.0),
        live=True,
        help="What a weight's step is multiplied by when its gradient's sign flips (η⁻) and when it stays "
        "(η⁺). Too low: steps get small and stay small. Too high: weights jump over minima again and "
        "again. α is the size of the first step only: later edits of it and schedules have no effect.",
    )
    step_sizes: tuple[Size, Size] = field(
        (1e-6, 50.0),
        title="Step sizes",
        labels=("Smallest step", "Largest step"),
        scale="log",
        slider=(1e-8, 100.0),
        live=True,
        advanced=True,
        help="The bounds of a weight's step. Too low: steps cannot grow, and training crawls. Too high: "
        "the smallest step keeps weights trembling, the largest lets one bad batch throw them far away.",
    )

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        smallest, largest = self.step_sizes
        if smallest > largest:
            raise ValueError(
                f"the smallest step {smallest:g} is above the largest {largest:g}; it must not be"
            )
        return self

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The last gradient (zero where its sign had flipped) and the step sizes."""
        return {"prev": Slot(), "step_size": Slot()}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "RpropUpdate":
        """The update rule for these R settings."""
        return RpropUpdate(specs, ground)


class RpropUpdate(Update):
    """Factor: α at the first update, when step sizes are still 0, and 0 later: it is added to them."""

    def __init__(self, specs: Sequence[Rprop], ground: Ground) -> None:
        super().__init__(ground)
        self.before, self.sizes = ground.slots["prev"], ground.slots["step_size"]
        shrink, grow = np.array([spec.etas for spec in specs], dtype=np.float64).T
        smallest, largest = np.array([spec.step_sizes for spec in specs], dtype=np.float64).T
        self.shrink, self.grow = self.column(shrink), self.column(grow)
        self.smallest, self.largest = self.column(smallest), self.column(largest)
        self.where = np.empty(ground.params.shape, dtype=np.bool_)

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        out[0] = np.where(t == 1.0, lr, 0.0)

    def step(self, *factors: Array) -> None:
        """Thirteen calls on whole arrays."""
        (first,) = factors
        grad, work, sizes, where = self.grad, self.work, self.sizes, self.where
        np.add(sizes, first, out=sizes)
        np.multiply(grad, self.before, out=work)
        np.greater(work, 0.0, out=where)
        np.multiply(sizes, self.grow, out=sizes, where=where)
        np.less(work, 0.0, out=where)
        np.multiply(sizes, self.shrink, out=sizes, where=where)
        np.maximum(sizes, self.smallest, out=sizes)
        np.minimum(sizes, self.largest, out=sizes)
        np.copyto(grad, 0.0, where=where)
        np.copyto(self.before, grad)
        np.sign(grad, out=work)
        np.multiply(work, sizes, out=work)
        np.subtract(self.params, work, out=self.params)
