"""Dropout masks as a function of (order seed, step, layer)."""

import tracemalloc

import numpy as np
import pytest

from lrviz.engine.dropout import Masks
from lrviz.engine.random import Purpose, stream
from lrviz.engine.stages import Dropped

UNITS, BATCH = 6, 5


def masks_of(seeds=(3,), p=0.25, depth=1, length=8, shape=(UNITS, BATCH), dtype=np.float64):
    full = shape if len(seeds) == 1 else (len(seeds), *shape)
    stage = Dropped(depth, p, np.empty(full, dtype=dtype), np.empty(full, dtype=dtype))
    return stage, Masks(stage, seeds, length)


def drawn(step, length, **settings):
    """The masks of `length` steps after `step`, (K, ...)."""
    stage, masks = masks_of(length=length, **settings)
    masks.fill(np.atleast_1d(step), length)
    found = []
    for k in range(length):
        masks.use(k)
        found.append(stage.mask.copy())
    return np.array(found)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_mask_is_drawn_from_order_seed_step_and_layer(dtype):
    for step, mask in enumerate(drawn(40, 8, depth=2, dtype=dtype), 41):
        uniform = stream(3, Purpose.DROPOUT, step, layer=2).random((UNITS, BATCH), dtype=np.float32)
        np.testing.assert_array_equal(mask, np.where(uniform < np.float32(0.25), 0.0, dtype(1.0 / 0.75)))
        assert mask.dtype == dtype


def test_masks_do_not_depend_on_how_many_are_drawn_at_once():
    singly = [drawn(40 + k, 1)[0] for k in range(8)]
    np.testing.assert_array_equal(drawn(40, 8), singly)


def test_masks_differ_between_steps_layers_and_seeds():
    seen = {
        mask.tobytes()
        for seed in (0, 1)
        for depth in (1, 2)
        for mask in drawn(0, 8, seeds=(seed,), depth=depth)
    }
    assert len(seen) == 32


def test_a_larger_share_drops_what_a_smaller_one_drops_and_more():
    few, many = drawn(0, 8, p=0.2) == 0.0, drawn(0, 8, p=0.6) == 0.0
    assert few.sum() < many.sum()
    assert (many | ~few).all()


def test_each_run_among_others_has_the_masks_it_has_alone():
    seeds, steps = (5, 5, 7, 5), np.array([10, 10, 10, 11])
    together = drawn(steps, 8, seeds=seeds)
    for row, (seed, step) in enumerate(zip(seeds, steps, strict=True)):
        np.testing.assert_array_equal(together[:, row], drawn(step, 8, seeds=(seed,)))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_the_share_that_is_dropped_is_p_and_the_mean_stays(p):
    masks = drawn(0, 20, p=p, shape=(50, 40))
    # Five standard errors of a share of 40,000 numbers.
    error = 5 * np.sqrt(p * (1 - p) / masks.size)
    assert abs((masks == 0.0).mean() - p) < error
    assert abs(masks.mean() - 1.0) < error / (1 - p)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_drawing_masks_allocates_no_arrays(dtype):
    _, masks = masks_of(shape=(64, 64), dtype=dtype)
    step = np.array([0])
    for _ in range(2):
        tracemalloc.start()
        try:
            masks.fill(step, 8)
            masks.use(3)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 4096
