"""Small indexes with known states, made without a network."""

import numpy as np

from medrnn.config import ReadingConfig
from medrnn.explanation.index.states import StateIndex
from medrnn.types import Trace


def make_index(states, *, labels=None, is_test=None, grids=None, classes=("a", "b"), directions=("forward",)):
    """An index of one layer, whose images are read row by row."""
    count, steps, width = states.shape
    grids = np.zeros((count, steps, 4), np.uint8) if grids is None else grids
    return StateIndex(
        model="made",
        digest="a" * 64,
        data="made",
        classes=classes,
        reading=ReadingConfig(size=grids.shape[1:]),
        layers=1,
        directions=directions,
        states=states.astype(np.float16),
        grids=grids,
        labels=np.zeros(count, np.int64) if labels is None else np.asarray(labels, np.int64),
        is_test=np.zeros(count, bool) if is_test is None else np.asarray(is_test, bool),
        rows=np.arange(count),
    )


def make_trace(states, direction="forward"):
    """A trace of one layer with these states (step, unit)."""
    return Trace(
        {f"layer0/{direction}/h": states.astype(np.float32)}, np.zeros((len(states), 4), np.float32), 0
    )
