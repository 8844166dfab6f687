"""The one recurrence that gates leave behind: ``C_t = f_t C_{t-1} + w_t``, element by element.

Two ways with one result; neither divides, and products of forget gates in (0, 1) only shrink, so that nothing
overflows.
"""

import numpy as np
import torch
from torch import Tensor


def scan_loop(f: np.ndarray, w: np.ndarray) -> None:
    """The recurrence one step after the other.

    Args:
        f: (step, ...) float.
        w: of the same shape; becomes C.
    """
    part = np.empty_like(w[0])
    for kept, before, cell in zip(f[1:], w, w[1:], strict=False):
        np.multiply(kept, before, part)
        np.add(cell, part, cell)


def scan_doubling(f: Tensor, w: Tensor) -> Tensor:
    """The recurrence in about log2(step) operations over all steps (Hillis and Steele 1986), for a GPU.

    After the round with distance k, step t holds what the last 2k steps have left of a zero state.

    Args:
        f: (step, ...) float on any device, what is kept; not changed.
        w: the same shape and type, what is added; not changed.

    Returns:
        C of the same shape.
    """
    k = 1
    while k < len(w):
        w = torch.cat([w[:k], torch.addcmul(w[k:], f[k:], w[:-k])])
        f = torch.cat([f[:k], f[k:] * f[:-k]])
        k *= 2
    return w


def scan(f: Tensor, w: Tensor) -> Tensor:
    """``C_t = f_t C_{t-1} + w_t`` along the first axis from C = 0.

    Small array operations cost numpy half of what they cost torch, so on the CPU numpy runs over torch's memory.

    Args:
        f: (step, ...) float.
        w: of the same shape and type; the result may take its memory.

    Returns:
        C of the same shape.
    """
    if f.device.type != "cpu":
        return scan_doubling(f, w)
    scan_loop(f.numpy(), w.numpy())
    return w
