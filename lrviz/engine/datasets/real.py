"""What the measured datasets share: they are read with scikit-learn, from files it brings along."""

from typing import Any, ClassVar

import numpy as np

from lrviz.engine.datasets.base import Dataset, Table


class Real(Dataset):
    """A measured table; it does not depend on the seed."""

    real: ClassVar[bool] = True
    image: ClassVar[tuple[int, int] | None] = None
    """(rows, columns) where the inputs are the pixels of a picture."""

    def read(self) -> Any:
        """The `sklearn.utils.Bunch`; imports scikit-learn, which is too slow to import at start-up."""
        raise NotImplementedError

    def make(self, random: np.random.Generator) -> Table:
        """The whole table, in its own order."""
        del random  # nothing is drawn
        bunch = self.read()
        classes = () if self.task == "regression" else tuple(map(str, bunch.target_names))
        return Table(
            np.ascontiguousarray(bunch.data, dtype=np.float64),
            np.ascontiguousarray(bunch.target, dtype=np.float64),
            tuple(map(str, bunch.feature_names)),
            classes,
            self.image,
        )
