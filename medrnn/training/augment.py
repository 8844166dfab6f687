"""Light random shift, rotation, scale and intensity: the numbers are drawn first, then applied."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

SHIFT = 0.10  # of the image's side
DEGREES = 12.0
SCALE = 0.12
GAIN = 0.30
OFFSET = 0.15


def draw(count: int, generator: torch.Generator) -> Tensor:
    """(image, 6) uniform numbers in [-1, 1]: x, y, angle, scale, gain, offset."""
    return 2 * torch.rand(count, 6, generator=generator) - 1


def apply(images: Tensor, numbers: Tensor) -> Tensor:
    """Shift by up to 10 % of the side, turn by up to 12 degrees, scale by up to 12 %, change grey values.

    Args:
        images: (image, row, column) in [0, 1].
        numbers: from ``draw``.

    Returns:
        The same shape, in [0, 1]; what moves in from outside repeats the border.
    """
    x, y, angle, scale, gain, offset = numbers.to(images.device).T
    turn, size = angle * math.radians(DEGREES), 1 + SCALE * scale
    cos, sin = turn.cos() * size, turn.sin() * size
    matrix = torch.stack([cos, -sin, 2 * SHIFT * x, sin, cos, 2 * SHIFT * y], 1).reshape(-1, 2, 3)
    grid = F.affine_grid(matrix, [len(images), 1, *images.shape[1:]], align_corners=False)
    moved = F.grid_sample(images[:, None], grid, padding_mode="border", align_corners=False)[:, 0]
    changed: Tensor = moved * (1 + GAIN * gain[:, None, None]) + OFFSET * offset[:, None, None]
    return changed.clamp(0, 1)
