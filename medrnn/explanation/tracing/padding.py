"""Where the steps of a padded batch lie, and what stands past the end of a sequence."""

import numpy as np
import torch
from torch import Tensor

STATES = ("h", "C")


class Padding:
    """Masks and orders of a padded batch, all (step, batch, 1).

    Attributes:
        past: True past the end of a sequence.
        reversed: which step comes at each place when every sequence is turned round by itself.
        last: the step, or the last that counts.
    """

    def __init__(self, lengths: Tensor, steps: int, device: torch.device) -> None:
        ends, step = lengths.to(device)[None], torch.arange(steps, device=device)[:, None]
        self.past = (step >= ends)[..., None]
        self.reversed = torch.where(step < ends, ends - 1 - step, step)[..., None]
        self.last = torch.minimum(step, ends - 1)[..., None]

    def close(self, symbol: str, values: Tensor, is_backward: bool, start: Tensor | None) -> Tensor:
        """Say what stands past the end: NaN in gates, the state as it was in ``h`` and ``C``.

        Args:
            symbol: of the values.
            values: (step, batch, unit).
            is_backward: reading begins at the last step that counts.
            start: (batch, unit) the state before reading begins, None for zeros.
        """
        if symbol not in STATES:
            return values.masked_fill_(self.past, np.nan)
        if not is_backward:
            return values.gather(0, self.last.expand_as(values))
        if start is None:
            return values.masked_fill(self.past, 0)
        return torch.where(self.past, start, values)


def turn(values: Tensor, padding: Padding | None) -> Tensor:
    """Steps (step, batch, ...) from the last that counts to the first, or back again."""
    return values.flip(0) if padding is None else values.gather(0, padding.reversed.expand_as(values))
