"""Small pictures of images of a data set with the place that was read outlined."""

from collections.abc import Sequence

import numpy as np

from medrnn.explanation.index.states import StateIndex
from medrnn.ui.lab import pictures
from medrnn.ui.lab.pictures import Picture
from medrnn.ui.lab.scene import Scene

ENLARGED = 4
ORANGE = (255, 176, 0)


def outlined(index: StateIndex, image: int, start: int, stop: int) -> np.ndarray:
    """(row, column, 3) uint8: the model's input, enlarged, what was read at steps start to stop - 1 outlined."""
    whole = index.picture(image)
    factor = max(1, ENLARGED * 28 // max(whole.shape[:2]))
    picture = whole.repeat(factor, 0).repeat(factor, 1)
    boxes = index.boxes()[start:stop] * factor
    x, y = boxes[:, 0].min(), boxes[:, 1].min()
    right, lower = (boxes[:, 0] + boxes[:, 2]).max(), (boxes[:, 1] + boxes[:, 3]).max()
    x, y, right, lower = int(x), int(y), int(right) - 1, int(lower) - 1
    picture[[y, lower], x : right + 1] = ORANGE
    picture[y : lower + 1, [x, right]] = ORANGE
    return picture


def _where(scene: Scene, start: int, stop: int) -> str:
    """Steps in words, counted from 1; of a sweep the place of its map, of series their slices."""
    if scene.passage.is_sweep:
        row, column = divmod(start, scene.passage.grid[1])
        return f"row {row + 1}, column {column + 1}"
    line = scene.line if scene.reading.config.is_series else "step"
    return f"{line} {stop}" if stop - start == 1 else f"{line}s {start + 1} to {stop}"


def show(
    scene: Scene,
    index: StateIndex,
    found: Sequence[tuple[int, int, int, float]],
    *,
    name: str,
    title: str,
    signed: bool = True,
) -> None:
    """A row of pictures.

    Args:
        scene: whose answer they are beside.
        index: whose images.
        found: (image, first step, the step after the last, value), the best first.
        name: of the files.
        title: stands over the row.
        signed: the value is written with its sign.
    """
    shown = []
    for image, start, stop, value in found:
        caption = f"{index.title(image)}, {_where(scene, start, stop)}: {value:{'+' if signed else ''}.2f}"
        data = {"image": index.title(image), "first step": start + 1, "last step": stop, "value": value}
        shown.append(Picture(outlined(index, image, start, stop), caption, data))
    pictures.show(scene.inference, shown, name=name, title=title, width=112)
