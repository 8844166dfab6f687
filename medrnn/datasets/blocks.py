"""The means of 16 x 16 blocks of images: small enough to tell copies, and for the simplest of classifiers."""

import numpy as np

SIDE = 16
CHUNK = 1_000  # images at once


def _means(values: np.ndarray, axis: int) -> np.ndarray:
    """Means of ``SIDE`` parts of an axis, from floor(k n / 16) to ceil((k + 1) n / 16): adaptive pooling."""
    count = values.shape[axis]
    starts = np.arange(SIDE) * count // SIDE
    stops = -(-np.arange(1, SIDE + 1) * count // SIDE)
    sums = np.cumsum(np.moveaxis(values, axis, 0), 0, dtype=np.float64)
    sums = np.concatenate([np.zeros_like(sums[:1]), sums])
    wide = (stops - starts).reshape(-1, *(1,) * (values.ndim - 1))
    return np.moveaxis((sums[stops] - sums[starts]) / wide, 0, axis)


def block_means(images: np.ndarray) -> np.ndarray:
    """The means of 16 x 16 blocks; they overlap by a pixel where a side is no multiple of 16.

    Args:
        images: (image, row, column) or (image, row, column, 3) of any values.

    Returns:
        (image, 16, 16) or (image, 16, 16, 3) float32.
    """
    parts = [
        _means(_means(some, 1), 2).astype(np.float32)
        for some in np.array_split(images, max(1, -(-len(images) // CHUNK)))
    ]
    return np.concatenate(parts)
