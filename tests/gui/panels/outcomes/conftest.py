"""Snapshots of small untrained networks on small data, standing in for a session's."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lrviz.engine.activations import Tanh
from lrviz.engine.datasets.base import Dataset, Table
from lrviz.engine.examples import Examples, load, prepare
from lrviz.engine.features import Feature
from lrviz.engine.losses import Auto
from lrviz.engine.network import Model, Network
from lrviz.session.series import Series
from lrviz.session.snapshot import Status

Make = Callable[..., Any]


def snapshot_of(
    source: Dataset | Table,
    task: str = "",
    *,
    hidden: Sequence[int] = (5,),
    params: Any = None,
    score: float | None = None,
    test_fraction: float = 0.3,
    standardize: bool = True,
    features: Sequence[Feature] = (),
) -> Any:
    """A double of a `Snapshot`; weights are standard normal numbers unless `params` are given."""
    table = source if isinstance(source, Table) else load(source, 0)
    task = task or source.task
    loss = Auto().resolve(task)
    examples: Examples = prepare(
        table,
        task,
        loss,
        test_fraction=test_fraction,
        validation_fraction=0.0,
        standardize=standardize,
        seed=0,
        dtype=np.float32,
        features=features,
    )
    network = Network.build(examples.n_inputs, [(units, Tanh()) for units in hidden], examples.n_outputs)
    if params is None:
        params = np.random.default_rng(1).standard_normal(network.size)
    series = Series(1)
    if score is not None:
        series.append(np.array([10]), np.array([[score]]))
    return SimpleNamespace(
        generation=1,
        step=10,
        status=Status.PAUSED,
        examples=examples,
        model=Model(network, np.broadcast_to(np.asarray(params, dtype=np.float32), (network.size,))),
        loss=loss,
        series={"test score": series.view()},
    )


@pytest.fixture
def snapshot() -> Make:
    return snapshot_of


@pytest.fixture
def three_blobs() -> Table:
    """Three classes in the plane, far apart."""
    random = np.random.default_rng(0)
    labels = np.arange(90) % 3
    centres = np.array([[0.0, 3.0], [-3.0, -2.0], [3.0, -2.0]])
    points = centres[labels] + 0.4 * random.standard_normal((90, 2))
    return Table(points, labels.astype(np.float64), ("x₁", "x₂"), classes=("top", "left", "right"))
