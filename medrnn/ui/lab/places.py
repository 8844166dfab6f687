"""Small pictures of images of a data set with the place that was read outlined."""

from collections.abc import Iterable

import numpy as np
import streamlit as st

from medrnn import sequences
from medrnn.explanation.states import StateIndex

ENLARGED = 4
ORANGE = (255, 176, 0)


def outlined(index: StateIndex, image: int, start: int, stop: int) -> np.ndarray:
    """(row, column, 3) uint8: the model's input, enlarged, what was read at steps start to stop - 1 outlined."""
    rows, columns = index.reading.size
    factor = max(1, ENLARGED * 28 // max(rows, columns))
    grid = index.grids[image].repeat(factor, 0).repeat(factor, 1)
    picture = np.stack([grid] * 3, -1)
    boxes = sequences.boxes(index.reading, (0, 0, columns, rows))[start:stop] * factor
    x, y = boxes[:, 0].min(), boxes[:, 1].min()
    right, lower = (boxes[:, 0] + boxes[:, 2]).max(), (boxes[:, 1] + boxes[:, 3]).max()
    x, y, right, lower = int(x), int(y), int(right) - 1, int(lower) - 1
    picture[[y, lower], x : right + 1] = ORANGE
    picture[y : lower + 1, [x, right]] = ORANGE
    return picture


def show(index: StateIndex, found: Iterable[tuple[int, int, int, str]]) -> None:
    """A row of pictures.

    Args:
        index: whose images.
        found: (image, first step, the step after the last, caption).
    """
    with st.container(horizontal=True, gap="small"):
        for image, start, stop, caption in found:
            with st.container(width=116, gap=None):
                st.image(outlined(index, image, start, stop), width=112, output_format="PNG", caption=caption)
