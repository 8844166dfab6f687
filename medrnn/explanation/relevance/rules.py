"""How relevance goes back through one operation: it is what autograd carries, in the place of gradients.

Relevance of an output is shared among the inputs by what each contributed to it (the epsilon rule, Bach et al. 2015).
What the bias and the stabiliser contributed is nobody's: it is shared evenly among the inputs of that output (Arras et
al. 2017, equation 2 with delta = 1), so that none is lost.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from medrnn.errors import ConfigError

EPSILON = 1e-3  # Arras et al. 2017
Run = Callable[[Tensor], Tensor]


def stabilise(values: Tensor) -> Tensor:
    """Values moved away from zero by ``EPSILON``, so that they can be divided by."""
    return torch.where(values < 0, values - EPSILON, values + EPSILON)


def _back(run: Run, x: Tensor, relevance: Tensor) -> Tensor:
    """The transpose of what is linear in ``run``, on something of its output's shape."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        (found,) = torch.autograd.grad(run(x), x, relevance)
    return found


class _Linear(Function):
    """An operation that is linear in its input, plus a bias."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, run: Run, spread: Run) -> Tensor:
        """``run`` of x; ``spread`` is the same operation with 1 for every weight, and without a bias."""
        ctx.save_for_backward(x)
        ctx.run, ctx.spread = run, spread
        return run(x)

    @staticmethod
    def backward(ctx: Any, *relevances: Tensor) -> tuple[Tensor, None, None]:
        """By contribution, the rest evenly."""
        (x,) = ctx.saved_tensors
        with torch.no_grad():
            found, rest = ctx.run(x), ctx.run(torch.zeros_like(x))  # the rest is the bias
            total = stabilise(found)
            share = relevances[0] / total
            even = share * (rest + total - found) / ctx.spread(torch.ones_like(x))
        return x * _back(ctx.run, x, share) + _back(ctx.spread, x, even), None, None


class _Passed(Function):
    """An operation through which relevance goes as it is: what comes out of each place came in there."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, run: Run) -> Tensor:
        """``run`` of x, of the same shape."""
        return run(x)

    @staticmethod
    def backward(ctx: Any, *relevances: Tensor) -> tuple[Tensor, None]:
        """As it is."""
        return relevances[0], None


def linear(x: Tensor, run: Run, spread: Run) -> Tensor:
    """An operation whose relevance is shared by contribution.

    Args:
        x: its input.
        run: of x, linear but for a bias.
        spread: the same with 1 for every weight and without a bias: who is an input of which output.
    """
    apply: Any = _Linear.apply  # torch has no types for it
    found: Tensor = apply(x, run, spread)
    return found


def passed(x: Tensor, run: Run) -> Tensor:
    """An operation, a value for a value, whose relevance goes on as it is."""
    apply: Any = _Passed.apply
    found: Tensor = apply(x, run)
    return found


def add(a: Tensor, b: Tensor) -> Tensor:
    """``a + b``: by contribution; what depends on no pixel gets nothing."""
    a, b = torch.broadcast_tensors(a, b)
    if a.requires_grad and b.requires_grad:
        both = torch.stack([a, b])
        return linear(both, _total, _total)
    signal, other = (a, b.detach()) if a.requires_grad else (b, a.detach())
    return passed(signal, lambda values: values + other)


def multiply(a: Tensor, b: Tensor) -> Tensor:
    """``a * b``, a gate and a signal: all goes to the signal.

    Raises:
        ConfigError: both are signals.
    """
    if a.requires_grad and b.requires_grad:
        raise ConfigError(
            "gated-relevance: expected a product of a gate and a signal, got one of two signals. "
            "Choose another method for this module."
        )
    a, b = torch.broadcast_tensors(a, b)
    signal, gate = (a, b.detach()) if a.requires_grad else (b, a.detach())
    return passed(signal, lambda values: values * gate)


def _total(values: Tensor) -> Tensor:
    return values.sum(0)
