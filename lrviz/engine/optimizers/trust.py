"""Steps in proportion to the size of each parameter tensor: what LARS and LAMB share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrviz.engine.optimizers.base import Array, Floats, Ground
from lrviz.engine.parts import field
from lrviz.engine.tensors import Packed, owners


def trust_clip_field(help: str) -> Any:
    """Whether a trust ratio has a largest value."""
    return field(False, title="Clip the trust", advanced=True, help=help)


def always_adapt_field() -> Any:
    """Whether a tensor without weight decay has a trust ratio as well."""
    return field(
        False,
        title="Always adapt",
        advanced=True,
        help="On: every tensor has a trust ratio. Off: only those with weight decay have one; without "
        "weight decay none has.",
    )


def spare_biases_field() -> Any:
    """Whether vectors are left out."""
    return field(
        True,
        title="Spare biases",
        advanced=True,
        help="On: biases have no weight decay, and no trust ratio unless Always adapt is on. Off: they "
        "are treated as weights are; a bias that is almost zero then hardly moves.",
    )


class Trust:
    """Trust ratios of R runs and T tensors, in arrays allocated once.

    Without a ratio of its own, which is then 1, is a tensor that has no weight decay in a run, unless
    always_adapt; and a tensor that is a vector has none if biases are spared.
    """

    def __init__(self, ground: Ground, weight_decay: Floats, always_adapt: bool, spare_biases: bool) -> None:
        """weight_decay: λ of the runs, (R,)."""
        tensors, params = ground.tensors, ground.params
        self._packed, self._owner = Packed(tensors), owners(tensors)
        self._line = np.empty_like(params)
        shape = (len(params), len(tensors))
        self.ratio, self.of_params, self.of_step = (np.empty(shape, dtype=params.dtype) for _ in range(3))
        self._known, self._positive = (np.empty(shape, dtype=np.bool_) for _ in range(2))
        spared = [spare_biases and len(tensor.shape) < 2 for tensor in tensors]
        decay = np.where(spared, 0.0, weight_decay[:, None])
        self._plain: NDArray[np.bool_] = (decay == 0.0)[:, self._owner] & (not always_adapt)
        self.decay: Array = decay.astype(params.dtype)
        self.decay_of_each: Array = self.decay[:, self._owner]
        """λ of each tensor (R, T), and of each parameter (R, P)."""

    def norms(self, flat: Array, out: Array) -> None:
        """out (R, T) ← the norm of each tensor's part of flat (R, P)."""
        self._packed.pack(flat, self._line)
        np.multiply(self._line, self._line, out=self._line)
        for number, part in enumerate(self._packed.slices):
            np.add.reduce(self._line[:, part], axis=-1, out=out[:, number])
        np.sqrt(out, out=out)

    def divide(self, numerator: Array, denominator: Array) -> None:
        """ratio (R, T) ← numerator/denominator, 1 where the norm of the parameters or the step is zero."""
        np.greater(self.of_params, 0.0, out=self._known)
        np.greater(self.of_step, 0.0, out=self._positive)
        np.logical_and(self._known, self._positive, out=self._known)
        self.ratio.fill(1.0)
        np.divide(numerator, denominator, out=self.ratio, where=self._known)

    def spread(self, out: Array, cap: Array | None = None) -> None:
        """out (R, P) ← each parameter's ratio; with a cap, ratio/cap or 1 if that is less."""
        np.take(self.ratio, self._owner, axis=1, out=out, mode="clip")
        if cap is not None:
            np.divide(out, cap, out=out)
            np.minimum(out, 1.0, out=out)
        np.copyto(out, 1.0, where=self._plain)
