"""Adafactor."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal, Self

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
    weight_decay_field,
)
from lrviz.engine.optimizers.betas import per_run
from lrviz.engine.parts import field
from lrviz.engine.tensors import Packed


class Adafactor(Optimizer):
    """θ ← (1 − αλ)θ − ρ max(ε₂, rms θ) · u/max(1, rms u/d),  u = g/max(√v̂, ε₁),  ρ = min(α, 1/√t).

    Tensor by tensor, with v kept as averages r of g² over each row and c over each column of a
    weight matrix, v̂ = r cᵀ/max(mean r, ε₁), and for biases as the average v̂ of g² itself; an average takes
    in the share t^`beta2_decay` of what is new. rms θ is taken before the decay. The paper's largest ρ is
    10⁻² (here α), and its ε₁ = 10⁻³⁰ is added to g²; in PyTorch ε₁ bounds what is divided by, and is by
    default the spacing of numbers at 1. There is no momentum. Paper: Shazeer & Stern 2018
    (arXiv:1804.04235). Followed: `torch.optim.Adafactor`, whose `eps` is here (`eps1`, `eps2`).
    """

    title: ClassVar[str] = "Adafactor"
    summary: ClassVar[str] = "Steps relative to the weights' size; remembers rows and columns, not weights."
    torch_name: ClassVar[str] = "torch.optim.Adafactor"
    kind: Literal["adafactor"] = "adafactor"
    beta2_decay: float = field(
        -0.8,
        title="Memory power",
        ge=-10.0,
        le=0.0,
        slider=(-1.0, 0.0),
        live=True,
        help="How the share of a new gradient in the averages falls with the number of steps t, as a power "
        "of it. Too low: the averages hardly learn any more. Zero: they forget everything at once.",
    )
    eps1: float | None = field(
        None,
        title="Epsilon ε₁",
        empty="automatic",
        ge=1e-18,
        le=1.0,
        scale="log",
        live=True,
        advanced=True,
        help="The least a gradient is divided by (automatic: 1.2e-7, in float64 2.2e-16). Too low: huge "
        "steps where gradients vanish. Too high: Adafactor turns into plain gradient descent.",
    )
    eps2: float = field(
        1e-3,
        title="Epsilon ε₂",
        ge=0.0,
        le=1.0,
        scale="log",
        slider=(1e-6, 1.0),
        live=True,
        advanced=True,
        help="The least size of a tensor that steps are relative to. Too low: weights that start at zero, as "
        "biases may, stay there. Too high: small tensors make steps that are large for them.",
    )
    d: float = field(
        1.0,
        title="Clip at d",
        ge=1.0,
        le=1e6,
        scale="log",
        slider=(1.0, 100.0),
        live=True,
        advanced=True,
        help="The largest root mean square of an update before it is multiplied by the rate. At 1, its "
        "least: those after sudden large gradients are shortened most. Too high: they go through whole.",
    )
    weight_decay: float = weight_decay_field(
        help="The part of every weight that is taken away per step, in multiples of α. Zero: none. Too high: "
        "the network cannot fit the data."
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """Averages of squares: over rows and over columns of all matrices, and of all other numbers."""
        matrices = [tensor.shape for tensor in tensors if len(tensor.shape) == 2]
        rest = sum(tensor.size for tensor in tensors if len(tensor.shape) != 2)
        rows, columns = (sum(shape[axis] for shape in matrices) for axis in (0, 1))
        return {
            "row_var": Slot(shape=(rows,)),
            "col_var": Slot(shape=(columns,)),
            "variance": Slot(shape=(rest,)),
        }

    def torch_arguments(self) -> dict[str, Any]:
        """See `Optimizer`."""
        return {**self.model_dump(exclude={"kind", "eps1", "eps2"}), "eps": (self.eps1, self.eps2)}

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "AdafactorUpdate":
        """The update rule for these R settings."""
        return AdafactorUpdate(specs, ground)


class AdafactorUpdate(Update):
    """Factors: ρ, 1 − αλ, the share of what is new in the averages, and the share of what was."""

    factors = 4

    def __init__(self, specs: Sequence[Adafactor], ground: Ground) -> None:
        super().__init__(ground)
        dtype, shape = ground.params.dtype, ground.params.shape
        automatic = float(np.finfo(dtype).eps)
        eps1 = np.array([automatic if spec.eps1 is None else spec.eps1 for spec in specs])
        self.eps1, self.least = as_column(eps1, dtype), as_column(eps1 * eps1, dtype)
        self.eps2 = as_column([spec.eps2 for spec in specs], dtype)
        self.d = as_column([spec.d for spec in specs], dtype)
        self.power = np.array([spec.beta2_decay for spec in specs])
        self.lost = np.array([spec.weight_decay for spec in specs])
        self.shrinks = bool(self.lost.any())
        self.packed = Packed(ground.tensors)
        self.numbers, self.squares = np.empty((2, *shape), dtype=dtype)
        self.scale, self.length = np.empty((2, shape[0], 1), dtype=dtype)
        self.parts = list(self._parts())

    def _parts(self) -> "Iterator[Matrix | Vector]":
        """The tensors, with views of their slots and of `squares`."""
        rows, columns, variance = (self.ground.slots[name] for name in ("row_var", "col_var", "variance"))
        row = column = place = 0
        for tensor, part in zip(self.ground.tensors, self.packed.slices, strict=True):
            squares = self.squares[:, part]
            if len(tensor.shape) == 2:
                height, width = tensor.shape
                own = rows[:, row : row + height], columns[:, column : column + width]
                yield Matrix(*own, squares.reshape(-1, height, width))
                row, column = row + height, column + width
            else:
                yield Vector(variance[:, place : place + tensor.size], squares)
                place += tensor.size

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class; t^power is exp(power · ln t), whose bits do not depend on shapes."""
        rate, kept, new, old = out
        np.minimum(lr, 1.0 / np.sqrt(t), out=rate)
        np.multiply(lr, self.lost, out=kept)
        np.subtract(1.0, kept, out=kept)
        np.multiply(self.power, np.log(t), out=old)
        np.exp(old, out=new)
        np.expm1(old, out=old)
        np.negative(old, out=old)

    def step(self, *factors: Array) -> None:
        """About twelve calls on whole arrays, and ten to twenty for each tensor."""
        rate, kept, new, old = factors
        numbers, squares, work = self.numbers, self.squares, self.work
        self.packed.pack(self.grad, numbers)
        np.multiply(numbers, numbers, out=squares)
        for part in self.parts:
            part.average(per_run(new), per_run(old), self.eps1)
        np.maximum(squares, self.least, out=squares)
        np.sqrt(squares, out=squares)
        np.divide(numbers, squares, out=squares)
        self.packed.pack(self.params, numbers)
        self._rescale(numbers, squares)
        self.packed.unpack(squares, work)
        np.multiply(work, rate, out=work)
        if self.shrinks:
            np.multiply(self.params, kept, out=self.params)
        np.subtract(self.params, work, out=self.params)

    def _rescale(self, weights: Array, update: Array) -> None:
        """update ← max(ε₂, rms θ) · update/max(1, rms update/d) for each tensor; all packed."""
        scale, length = self.scale, self.length
        for part in self.packed.slices:
            self._root_mean_square(weights[:, part], out=scale)
            np.maximum(scale, self.eps2, out=scale)
            self._root_mean_square(update[:, part], out=length)
            np.divide(length, self.d, out=length)
            np.maximum(length, 1.0, out=length)
            np.divide(scale, length, out=scale)
            np.multiply(update[:, part], scale, out=update[:, part])

    def _root_mean_square(self, values: Array, out: Array) -> None:
        """out (R, 1) ← the root mean square of values (R, n)."""
        squares = self.work[:, : values.shape[1]]
        np.multiply(values, values, out=squares)
        _mean(squares, out)
        np.sqrt(out, out=out)


