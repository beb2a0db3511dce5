"""Randomness as a function of (seed, purpose, index).

What is drawn for one purpose never depends on what was drawn for another, on how many runs
train together, or on what was looked at: every draw starts its own Philox stream.
Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; `numpy.random.Philox`.
"""

from enum import IntEnum
from typing import Any

import numpy as np


class Purpose(IntEnum):
    """What a random stream is for; the values are part of the meaning of a seed and never change."""

    WEIGHTS = 1
    ORDER = 2
    POINTS = 3
    SPLIT = 4
    NOISE = 5
    DROPOUT = 6


def stream(seed: int, purpose: Purpose, index: int = 0, layer: int = 0) -> np.random.Generator:
    """The generator for `purpose` of `seed`; `index` counts epochs, steps or whatever repeats.

    layer: where each layer has a stream for each index.
    """
    return np.random.Generator(np.random.Philox(key=[seed, int(purpose)], counter=[0, 0, index, layer]))


class Stream:
    """The streams of one seed and purpose by index, without building a generator for each.

    `at(index, layer)` draws what `stream(seed, purpose, index, layer)` would draw.
    """

    def __init__(self, seed: int, purpose: Purpose) -> None:
        self._bits = np.random.Philox(key=[seed, int(purpose)])
        self._generator = np.random.Generator(self._bits)
        self._start: Any = self._bits.state

    def at(self, index: int, layer: int = 0) -> np.random.Generator:
        """The generator at the start of its stream `index`; the one handed out before is the same object."""
        self._start["state"]["counter"][2:] = index, layer
        self._bits.state = self._start
        return self._generator
