"""A copy of a network to work on: the network itself may be running for somebody else at the same time."""

import copy

from torch import Tensor, nn

from medrnn.models.classifier import Classifier


def own_copy(model: Classifier) -> Classifier:
    """A copy in evaluation mode that shares every weight, so that parts of it can be replaced or listened to."""
    shared = {id(values): values for values in (*model.parameters(), *model.buffers())}
    return copy.deepcopy(model, shared).eval()


def whole_copy(module: nn.Module) -> nn.Module:
    """A copy of any module with weights of its own; tensors that were computed (``weight_norm``) come as they are."""
    kept = (value for part in module.modules() for value in vars(part).values())
    computed = {
        id(value): value.detach().clone() for value in kept if isinstance(value, Tensor) and not value.is_leaf
    }
    return copy.deepcopy(module, computed)
