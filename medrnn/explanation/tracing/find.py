"""The recurrent network inside a module: which one it is, and whether anything stands between its input and it."""

import torch
from torch import Tensor, nn

from medrnn.errors import TraceError
from medrnn.models.cells import MODULES, Recurrent, find_cell
from medrnn.models.classifier import RecurrentClassifier

NAMES = [f"nn.{kind.__name__}" if issubclass(kind, nn.RNNBase) else kind.__name__ for kind in MODULES]
KNOWN = f"{', '.join(NAMES[:-1])} or {NAMES[-1]}"


def first_weight(rnn: Recurrent) -> Tensor:
    """``weight_ih_l0``, (gate x unit, feature), as it stands: a hook of ``weight_norm`` may have put a tensor there."""
    name = "weight_ih_l0"
    weight: Tensor = getattr(rnn, name)
    return weight


def _check(rnn: Recurrent, may_be_relu: bool) -> None:
    cell = find_cell(rnn.mode)
    if rnn.proj_size or not (cell.is_bounded or may_be_relu):
        raise TraceError("Expected a tanh network without a projection; others are not traced.")
    if type(rnn).forward is not cell.module.forward:
        raise TraceError(
            f"Expected {KNOWN} as it is, got {type(rnn).__name__} with a forward of its own. "
            "Hand over one of these modules with the same weights."
        )
    dtype = first_weight(rnn).dtype
    if dtype not in (torch.float32, torch.float64):
        raise TraceError(f"Expected float32 or float64 weights, got {dtype}. Convert a copy: module.float().")


def find_rnn(module: nn.Module, name: str = "", *, may_be_relu: bool = False) -> Recurrent:
    """A recurrent module inside ``module``, or itself.

    Args:
        module: a user's own, or one of torch's.
        name: which one, as ``module.named_modules`` calls it; "" for the only one.
        may_be_relu: also accept ``nn.RNN(nonlinearity="relu")``, whose states are not bounded by 1.

    Raises:
        TraceError: none or several, none of that name, or one whose equations are not written out here.
    """
    found = {place: part for place, part in module.named_modules() if isinstance(part, MODULES)}
    names = ", ".join(place or "itself" for place in found)
    if not found:
        raise TraceError(f"Expected one {KNOWN} inside, got 0. Hand over a module that holds one.")
    if name and name not in found:
        raise TraceError(f"name: expected one of {names}, got {name!r}.")
    if not name and len(found) > 1:
        raise TraceError(
            f"Expected one {KNOWN} inside, got {len(found)}: {names}. Hand over one of them, such as "
            f"module.{list(found)[-1]}, or choose one by its name: name={list(found)[-1]!r}."
        )
    rnn = found[name] if name else next(iter(found.values()))
    _check(rnn, may_be_relu)
    return rnn


def _is_untouched(module: nn.Module) -> bool:
    """True where a call is the forward of its class and nothing else."""
    return not (module._forward_pre_hooks or module._forward_hooks or "forward" in vars(module))


def takes_state(module: nn.Module, rnn: Recurrent) -> bool:
    """True for the network itself, and for a mere container, which has no forward that could do anything else."""
    return module is rnn or type(module).forward is nn.Module.forward


def reads_directly(module: nn.Module, rnn: Recurrent) -> bool:
    """True where the network is known to read just what the module is given, from a zero state.

    So it is for the network itself, for a mere container and for our own classifier without an encoder, as long as no
    hook or patch (such as those of the old ``weight_norm``) changes a call. Of every other module only a run can tell.
    """
    is_known = takes_state(module, rnn) or (
        type(module) is RecurrentClassifier and module.config.encoder == "none"
    )
    return is_known and _is_untouched(rnn) and _is_untouched(module)
