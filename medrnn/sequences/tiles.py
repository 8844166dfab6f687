"""Which place of an image is read at which step, and back."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from medrnn.config import ReadingConfig

if TYPE_CHECKING:
    from torch import Tensor

Array = TypeVar("Array", np.ndarray, "Tensor")
Crop = tuple[int, int, int, int]


def tile_order(config: ReadingConfig) -> list[int]:
    """Which tile is read at each step; tiles are numbered line by line from the top left."""
    columns = 1 if config.is_series else config.size[1] // config.tile[1]
    order = np.arange(config.steps).reshape(-1, columns)
    if config.order == "snake":
        order[1::2] = order[1::2, ::-1]
    tiles: list[int] = order.ravel()[:: 1 if config.direction == "forward" else -1].tolist()
    return tiles


def lines(images: Array, config: ReadingConfig) -> Array:
    """Images as sequences: one row, column or patch at each step.

    Args:
        images: (..., row, column), in colour (..., row, column, 3), a NumPy array or a tensor.
        config: the order, the direction and the channels.

    Returns:
        (..., step, feature) of the same kind.
    """
    tall, wide = config.tile
    down, across = config.size[0] // tall, config.size[1] // wide
    lead: tuple[int, ...] = tuple(images.shape[: -3 if config.is_colour else -2])
    tiles = images.reshape((*lead, down, tall, across, wide * config.planes)).swapaxes(-3, -2)
    return tiles.reshape((*lead, down * across, config.features))[..., tile_order(config), :]


def slices_first(steps: "Tensor", lengths: "Tensor", config: ReadingConfig) -> "Tensor":
    """Sequences of sheets that are not full, without the empty places before their first slice.

    Args:
        steps: (image, step, feature) of the whole sheets, as ``lines`` gives them.
        lengths: (image,) how many slices lie on each, from its top left.
        config: of the sheets.

    Returns:
        (image, step, feature), as many steps as the longest has slices; what stands behind a shorter one is nothing.
    """
    most = int(lengths.max())
    if config.direction == "forward":
        return steps[:, :most]
    import torch

    behind = torch.arange(most, device=steps.device) + config.slices - lengths.to(steps.device)[:, None]
    return steps.take_along_dim((behind % config.slices)[..., None], 1)


def on_sheet(grid: np.ndarray, config: ReadingConfig, wanted: ReadingConfig) -> np.ndarray:
    """A sheet of fewer slices on one for more; the places of those that are missing are black.

    Args:
        grid: (row, column[, 3]).
        config: of the grid.
        wanted: of at least as many slices, all else alike.
    """
    if config.size == wanted.size:
        return grid
    forward = [replace(one, direction="forward") for one in (config, wanted)]
    steps = lines(grid, forward[0])
    missing = np.zeros((wanted.slices - config.slices, steps.shape[1]), steps.dtype)
    return place(np.concatenate([steps, missing]), forward[1])


def tile_places(config: ReadingConfig) -> list[int]:
    """At which step each tile is read; tiles are numbered line by line from the top left."""
    places: list[int] = np.argsort(tile_order(config)).tolist()
    return places


def place(values: Array, config: ReadingConfig) -> Array:
    """The inverse of ``lines``: (..., step, feature) back to (..., row, column), in colour (..., row, column, 3).

    Places of a sheet that no slice lies on are 0.
    """
    tall, wide = config.tile
    down, across = config.size[0] // tall, config.size[1] // wide
    lead: tuple[int, ...] = tuple(values.shape[:-2])
    back = tile_places(config)
    empty = down * across - len(back)
    tiles = values[..., back + [0] * empty, :]
    if empty:
        tiles[..., -empty:, :] = 0
    tiles = tiles.reshape((*lead, down, across, tall, wide * config.planes)).swapaxes(-3, -2)
    return tiles.reshape((*lead, *config.size, 3) if config.is_colour else (*lead, *config.size))


def change_each(
    grid: np.ndarray, config: ReadingConfig, change: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """What is read, changed: the image, or every slice of a sheet by itself.

    Args:
        grid: (row, column[, 3]).
        config: the reading.
        change: of a picture (row, column[, 3]), of the same shape.
    """
    if not config.is_series:
        return change(grid)
    shape = (config.patch, config.patch, *grid.shape[2:])
    slices = [change(one.reshape(shape)).reshape(-1) for one in lines(grid, config)]
    return place(np.stack(slices), config)


def boxes(config: ReadingConfig, crop: Crop) -> np.ndarray:
    """Where each step reads.

    Args:
        config: order, direction and size.
        crop: x, y, width, height of the part that is read, in image pixels; of slices that of their sheet.

    Returns:
        (step, 4) float32: x, y, width, height in image pixels, in reading order.
    """
    x, y, width, height = crop
    tall, wide = config.tile[0] * height / config.size[0], config.tile[1] * width / config.size[1]
    down, across = np.divmod(tile_order(config), config.size[1] // config.tile[1])
    table = [x + across * wide, y + down * tall, np.full(config.steps, wide), np.full(config.steps, tall)]
    return np.stack(table, 1).astype(np.float32)
