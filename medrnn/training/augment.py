"""Random changes of training images: the numbers are drawn first, then applied, so that a change can be repeated."""

import math
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from medrnn import sequences
from medrnn.config import ReadingConfig, Strength, TrainConfig

BASE = 6  # x, y, angle, scale, gain, offset
MORE = 7  # blur, coarseness, mirrored across, mirrored down, red, green, blue
PARTS = 6  # how much is cut off, its x and y, how much is erased, its x and y


STRENGTHS = {
    "shape": Strength(gain=0.0, offset=0.0),
    "light": Strength(),
    "films": Strength(scale=0.25, shift=0.12, blur=1.0, coarse=2.0),
    "cells": Strength(degrees=180.0, scale=0.15, gain=0.2, offset=0.1, mirror="both", stain=0.1),
}
LIGHT = STRENGTHS["light"]


def strength_of(config: TrainConfig) -> Strength | None:
    """What a recipe does to training images; None where they stay as they are."""
    return config.strength if config.augment == "own" else STRENGTHS.get(config.augment)


def numbers_of(strength: Strength) -> int:
    """How many numbers are drawn for an image; a group of changes that are off draws none."""
    is_more = strength.blur or strength.coarse > 1 or strength.is_mirrored or strength.stain
    has_parts = strength.crop or strength.erase
    return BASE + (MORE if is_more or has_parts else 0) + (PARTS if has_parts else 0)


def draw(count: int, generator: torch.Generator, strength: Strength = LIGHT) -> Tensor:
    """(image, number) uniform in [-1, 1]: x, y, angle, scale, gain, offset, and where needed blur, coarseness, mirror
    across and down, red, green, blue, and where needed the size, x and y of what is cut off and of what is erased."""
    return 2 * torch.rand(count, numbers_of(strength), generator=generator) - 1


