"""Maps from what the score loses when a part of the image is taken away."""

import torch
from torch import Tensor

from medrnn.explanation.attribution.method import Asked, counted
from medrnn.explanation.attribution.pictures import line_numbers, segment_steps, to_picture, to_steps
from medrnn.explanation.attribution.replaced import replaced_scores

DRAWS = 8  # other images whose step stands in for each step
WINDOWS = 7  # a window's side is the shorter side of the image by this, and it moves by half of itself


def row_occlusion(asked: Asked) -> Tensor:
    """Zeiler and Fergus 2014, a step at a time."""
    return _falls(asked, asked.base)


def resampled_occlusion(asked: Asked) -> Tensor:
    """The same with steps of other images (their own step of the same place), the mean over the draws."""
    assert asked.others is not None  # ``explain`` has looked
    steps, count = asked.x.shape[1], len(asked.others)
    drawn = torch.randint(count, (DRAWS, steps), generator=asked.generator).to(asked.x.device)
    return _falls(asked, asked.others[drawn, torch.arange(steps, device=asked.x.device)])


def _falls(asked: Asked, replaced: Tensor) -> Tensor:
    with torch.no_grad():
        whole = asked.module(asked.x)[0, asked.target]
        scores = replaced_scores(asked, replaced)
    falls: Tensor = whole - scores.mean(0)
    return falls[None, :, None].expand_as(asked.x)


def column_occlusion(asked: Asked) -> Tensor:
    """Zeiler and Fergus 2014, a line across the steps at a time."""
    return _ablated(asked, line_numbers(asked.x, asked.reading))


def feature_ablation(asked: Asked) -> Tensor:
    """A superpixel at a time."""
    return _ablated(asked, segment_steps(asked.x, asked.reading))


def _ablated(asked: Asked, mask: Tensor) -> Tensor:
    from captum.attr import FeatureAblation

    total = int(mask.max()) + 2
    with torch.no_grad():
        found: Tensor = FeatureAblation(counted(asked, total)).attribute(
            asked.x,
            asked.base,
            target=asked.target,
            feature_mask=mask,
            perturbations_per_eval=min(asked.batch, total - 1),
        )
    return found


def window_of(rows: int, columns: int) -> tuple[int, int]:
    """Side of the window and how far it moves, in pixels."""
    side = min(max(2, round(min(rows, columns) / WINDOWS)), rows, columns)
    return side, max(1, side // 2)


def windows(rows: int, columns: int) -> int:
    """How many places the window goes to."""
    side, by = window_of(rows, columns)
    down, across = (-(-(length - side) // by) + 1 for length in (rows, columns))
    return down * across


def patch_occlusion(asked: Asked) -> Tensor:
    """Zeiler and Fergus 2014, a square window that moves by half of itself; a pixel has the mean of its windows."""
    from captum.attr import Occlusion

    x, base = (to_picture(one, asked.reading) for one in (asked.x, asked.base))
    _, rows, columns, planes = x.shape
    side, by = window_of(rows, columns)
    total = windows(rows, columns)
    forward = counted(asked, total + 1)
    with torch.no_grad():
        found: Tensor = Occlusion(lambda images: forward(to_steps(images, asked.reading))).attribute(
            x,
            sliding_window_shapes=(side, side, planes),
            strides=(by, by, planes),
            baselines=base,
            target=asked.target,
            perturbations_per_eval=min(asked.batch, total),
        )
    return to_steps(found, asked.reading)
