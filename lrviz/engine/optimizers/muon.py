"""Muon."""

from collections.abc import Sequence
from math import sqrt
from typing import Any, ClassVar, Literal, Self

import numpy as np

from lrviz.engine.optimizers.adamw import AdamW, AdamWUpdate
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
from lrviz.engine.optimizers.betas import HELP, Betas, per_run
from lrviz.engine.optimizers.moments import DECOUPLED_HELP, betas_field
from lrviz.engine.optimizers.orthogonal import Coefficients, NewtonSchulz
from lrviz.engine.parts import Spec, field
from lrviz.engine.tensors import Packed


class Partner(Spec):
    """The AdamW that steps what is no matrix: the biases."""

    lr: float = field(
        1.0,
        title="Biases' α, times",
        gt=0.0,
        le=1e3,
        scale="log",
        slider=(1e-3, 10.0),
        live=True,
        help="What α is multiplied by for the biases, which AdamW steps. Too low: they hardly move. Too "
        "high: they swing while the weights are fine.",
    )
    betas: Betas = betas_field((0.9, 0.999), ("Biases' β₁", "Biases' β₂"), HELP)
    eps: float = field(
        1e-8,
        title="Biases' ε",
        gt=0.0,
        le=1.0,
        scale="log",
        slider=(1e-10, 1e-2),
        live=True,
        help="Keeps AdamW's division finite. Too low: huge steps where gradients vanish. Too high: the "
        "biases follow plain momentum with a small rate.",
    )
    weight_decay: float = field(
        0.01, title="Biases' decay", ge=0.0, le=10.0, slider=(0.0, 0.1), live=True, help=DECOUPLED_HELP
    )

    def adamw(self) -> AdamW:
        """The same settings as an optimizer."""
        return AdamW(betas=self.betas, eps=self.eps, weight_decay=self.weight_decay)


class Muon(Optimizer):
    """b ← μb + (1−μ)g,  θ ← (1 − αλ)θ − α s · NS(b), or NS(μb + (1−μ)g) with `nesterov`; for matrices only.

    NS (see `NewtonSchulz`) keeps the singular vectors and brings the singular values near 1. For a matrix of
    A rows and B columns s is √max(1, A/B), or with "match_rms_adamw" 0.2 √max(A, B). Biases are stepped by
    the `partner`, an AdamW with a rate of its own. A schedule that moves a momentum moves μ.
    PyTorch's docs write b ← μb + g; its code, followed here, averages, which differs by ε and by Nesterov's
    share only. PyTorch rounds to bfloat16 in NS, whose values keep 2 to 3 digits; here it is done in the
    working type. All weight matrices take part; others leave the output layer to AdamW.
    Sources: K. Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"; Liu et al.
    2025 (arXiv:2502.16982), match_rms_adamw. Followed: `torch.optim.Muon`.
    """

    title: ClassVar[str] = "Muon"
    summary: ClassVar[str] = "Turns each matrix's momentum into a step equally long in all directions."
    torch_name: ClassVar[str] = "torch.optim.Muon"
    moves_momentum: ClassVar[bool] = True
    kind: Literal["muon"] = "muon"
    weight_decay: float = weight_decay_field(0.1, help=DECOUPLED_HELP)
    momentum: float = field(
        0.95,
        title="Momentum",
        ge=0.0,
        lt=1.0,
        slider=(0.0, 0.99),
        live=True,
        help="How long the average of the gradient remembers. Too low: every batch's noise is made a step of "
        "full length. Too high: slow to react, and it overshoots.",
    )
    nesterov: bool = field(
        True,
        title="Nesterov",
        live=True,
        help="Looks one momentum step ahead, which brakes earlier. Off: swings longer at a high momentum.",
    )
    ns_coefficients: Coefficients = field(
        (3.4445, -4.775, 2.0315),
        title="Newton–Schulz",
        labels=("Coefficient a", "Coefficient b", "Coefficient c"),
        live=True,
        advanced=True,
        help="The polynomial that singular values σ ≤ 1 go through, aσ + bσ³ + cσ⁵. Too low an a: small ones "
        "stay small. Too high: values leave the region where they come back to 1, and steps explode.",
    )
    eps: float = eps_field(1e-7, too_high="steps shrink with the gradient")
    ns_steps: int = field(
        5,
        title="Iterations",
        ge=0,
        lt=100,
        slider=(0, 10),
        live=True,
        advanced=True,
        help="How often the polynomial is applied. Too low: small singular values stay small, and Muon is "
        "momentum of a set length. Too high: only slower.",
    )
    adjust_lr_fn: Literal["original", "match_rms_adamw"] = field(
        "original",
        title="Adjust rate",
        labels=("By shape", "Like AdamW"),
        live=True,
        advanced=True,
        help="What α is multiplied by for a matrix. By shape: more for tall ones; wants a high α, about "
        "0.02. Like AdamW: steps about as large as AdamW's, so that its α fits too.",
    )
    partner: Partner = field(
        Partner(),
        title="Biases",
        live=True,
        advanced=True,
        help="The AdamW that steps the biases. Its rate is a multiple of α.",
    )

    def slots(self, tensors: Sequence[Tensor]) -> dict[str, Slot]:
        """The average of the matrices' gradient, and AdamW's averages of all other numbers'."""
        matrices, rest = (sum(tensor.size for tensor in part) for part in _apart(tensors))
        averages = {name: Slot(shape=(rest,)) for name in self.partner.adamw().slots(tensors)}
        return {"momentum_buffer": Slot(shape=(matrices,)), **averages}

    def torch_arguments(self) -> dict[str, Any]:
        """See `Optimizer`; those of the partner are `partner.adamw().torch_arguments()`."""
        return self.model_dump(exclude={"kind", "partner"})

    def scale(self, matrix: Tensor) -> float:
        """s, which α is multiplied by."""
        height, width = matrix.shape
        if self.adjust_lr_fn == "original":
            return sqrt(max(1.0, height / width))
        return 0.2 * sqrt(max(height, width))

    @classmethod
    def bind(cls, specs: Sequence[Self], ground: Ground) -> "MuonUpdate":
        """The update rule for these R settings."""
        return MuonUpdate(specs, ground)


