"""Through which modules relevance can be handed back."""

from torch import nn

from medrnn.models.cells import MODULES, find_cell
from medrnn.models.classifier import Classifier

KNOWN = (
    *(
        nn.Linear,
        nn.Conv2d,
        nn.BatchNorm1d,
        nn.BatchNorm2d,
        nn.Dropout,
        nn.Dropout2d,
        nn.Identity,
        nn.Flatten,
    ),
    *(nn.ReLU, nn.LeakyReLU, nn.ELU, nn.GELU, nn.Tanh, nn.Sigmoid, nn.Softmax),
    *(nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d),
)
"""Layers of torch whose operations all have a rule."""


def refuse_relevance(module: nn.Module) -> str | None:
    """Why relevance cannot be handed back through a module, or None.

    Networks of this project all can. Of a stranger's the layers are known here; what its forward does between them is
    known only when it runs, and said then.
    """
    if isinstance(module, Classifier):
        return None
    for name, part in module.named_modules():
        kind = f"{name or 'the module'} is {type(part).__name__}"
        if isinstance(part, MODULES):
            if part.proj_size:
                return f"{kind} with a projection, which has no rule here"
            if type(part).forward is not find_cell(part.mode).module.forward:
                return f"{kind} with a forward of its own; its signals and gates are not known"
        elif not list(part.children()) and type(part) not in KNOWN and list(part.parameters()):
            return f"{kind}, a layer without a rule here"
    return None
