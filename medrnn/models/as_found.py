"""Run a module that is somebody else's, and hand it back as it was found."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

Attributes = dict[str, tuple[Any, Any]]


def _attributes(part: nn.Module) -> Attributes:
    """Every attribute with, of a list or dict, a copy of what it holds: weights, hooks and parts stand in dicts."""
    return {
        name: (value, copy.copy(value) if isinstance(value, list | dict) else None)
        for name, value in vars(part).items()
    }


def _put_back(part: nn.Module, found: Attributes) -> None:
    for value, content in found.values():
        if isinstance(value, list):
            value[:] = content
        elif isinstance(value, dict):
            value.clear()
            value.update(content)
    vars(part).clear()
    vars(part).update({name: value for name, (value, _) in found.items()})


@contextmanager
def as_found(module: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients for a while; then every attribute of every part is what it was.

    That holds for training flags, hooks, the weight that the old ``weight_norm`` keeps as an attribute, counters and
    states that a forward leaves on the module, and the values of buffers. What a forward changes inside other objects
    is not seen.
    """
    parts = [(part, _attributes(part)) for part in module.modules()]
    buffers = [(buffer, buffer.clone()) for buffer in module.buffers()]
    try:
        with torch.no_grad():
            module.eval()
            yield
    finally:
        for part, found in parts:
            _put_back(part, found)
        with torch.no_grad():
            for buffer, values in buffers:
                buffer.copy_(values)