class Vector:
    """A tensor whose squares (R, n) are averaged one by one."""

    def __init__(self, variance: Array, squares: Array) -> None:
        self.variance, self.squares = variance, squares

    def average(self, new: Array, old: Array, eps1: Array) -> None:
        """squares ← their average with all earlier ones."""
        _blend(self.variance, self.squares, new, old)
        np.copyto(self.squares, self.variance)


class Matrix:
    """A weight matrix, of whose squares (R, height, width) the rows' and columns' means are averaged."""

    def __init__(self, rows: Array, columns: Array, squares: Array) -> None:
        self.rows, self.columns, self.squares = rows, columns, squares
        self.turned = np.empty(np.swapaxes(squares, 1, 2).shape, dtype=squares.dtype)
        self.row_mean, self.column_mean = np.empty_like(rows), np.empty_like(columns)
        self.mean = np.empty((len(rows), 1), dtype=rows.dtype)

    def average(self, new: Array, old: Array, eps1: Array) -> None:
        """squares ← r cᵀ/max(mean r, ε₁)."""
        squares = self.squares
        # Summed over the trailing axis of a turned copy: only such sums have the same bits for any R.
        np.copyto(self.turned, np.swapaxes(squares, 1, 2))
        _mean(squares, self.row_mean[:, :, None])
        _mean(self.turned, self.column_mean[:, :, None])
        _blend(self.rows, self.row_mean, new, old)
        _blend(self.columns, self.column_mean, new, old)
        _mean(self.rows, self.mean)
        np.maximum(self.mean, eps1, out=self.mean)
        np.divide(self.rows, self.mean, out=self.row_mean)
        np.matmul(self.row_mean[:, :, None], self.columns[:, None, :], out=squares)


def _mean(values: Array, out: Array) -> None:
    """out (..., 1) ← the mean over the last axis."""
    np.add.reduce(values, axis=-1, keepdims=True, out=out)
    np.divide(out, out.dtype.type(values.shape[-1]), out=out)


def _blend(average: Array, values: Array, new: Array, old: Array) -> None:
    """average ← old · average + new · values; values are overwritten."""
    np.multiply(average, old, out=average)
    np.multiply(values, new, out=values)
    np.add(average, values, out=average)
