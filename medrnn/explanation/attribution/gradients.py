"""Maps from gradients, through Captum."""

from torch import Tensor

from medrnn.explanation.attribution.method import Asked

IG_STEPS = 64


def integrated_gradients(asked: Asked) -> Tensor:
    """Sundararajan et al. 2017, by Gauss-Legendre quadrature."""
    from captum.attr import IntegratedGradients

    found: Tensor = IntegratedGradients(asked.module).attribute(
        asked.x,
        asked.base,
        target=asked.target,
        n_steps=IG_STEPS,
        method="gausslegendre",
        internal_batch_size=IG_STEPS,
    )
    return found


def saliency(asked: Asked) -> Tensor:
    """Simonyan et al. 2014: the size of the gradient."""
    from captum.attr import Saliency

    found: Tensor = Saliency(asked.module).attribute(asked.x.requires_grad_(), target=asked.target, abs=True)
    return found
