"""Batch normalization."""

from collections.abc import Mapping
from typing import ClassVar, Literal

import numpy as np

from lrviz.engine.norms.base import Norm, Normalizer, Site, eps_field
from lrviz.engine.parts import field


class BatchNorm(Norm):
    """y = γx̂ + β with x̂ = (x − m)/√(v + ε), m and v over the examples of a batch, for each unit.

    v is the biased variance. For evaluating, m and v are running averages, r ← (1 − μ)r + μ · new with
    μ = `momentum`, which take in the unbiased variance (n/(n − 1) times as large). A batch needs two
    examples. Paper: Ioffe & Szegedy 2015 (arXiv:1502.03167). Reference: `torch.nn.BatchNorm1d`.
    """

    title: ClassVar[str] = "Batch norm"
    summary: ClassVar[str] = "Every unit's numbers get mean 0 and variance 1 over the batch; bears higher α."
    kind: Literal["batch_norm"] = "batch_norm"
    buffers: ClassVar[Mapping[str, float]] = {"running_mean": 0.0, "running_var": 1.0}
    least_batch: ClassVar[int] = 2
    eps: float = eps_field()
    momentum: float = field(
        0.1,
        title="Momentum",
        ge=0.0,
        le=1.0,
        slider=(0.0, 1.0),
        live=True,
        advanced=True,
        help="How much a batch counts in the averages that are used for testing. Too low: they lag behind "
        "the weights, and the test loss is worse than the network. Too high: they are those of the last "
        "few batches, and noisy.",
    )

    def bind(self, site: Site) -> "BatchNormalizer":
        """See `Norm`."""
        return BatchNormalizer(site, self.eps, self.momentum)

    def settled(self, site: Site) -> "SettledNormalizer":
        """See `Norm`; with the running averages."""
        return SettledNormalizer(site, axis=-1, eps=self.eps)


class BatchNormalizer(Normalizer):
    """With the statistics of the batch, which it also tracks."""

    def __init__(self, site: Site, eps: float, momentum: float) -> None:
        super().__init__(site, axis=-1, eps=eps)
        self.momentum = momentum

    def commit(self) -> None:
        """See `Normalizer`."""
        buffers, part, unbiased = self.site.buffers, self.part, self.count / (self.count - 1)
        for running, new, share in (
            (buffers["running_mean"], self.mean, self.momentum),
            (buffers["running_var"], self.variance, self.momentum * unbiased),
        ):
            np.multiply(new, share, out=part)
            np.multiply(running, 1.0 - self.momentum, out=running)
            np.add(running, part, out=running)


class SettledNormalizer(Normalizer):
    """With the running averages; only forward."""

    def forward(self) -> None:
        """out ← y."""
        np.subtract(self.site.x, self._spread(self.site.buffers["running_mean"]), out=self.normal)
        self._finish(self.site.buffers["running_var"])
