"""Layer normalization."""

from typing import ClassVar, Literal

from lrviz.engine.norms.base import Norm, Normalizer, Site, eps_field


class LayerNorm(Norm):
    """y = γx̂ + β with x̂ = (x − m)/√(v + ε), m and v over the units of a layer, for each example.

    v is the biased variance. A layer of one unit always gives β.
    Paper: Ba, Kiros & Hinton 2016 (arXiv:1607.06450). Reference: `torch.nn.LayerNorm`.
    """

    title: ClassVar[str] = "Layer norm"
    summary: ClassVar[str] = (
        "Every example's numbers in a layer get mean 0 and variance 1; works with any batch."
    )
    kind: Literal["layer_norm"] = "layer_norm"
    eps: float = eps_field()

    def bind(self, site: Site) -> Normalizer:
        """See `Norm`; the same for evaluating."""
        return Normalizer(site, axis=-2, eps=self.eps)
