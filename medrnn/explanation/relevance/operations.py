"""What each operation of torch does with relevance: a forward under the mode is one rule after another."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from medrnn.errors import ConfigError
from medrnn.explanation.relevance import rules

Rule = Callable[..., Any]


def _linear(function: Rule, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    ones = torch.ones_like(weight)
    return rules.linear(
        x, lambda values: function(values, weight, bias), lambda values: function(values, ones)
    )


def _conv2d(
    function: Rule, x: Tensor, weight: Tensor, bias: Tensor | None = None, *places: Any, **named: Any
) -> Tensor:
    """What lies beyond the border is no input: it gets no share of the bias."""
    ones = torch.ones_like(weight)
    return rules.linear(
        x,
        lambda values: function(values, weight, bias, *places, **named),
        lambda values: function(values, ones, None, *places, **named),
    )


def _averaged(function: Rule, x: Tensor, *places: Any, **named: Any) -> Tensor:
    """Sums and means: their weights are alike, so they say themselves how a rest is shared."""

    def run(values: Tensor) -> Tensor:
        found: Tensor = function(values, *places, **named)
        return found

    return rules.linear(x, run, run)


def _passed(function: Rule, x: Tensor, *places: Any, **named: Any) -> Tensor:
    """A value for a value; of a clone, because some write over what they are given."""
    return rules.passed(x, lambda values: function(values.clone(), *places, **named))


def _gate(function: Rule, x: Tensor, *places: Any, **named: Any) -> Tensor:
    """What sigmoid, softmax and exp give says how much of a signal passes: it gets no relevance."""
    found: Tensor = function(x.detach(), *places, **named)
    return found


def _add(function: Rule, a: Any, b: Any) -> Tensor:
    return rules.add(torch.as_tensor(a), torch.as_tensor(b))


def _subtract(function: Rule, a: Any, b: Any) -> Tensor:
    return rules.add(torch.as_tensor(a), rules.passed(torch.as_tensor(b), torch.neg))


def _divide(function: Rule, a: Any, b: Any) -> Tensor:
    if _flows(b):
        raise ConfigError(
            "gated-relevance: expected a signal divided by a number or a gate, got one divided by a signal. "
            "Choose another method for this module."
        )
    return rules.multiply(torch.as_tensor(a), 1 / torch.as_tensor(b))


def _multiply(function: Rule, a: Any, b: Any) -> Tensor:
    return rules.multiply(torch.as_tensor(a), torch.as_tensor(b))


MOVING = {
    *("cat", "stack", "chunk", "split", "unbind", "__getitem__", "select", "narrow", "index_select"),
    *("reshape", "view", "flatten", "unflatten", "squeeze", "unsqueeze", "expand", "expand_as", "repeat"),
    *("transpose", "swapaxes", "movedim", "permute", "flip", "t", "__get__"),  # the last of x.T and x.mT
    *("clone", "contiguous", "to", "double", "float"),
    *("amax", "max", "cummax", "max_pool2d", "adaptive_max_pool2d"),  # the largest takes all
}
"""Operations that move or choose values: autograd moves relevance back the same way."""

RULES: Mapping[str, Rule] = {
    "linear": _linear,
    "conv2d": _conv2d,
    **dict.fromkeys(("mean", "sum", "cumsum", "avg_pool2d", "adaptive_avg_pool2d"), _averaged),
    **dict.fromkeys(("relu", "tanh", "leaky_relu", "elu", "gelu"), _passed),
    **dict.fromkeys(("batch_norm", "dropout"), _passed),  # in evaluation mode
    **dict.fromkeys(("sigmoid", "softmax", "exp"), _gate),
    **dict.fromkeys(("add", "__add__", "__radd__"), _add),
    **dict.fromkeys(("sub", "__sub__"), _subtract),
    **dict.fromkeys(("mul", "__mul__", "__rmul__"), _multiply),
    **dict.fromkeys(("div", "__truediv__"), _divide),
}
"""Operations by their name in torch; a method, an operator and a function of one name are one operation."""


def _flows(values: Any) -> bool:
    """True where something in there depends on the pixels."""
    if isinstance(values, Tensor):
        return values.requires_grad
    return isinstance(values, tuple | list) and any(_flows(one) for one in values)


class Relevance(TorchFunctionMode):
    """While it is on, in this thread, what autograd would carry back is relevance."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """One operation by its rule.

        Raises:
            ConfigError: it has none.
        """
        named, name = kwargs or {}, getattr(func, "__name__", str(func))
        if not torch.is_grad_enabled():  # inside a rule, where nothing flows
            return func(*args, **named)
        if name in RULES and (_flows(args) or _flows(tuple(named.values()))):
            return RULES[name](func, *args, **named)
        found = func(*args, **named)
        if name in MOVING or not _flows(found):
            return found
        raise ConfigError(
            f"gated-relevance: expected operations that it has a rule for, got {name!r}. "
            "Choose another method for this module."
        )
