"""A block is what the trainer needs to know."""

from dataclasses import FrozenInstanceError

import pytest


def test_a_block_counts_its_runs(block):
    assert block((0.1, 0.2, 0.3)).runs == 3
    assert block((0.1,)).runs == 1


def test_a_block_cannot_be_changed(block):
    with pytest.raises(FrozenInstanceError):
        block().steps = 7
