"""Arrays to torch."""

import numpy as np
import torch
from torch import Tensor


def to_tensor(values: np.ndarray | Tensor) -> Tensor:
    """A tensor as it is; of an array a copy, since arrays are shared between visitors and torch might write to them."""
    return values if isinstance(values, Tensor) else torch.tensor(values)
