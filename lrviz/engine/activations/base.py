"""What an activation is: a function of one number, and its derivative, applied in place."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.parts import Part

Array = NDArray[np.floating[Any]]


class Activation(Part):
    """a = f(z), elementwise, on arrays (R, units, batch) or (units, batch).

    Nothing may be allocated: all work is done with `out=` in the arrays handed over.
    """

    keeps_input: ClassVar[bool] = False
    """Whether `backward` reads z itself; if not, `a` and `z` are one array and f is applied in place."""
    scratches: ClassVar[int] = 1
    """How many scratch arrays of z's shape `forward` and `backward` want."""

    def forward(self, z: Array, a: Array, scratch: Sequence[Array]) -> None:
        """a ← f(z)."""
        raise NotImplementedError

    def backward(self, z: Array, a: Array, delta: Array, scratch: Sequence[Array]) -> None:
        """delta ← delta · f′(z): it arrives as dL/da and leaves as dL/dz."""
        raise NotImplementedError
