"""How far recomputed states may lie from those of the run before a trace is refused."""

import torch
from torch import Tensor

from medrnn.errors import TraceError
from medrnn.explanation.tracing.given import Given

BOUND = 1e-5  # float32 on the CPU
CUDA_BOUND = 1e-4
DOUBLE_BOUND = 1e-10  # float64 anywhere
USUAL_SUM = 200.0  # of the sizes of what is added up before a sigmoid or tanh; there the bounds above hold
WIDEST = 100  # the bound grows with the sums, to this many times itself


def _largest_sum(given: Given, shown: list[Tensor]) -> float:
    """The largest sum of sizes ``|W_x| |x| + |W_h| |h| + |b|`` that any unit can meet.

    Args:
        given: the weights and the first layer's input.
        shown: ``h`` of each layer and direction in the order of the weights, (step, batch, unit).
    """
    largest, read = 0.0, float(given.x.abs().amax())
    for place, weights in enumerate(given.weights):
        if place % given.ways == 0 and place:
            read = max(float(h.abs().amax()) for h in shown[place - given.ways : place])
        sizes = weights["weight_ih"].abs().sum(1) * read
        sizes += weights["weight_hh"].abs().sum(1) * float(shown[place].abs().amax())
        sizes += weights["bias_ih"].abs() + weights["bias_hh"].abs()
        largest = max(largest, float(sizes.amax()))
    return largest


def check_gaps(gaps: list[Tensor], given: Given, shown: list[Tensor]) -> float:
    """The largest gap of all. The bound grows with the sums, as rounding does, up to 100 times.

    Raises:
        TraceError: it is above the bound, or not a number.
    """
    error = float(torch.stack(gaps).amax())
    bound = DOUBLE_BOUND if given.x.dtype == torch.float64 else CUDA_BOUND if given.x.is_cuda else BOUND
    if error > bound:
        bound *= min(max(_largest_sum(given, shown) / USUAL_SUM, 1.0), WIDEST)
    if not error <= bound:
        raise TraceError(
            f"Expected recomputed states within {bound:.0e} of the fused run, they differ from the fused run by "
            f"{error:.1e}. Do not use this trace; look for weights that are not finite, or run in float64."
        )
    return error
