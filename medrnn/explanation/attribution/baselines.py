"""What an image is compared with, in place of what the network did not see."""

import numpy as np
import torch
from torch import Tensor

from medrnn.config import ReadingConfig
from medrnn.errors import ConfigError
from medrnn.models.tensors import to_tensor
from medrnn.sequences import change_each, lines, place

BASELINES = {
    "black": "all black",
    "mean": "the image's mean grey, or its mean colour",
    "blur": "the image, blurred until no structure is left",
    "noise": "random greys, each as likely as any other",
}
IMAGE = "image"  # another image, given as an array


def _blur(picture: np.ndarray) -> np.ndarray:
    """(row, column[, plane]) blurred along rows and columns by a fifth of the shorter side."""
    from scipy.ndimage import gaussian_filter

    sigma = min(picture.shape[:2]) / 5
    blurred: np.ndarray = gaussian_filter(picture, (sigma, sigma, 0)[: picture.ndim])
    return blurred


def take_image(image: np.ndarray | Tensor, sequence: Tensor) -> Tensor:
    """Another image to compare with, (step, feature) like the sequence.

    Raises:
        ConfigError: it has another shape.
    """
    if tuple(image.shape) != tuple(sequence.shape):
        wanted, got = (" x ".join(map(str, one.shape)) for one in (sequence, image))
        raise ConfigError(
            f"baseline: expected an image of {wanted} (step, feature) as the model reads it, got {got}."
        )
    return to_tensor(image).to(sequence)


def make_baseline(
    name: str, sequence: Tensor, reading: ReadingConfig | None = None, *, seed: int = 0
) -> Tensor:
    """What the image is compared with: (step, feature) like the sequence.

    Args:
        name: a key of ``BASELINES``.
        sequence: (step, feature).
        reading: how the steps lie in the image, and whether they are in colour; without it they are grey rows.
        seed: of the noise, which is the same on every device.

    Raises:
        ConfigError: the name is unknown.
    """
    if name == "noise":
        return torch.rand(sequence.shape, generator=torch.Generator().manual_seed(seed)).to(sequence)
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
        values = sequence.to(torch.promote_types(sequence.dtype, torch.float32)).cpu().numpy()
        blurred = (
            lines(change_each(place(values, reading), reading, _blur), reading) if reading else _blur(values)
        )
        return torch.from_numpy(np.ascontiguousarray(blurred)).to(sequence)
    if name == IMAGE:
        raise ConfigError("baseline: another image was asked for and none was given.")
    raise ConfigError(f"baseline: expected one of {', '.join(BASELINES)}, {IMAGE}, got {name!r}")