def _move(images: Tensor, numbers: Tensor, strength: Strength) -> Tensor:
    """(image, plane, row, column) shifted, turned, scaled and mirrored; what moves in repeats the border."""
    x, y, angle, scale = numbers[:, :4].T
    turn, size = angle * math.radians(strength.degrees), 1 + strength.scale * scale
    cos, sin = turn.cos() * size, turn.sin() * size
    matrix = torch.stack([cos, -sin, 2 * strength.shift * x, sin, cos, 2 * strength.shift * y], 1).reshape(
        -1, 2, 3
    )
    if strength.is_mirrored:
        across, down = (torch.where(numbers[:, k] < 0, -1.0, 1.0) for k in (BASE + 2, BASE + 3))
        whole = torch.ones_like(across)
        across = across if strength.mirror in ("across", "both") else whole
        down = down if strength.mirror in ("down", "both") else whole
        matrix = matrix * torch.stack([across, down, whole], 1)[:, None]
    if strength.crop:
        cut = strength.crop * numbers[:, BASE + MORE].abs()
        matrix = matrix * torch.stack([1 - cut, 1 - cut, torch.ones_like(cut)], 1)[:, None]
        matrix[..., 2] += cut[:, None] * numbers[:, BASE + MORE + 1 : BASE + MORE + 3]
    grid = F.affine_grid(matrix, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _soften(images: Tensor, sigmas: Tensor) -> Tensor:
    """Each image (image, plane, row, column) under a Gaussian of its own; a sigma of 0 leaves it as it is."""
    reach = max(1, math.ceil(2.5 * float(sigmas.max())))
    steps = torch.arange(-reach, reach + 1, device=images.device)
    kernel = (-(steps**2) / (2 * sigmas.clamp(min=1e-3)[:, None] ** 2)).exp()
    kernel = kernel / kernel.sum(1, keepdim=True)
    count, planes, rows, columns = images.shape
    flat = images.reshape(1, count * planes, rows, columns)
    kernel = kernel.repeat_interleave(planes, 0)
    for shape, pad in (
        ((1, 2 * reach + 1), (reach, reach, 0, 0)),
        ((2 * reach + 1, 1), (0, 0, reach, reach)),
    ):
        padded = F.pad(flat, pad, mode="replicate")
        flat = F.conv2d(padded, kernel.reshape(-1, 1, *shape), groups=count * planes)
    return flat.reshape(images.shape)


def _coarsen(images: Tensor, factors: Tensor) -> Tensor:
    """Each image averaged down by its own factor and brought back; 1 leaves it as it is. Factors go by quarters."""
    found = images.clone()
    quarters = (4 * factors).round().long()
    for quarter in quarters.unique().tolist():
        if quarter <= 4:
            continue
        chosen = (quarters == quarter).nonzero()[:, 0]
        size = [max(2, round(4 * side / quarter)) for side in images.shape[-2:]]
        small = F.interpolate(images[chosen], size, mode="bilinear", antialias=True, align_corners=False)
        found[chosen] = F.interpolate(small, images.shape[-2:], mode="bilinear", align_corners=False)
    return found


def _erase(images: Tensor, shares: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """A square of each image (image, plane, row, column) under its mean; a share of 0 leaves it whole."""
    rows, columns = images.shape[-2:]
    half = (shares * rows * columns).sqrt() / 2
    down, across = (torch.arange(side, device=images.device) + 0.5 for side in (rows, columns))
    is_row = ((down - (1 + y[:, None]) / 2 * rows).abs() < half[:, None])[:, None, :, None]
    is_column = ((across - (1 + x[:, None]) / 2 * columns).abs() < half[:, None])[:, None, None, :]
    return torch.where(is_row & is_column, images.mean((-2, -1), keepdim=True), images)


def vary(grids: Tensor, reading: ReadingConfig, numbers: Tensor, strength: Strength) -> Tensor:
    """Change what a reading's images are: of a series every slice alike.

    Args:
        grids: (image, row, column[, 3]) in [0, 1], as ``evaluate.to_grids`` gives them.
        reading: of the images.
        numbers: from ``draw`` with the same strength.
        strength: what may change, and how much.

    Returns:
        The same shape, in [0, 1].
    """
    if not reading.is_series:
        return apply(grids, numbers, strength)
    side, planes = reading.patch, reading.planes
    stacks = sequences.lines(grids, reading).reshape(len(grids), reading.slices, side, side, planes)
    flat = stacks.permute(0, 2, 3, 1, 4).flatten(3)  # a slice is a plane
    varied = apply(flat, numbers, replace(strength, stain=0.0)).reshape(len(grids), side, side, -1, planes)
    return sequences.place(varied.permute(0, 3, 1, 2, 4).reshape(len(grids), reading.slices, -1), reading)


def apply(images: Tensor, numbers: Tensor, strength: Strength = LIGHT) -> Tensor:
    """Change each image by its numbers: place, then sharpness, then intensity, then what is erased.

    Args:
        images: (image, row, column) or (image, row, column, 3) in [0, 1].
        numbers: from ``draw`` with the same strength.
        strength: what may change, and how much.

    Returns:
        The same shape, in [0, 1]; what moves in from outside repeats the border.
    """
    numbers = numbers.to(images.device)
    planes = images[:, None] if images.ndim == 3 else images.movedim(-1, 1)
    changed = _move(planes, numbers, strength)
    if strength.coarse > 1:
        changed = _coarsen(changed, 1 + (strength.coarse - 1) * numbers[:, BASE + 1].clamp(min=0))
    if strength.blur:
        changed = _soften(changed, strength.blur * numbers[:, BASE].clamp(min=0))
    gain, offset = (numbers[:, k, None, None, None] for k in (4, 5))
    gains = 1 + strength.gain * gain
    if strength.stain and planes.shape[1] == 3:
        gains = gains + strength.stain * numbers[:, BASE + 4 : BASE + 7, None, None]
    changed = (changed * gains + strength.offset * offset).clamp(0, 1)
    if strength.erase:
        share, x, y = numbers[:, BASE + MORE + 3 :].T
        changed = _erase(changed, strength.erase * share.clamp(min=0), x, y)
    return changed[:, 0] if images.ndim == 3 else changed.movedim(1, -1)