def _apart(tensors: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """The matrices, and the others."""
    matrices = [tensor for tensor in tensors if len(tensor.shape) == 2]
    return matrices, [tensor for tensor in tensors if len(tensor.shape) != 2]


class MuonUpdate(Update):
    """Factors: α, 1 − αλ, μ, 1 − μ, and the partner's.

    Everything is sorted first, all matrices before all biases.
    """

    factors = 4 + AdamWUpdate.factors

    def __init__(self, specs: Sequence[Muon], ground: Ground) -> None:
        super().__init__(ground)
        shape, dtype = ground.params.shape, ground.params.dtype
        matrices, rest = _apart(ground.tensors)
        self.packed = Packed([*matrices, *rest])
        self.border = border = sum(tensor.size for tensor in matrices)
        self.sorted_params, self.sorted_grad = np.empty((2, *shape), dtype=dtype)
        self.sorted_factors = np.empty((self.factors, *shape), dtype=dtype)
        self.momentum = np.array([spec.momentum for spec in specs])
        self.lost = np.array([spec.weight_decay for spec in specs])
        self.nesterov = switch(specs, "nesterov")
        self.buffer = ground.slots["momentum_buffer"]
        self.update = np.empty_like(self.buffer)
        settings = [(spec.ns_coefficients, spec.eps, spec.ns_steps) for spec in specs]
        self.turns = [
            (
                self.update[:, place],
                NewtonSchulz((tensor.shape[0], tensor.shape[1]), settings, dtype),
                as_column([spec.scale(tensor) for spec in specs], dtype),
            )
            for tensor, place in zip(matrices, self.packed.slices, strict=False)
        ]
        self.partner_lr = np.array([spec.partner.lr for spec in specs])
        self.partner = AdamWUpdate(
            [spec.partner.adamw() for spec in specs],
            Ground(self.sorted_params[:, border:], self.sorted_grad[:, border:], ground.slots, rest),
        )

    def tabulate(self, lr: Floats, t: Floats, out: Floats, momentum: Floats | None = None) -> None:
        """See the class."""
        out[0] = lr
        out[1] = 1.0 - lr * self.lost
        out[2] = moved(self.momentum, momentum)
        np.subtract(1.0, out[2], out=out[3])
        self.partner.tabulate(lr * self.partner_lr, t, out[4:])

    def step(self, *factors: Array) -> None:
        """About fifteen calls on whole arrays, AdamW's, and ten for each iteration of each matrix."""
        (rate, kept, keep, new), partners = self._split(factors)
        params, update = self.sorted_params[:, : self.border], self.update
        self.packed.pack(self.params, self.sorted_params)
        self.packed.pack(self.grad, self.sorted_grad)
        self._average(per_run(keep), per_run(new))
        np.multiply(params, kept, out=params)
        np.multiply(update, rate, out=update)
        np.subtract(params, update, out=params)
        self.partner.step(*partners)
        self.packed.unpack(self.sorted_params, self.params)

    def _average(self, keep: Array, new: Array) -> None:
        """b ← μb + (1−μ)g;  update ← s · NS(b), or that of Nesterov's."""
        buffer, update, grad = self.buffer, self.update, self.sorted_grad[:, : self.border]
        np.multiply(grad, new, out=grad)
        np.multiply(buffer, keep, out=buffer)
        np.add(buffer, grad, out=buffer)
        np.copyto(update, buffer)
        if self.nesterov:
            np.multiply(update, keep, out=update)
            np.add(update, grad, out=update)
        for matrix, orthogonalize, scale in self.turns:
            orthogonalize(matrix)
            np.multiply(matrix, scale, out=matrix)

    def _split(self, factors: Sequence[Array]) -> tuple[Sequence[Array], Sequence[Array]]:
        """The factors of the matrices, and the partner's; (R, P) ones sorted like the parameters."""
        if factors[0].shape != self.params.shape:
            return factors[:4], factors[4:]
        for factor, out in zip(factors, self.sorted_factors, strict=True):
            self.packed.pack(factor, out)
        own, partners = self.sorted_factors[:4], self.sorted_factors[4:]
        return list(own[:, :, : self.border]), list(partners[:, :, self.border :])
