"""What a dataset is: a part that makes a table of examples."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.parts import Part

Task = Literal["binary", "multiclass", "regression"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """Examples as they come, before splitting and scaling.

    inputs: (N, D) float64. targets: (N,) float64: class numbers 0 ... C-1, or the value to predict.
    classes: names of the classes (empty for regression). features: names of the D inputs.
    image: (rows, columns) where the inputs are the pixels of a picture.
    """

    inputs: Floats
    targets: Floats
    features: tuple[str, ...]
    classes: tuple[str, ...] = ()
    image: tuple[int, int] | None = None


class Dataset(Part):
    """Makes a `Table`."""

    task: ClassVar[Task]
    real: ClassVar[bool] = False
    """Measured data, as against points drawn from a formula; real tables are standardized by default."""
    planar: ClassVar[bool] = False
    """Its inputs are the x₁ and x₂ of drawn points, from which features can be derived."""
    suits: ClassVar[tuple[int, ...]] = (8, 8)
    """Hidden layers that suit it; loaded when it is chosen in the window."""

    def make(self, random: np.random.Generator) -> Table:
        """The examples; drawn datasets take all randomness from `random`."""
        raise NotImplementedError
