"""What a surface is: a height over the plane, to watch an optimizer walk on."""

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.parts import Part

Array = NDArray[np.floating[Any]]
Floats = NDArray[np.float64]
Point = tuple[float, float]


class Surface(Part):
    """f(x, y) and its gradient, for arrays of any one shape."""

    left_bottom: ClassVar[Point] = (-2.0, -2.0)
    right_top: ClassVar[Point] = (2.0, 2.0)
    """The part of the plane that is worth looking at."""
    start: ClassVar[Point] = (-1.5, 1.0)
    """Where walks begin unless told otherwise."""

    def value(self, x: Array, y: Array) -> Array:
        """f(x, y)."""
        raise NotImplementedError

    def gradient(self, x: Array, y: Array) -> tuple[Array, Array]:
        """∂f/∂x and ∂f/∂y."""
        raise NotImplementedError

    def minima(self) -> tuple[Point, ...]:
        """The places of the lowest value; none where they are not known or do not exist."""
        return ()
