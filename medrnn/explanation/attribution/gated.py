"""Maps by the rules of gated cells: the score of the class itself divided over the pixels."""

from torch import Tensor

from medrnn.explanation.attribution.method import Asked
from medrnn.explanation.relevance.hand_back import relevance


def gated_relevance(asked: Asked) -> Tensor:
    """Arras et al. 2017 and 2019; the values sum to the class's logit."""
    return relevance(asked.module, asked.x, asked.target)[0].to(asked.x)
