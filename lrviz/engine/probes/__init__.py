"""Probes: quantities measured from a run's state.

To add one: a file with a `Probe` subclass, its entry in `PROBES`, and its test.
"""

from lrviz.engine.probes.base import Probe
from lrviz.engine.probes.weight_norm import WeightNorm
from lrviz.engine.probes.weight_quantiles import WeightQuantiles

PROBES: dict[str, type[Probe]] = {probe.name: probe for probe in (WeightNorm, WeightQuantiles)}

__all__ = ["PROBES", "Probe", "WeightNorm", "WeightQuantiles"]
