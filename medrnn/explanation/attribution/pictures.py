"""The steps as the picture they make: its size, its lines across the steps, its superpixels."""

import numpy as np
import torch
from torch import Tensor

from medrnn.config import ReadingConfig
from medrnn.sequences import lines, place

SEGMENTS = 49  # superpixels, about
COMPACT = 0.15  # how much a superpixel's side counts beside the range from black to white
ROUNDS = 10


def to_picture(x: Tensor, reading: ReadingConfig | None) -> Tensor:
    """Steps (batch, step, feature) as pictures (batch, row, column, plane); of no reading steps are rows."""
    if reading is None:
        return x[..., None]
    images = place(x, reading)
    return images if reading.is_colour else images[..., None]


def to_steps(images: Tensor, reading: ReadingConfig | None) -> Tensor:
    """The inverse of ``to_picture``."""
    if reading is None:
        return images[..., 0]
    return lines(images if reading.is_colour else images[..., 0], reading)


def spread(picture: Tensor, reading: ReadingConfig | None) -> Tensor:
    """One value a pixel (row, column) at every value of the steps that is the pixel's, (1, step, feature)."""
    planes = reading.planes if reading else 1
    return to_steps(picture[None, ..., None].expand(1, *picture.shape, planes), reading).contiguous()


def line_numbers(x: Tensor, reading: ReadingConfig | None) -> Tensor:
    """Which line across the steps each value lies in, (1, step, feature): a column, or a row where columns are read."""
    rows, columns = reading.size if reading else x.shape[1:]
    if reading and reading.order == "columns":
        numbers = torch.arange(rows)[:, None].expand(rows, columns)
    else:
        numbers = torch.arange(columns).expand(rows, columns)
    return spread(numbers, reading).to(x.device)


def grid_of(rows: int, columns: int) -> tuple[int, int]:
    """Superpixels down and across: square, about ``SEGMENTS`` in all, not below 2 x 2 pixels."""
    side = max(2.0, (rows * columns / SEGMENTS) ** 0.5)
    return max(1, round(rows / side)), max(1, round(columns / side))


def segment(picture: np.ndarray) -> np.ndarray:
    """Superpixels: pixels that are alike in grey or colour and lie together, after SLIC (Achanta et al. 2012).

    k-means over place and value, from centres on a grid, so that it is the same each time; unlike SLIC's each pixel
    may go to any centre.

    Args:
        picture: (row, column, plane), in [0, 1].

    Returns:
        (row, column) int, the numbers from 0 without a gap.
    """
    from scipy.cluster.vq import vq

    rows, columns, _ = picture.shape
    down, across = grid_of(rows, columns)
    scale = COMPACT * np.array([down / rows, across / columns])
    places = np.moveaxis(np.mgrid[:rows, :columns], 0, -1) * scale
    points = np.concatenate([places, picture], -1).reshape(rows * columns, -1).astype(np.float64)
    starts = [((np.arange(n) + 0.5) * side / n).astype(int) for n, side in ((down, rows), (across, columns))]
    centres = points.reshape(rows, columns, -1)[np.ix_(*starts)].reshape(down * across, -1)
    for _ in range(ROUNDS):
        labels, _ = vq(points, centres)
        counts = np.bincount(labels, minlength=len(centres))
        sums = np.zeros_like(centres)
        np.add.at(sums, labels, points)
        centres = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
    found: np.ndarray = np.unique(labels, return_inverse=True)[1].reshape(rows, columns)
    return found


def segment_steps(x: Tensor, reading: ReadingConfig | None) -> Tensor:
    """Which superpixel each value of (1, step, feature) belongs to, alike in shape."""
    picture = to_picture(x, reading)[0].detach().float().cpu().numpy()
    return spread(torch.from_numpy(segment(picture)), reading).to(x.device)
