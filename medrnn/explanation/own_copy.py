"""A copy of a network to work on: the network itself may be running for somebody else at the same time."""

import copy

from medrnn.models.classifier import Classifier


def own_copy(model: Classifier) -> Classifier:
    """A copy in evaluation mode that shares every weight, so that parts of it can be replaced or listened to."""
    shared = {id(values): values for values in (*model.parameters(), *model.buffers())}
    return copy.deepcopy(model, shared).eval()
