"""Stand-ins for snapshots of a training, without one."""

from types import SimpleNamespace

import numpy as np

from lrviz.session.series import Series


def recorded(values, steps=None, capacity=32768):
    """Values (n,) or (n, C) at steps (1..n by default) as a view of a series."""
    values = np.asarray(values, dtype=np.float64)
    values = values.reshape(len(values), -1)
    series = Series(values.shape[1], capacity)
    series.append(np.arange(1, len(values) + 1) if steps is None else np.asarray(steps), values)
    return series.view()


def snapshot(series=None, **fields):
    """What a panel over steps reads of a snapshot."""
    values = {
        "generation": 1,
        "step": 0,
        "planned": 10_000,
        "lr": 0.1,
        "ghost": {},
        "edits": (),
        "diverged_at": None,
    }
    return SimpleNamespace(series=series or {}, **{**values, **fields})
