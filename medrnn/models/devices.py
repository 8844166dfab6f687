"""Which device runs, and two promises about it: exact float32 on request, and a plain error when memory ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from medrnn.errors import DeviceError


def list_devices() -> tuple[str, ...]:
    """("cpu", "cuda:0", ...): the CPU and each GPU that torch can use."""
    return ("cpu", *(f"cuda:{k}" for k in range(torch.cuda.device_count())))


def find_device(name: str) -> torch.device:
    """The device of that name; "cuda" means the first GPU.

    Raises:
        DeviceError: it does not exist here.
    """
    wanted = "cuda:0" if name == "cuda" else name
    if wanted not in list_devices():
        raise DeviceError(
            f"Expected one of {', '.join(list_devices())}, got {name!r}. Choose a device that this machine has."
        )
    return torch.device(wanted)


@contextmanager
def memory_guard() -> Iterator[None]:
    """Turn CUDA's out-of-memory into one sentence."""
    try:
        yield
    except torch.cuda.OutOfMemoryError:
        torch.cuda.empty_cache()
        raise DeviceError("The GPU's memory ran out. Run on the CPU, or take a smaller batch.") from None


@contextmanager
def exact_float32() -> Iterator[None]:
    """IEEE float32 in cuDNN's recurrent networks and in matrix products, where TF32 is the default."""
    rnn: Any = torch.backends.cudnn.rnn  # torch puts an object in the place of this module
    matmul = torch.backends.cuda.matmul
    before = rnn.fp32_precision, matmul.fp32_precision
    rnn.fp32_precision = matmul.fp32_precision = "ieee"
    try:
        yield
    finally:
        rnn.fp32_precision, matmul.fp32_precision = before


@contextmanager
def evaluating(module: torch.nn.Module) -> Iterator[None]:
    """Evaluation mode for a while; each part gets its own training flag back."""
    flags = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, flag in flags:
            part.training = flag


@contextmanager
def differentiable(module: torch.nn.Module) -> Iterator[None]:
    """Let gradients flow back through a network in evaluation mode; everything is given back as found.

    cuDNN's recurrent networks cannot run backward in evaluation mode, so cuDNN is off for the while. The
    weights' own gradients are not asked for, so that none is left behind.
    """
    flags = [(weight, weight.requires_grad) for weight in module.parameters()]
    before = torch.backends.cudnn.enabled
    try:
        torch.backends.cudnn.enabled = False
        for weight, _ in flags:
            weight.requires_grad_(False)
        with evaluating(module), torch.enable_grad(), memory_guard(), exact_float32():
            yield
    finally:
        torch.backends.cudnn.enabled = before
        for weight, flag in flags:
            weight.requires_grad_(flag)
