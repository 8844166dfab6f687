"""What an image is compared with, in place of what the network did not see."""

import numpy as np
import torch
from torch import Tensor

from medrnn.config import ReadingConfig
from medrnn.errors import ConfigError
from medrnn.sequences import lines, place

BASELINES = {
    "black": "all black",
    "mean": "the image's mean grey, or its mean colour",
    "blur": "the image, blurred until no structure is left",
}


def _blur(picture: np.ndarray) -> np.ndarray:
    """(row, column[, plane]) blurred along rows and columns by a fifth of the shorter side."""
    from scipy.ndimage import gaussian_filter

    sigma = min(picture.shape[:2]) / 5
    blurred: np.ndarray = gaussian_filter(picture, (sigma, sigma, 0)[: picture.ndim])
    return blurred


def make_baseline(name: str, sequence: Tensor, reading: ReadingConfig | None = None) -> Tensor:
    """What the image is compared with: (step, feature) like the sequence.

    Args:
        name: a key of ``BASELINES``.
        sequence: (step, feature).
        reading: how the steps lie in the image, and whether they are in colour; without it they are grey rows.

    Raises:
        ConfigError: the name is unknown.
    """
    if name == "black":
        return torch.zeros_like(sequence)
    if name == "mean":
        planes = reading.planes if reading else 1
        return (
            sequence.reshape(-1, planes)
            .mean(0)
            .repeat(sequence.shape[1] // planes)
            .expand_as(sequence)
            .clone()
        )
    if name == "blur":
        values = sequence.cpu().numpy()
        blurred = lines(_blur(place(values, reading)), reading) if reading else _blur(values)
        return torch.from_numpy(np.ascontiguousarray(blurred)).to(sequence)
    raise ConfigError(f"baseline: expected one of {', '.join(BASELINES)}, got {name!r}")
