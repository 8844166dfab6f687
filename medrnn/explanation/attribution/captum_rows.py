"""Row occlusion as Captum does it, every input read whole: what ours is measured against."""

import numpy as np
import torch
from torch import Tensor, nn


def captum_rows(module: nn.Module, x: Tensor, base: Tensor, target: int, batch: int = 1) -> np.ndarray:
    """Captum's FeatureAblation with one feature a step.

    Args:
        module: in evaluation mode.
        x: (step, feature).
        base: (step, feature).
        target: index of the class.
        batch: inputs at a time; Captum's default is 1.

    Returns:
        (step, feature).
    """
    from captum.attr import FeatureAblation

    mask = torch.arange(len(x), device=x.device)[None, :, None].expand(1, *x.shape)
    with torch.no_grad():
        found: Tensor = FeatureAblation(module).attribute(
            x[None], base[None], target=target, feature_mask=mask, perturbations_per_eval=batch
        )
    values: np.ndarray = found[0].cpu().numpy()
    return values
