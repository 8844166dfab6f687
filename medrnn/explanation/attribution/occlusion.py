"""Maps from what the score loses when a part of the image is taken away."""

import torch
from torch import Tensor

from medrnn.explanation.attribution.method import Asked


def row_occlusion(asked: Asked) -> Tensor:
    """Zeiler and Fergus 2014, a step at a time."""
    from captum.attr import FeatureAblation

    x = asked.x
    mask = torch.arange(x.shape[1], device=x.device)[None, :, None].expand_as(x)
    with torch.no_grad():
        found: Tensor = FeatureAblation(asked.module).attribute(
            x, asked.base, target=asked.target, feature_mask=mask, perturbations_per_eval=64
        )
    return found
