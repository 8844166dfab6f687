"""Maps from gradients, through Captum."""

from collections.abc import Callable

import torch
from torch import Tensor

from medrnn.explanation.attribution.method import Asked, batches, counted

IG_STEPS = 64
SAMPLES = 50  # of SmoothGrad, VarGrad and GradientSHAP
NOISE = 0.15  # standard deviation, of the range from black to white (Smilkov et al. 2017: 0.1 to 0.2)


def integrated_gradients(asked: Asked) -> Tensor:
    """Sundararajan et al. 2017, by Gauss-Legendre quadrature."""
    from captum.attr import IntegratedGradients

    found: Tensor = IntegratedGradients(counted(asked, IG_STEPS)).attribute(
        asked.x,
        asked.base,
        target=asked.target,
        n_steps=IG_STEPS,
        method="gausslegendre",
        internal_batch_size=min(asked.batch, IG_STEPS),
    )
    return found


def saliency(asked: Asked) -> Tensor:
    """Simonyan et al. 2014: the size of the gradient."""
    return gradient(asked, asked.module)(asked.x).abs()


def input_x_gradient(asked: Asked) -> Tensor:
    """Shrikumar et al. 2016: the gradient times the value."""
    from captum.attr import InputXGradient

    found: Tensor = InputXGradient(asked.module).attribute(asked.x.requires_grad_(), target=asked.target)
    return found


def gradient(asked: Asked, forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """How fast the class's score changes with each value of inputs (batch, step, feature), with its sign."""
    from captum.attr import Saliency

    method = Saliency(forward)

    def of(x: Tensor) -> Tensor:
        found: Tensor = method.attribute(x.detach().requires_grad_(), target=asked.target, abs=False)
        return found.detach()

    return of


def _noisy(asked: Asked) -> Tensor:
    """(sample, step, feature) gradients at the image with noise; the noise is drawn on the CPU."""
    of, generator = gradient(asked, counted(asked, SAMPLES)), asked.generator
    return torch.cat([of(asked.x + _noise(asked, some, generator)) for some in batches(SAMPLES, asked.batch)])


def _noise(asked: Asked, some: range, generator: torch.Generator) -> Tensor:
    drawn = torch.randn((len(some), *asked.x.shape[1:]), generator=generator)
    return NOISE * drawn.to(asked.x)


def smoothgrad(asked: Asked) -> Tensor:
    """Smilkov et al. 2017: the mean gradient."""
    return _noisy(asked).mean(0, keepdim=True)


def vargrad(asked: Asked) -> Tensor:
    """Adebayo et al. 2018: the variance of the gradient."""
    return _noisy(asked).var(0, keepdim=True, correction=0)


def gradient_shap(asked: Asked) -> Tensor:
    """Lundberg and Lee 2017; Erion et al. 2021: expected gradients, at random places on the ways from baselines.

    The baselines are other images of the data, where they are given, else the one that was chosen; the gradients are
    taken with a little noise, and the ways end at the image itself.
    """
    of, generator = gradient(asked, counted(asked, SAMPLES)), asked.generator
    total = torch.zeros_like(asked.x)
    for some in batches(SAMPLES, asked.batch):
        base = asked.base if asked.others is None else _drawn(asked.others, len(some), generator)
        along = torch.rand((len(some), 1, 1), generator=generator).to(asked.x)
        ways = asked.x - base
        total += (of(base + along * ways + _noise(asked, some, generator)) * ways).sum(0, keepdim=True)
    return total / SAMPLES


def _drawn(others: Tensor, count: int, generator: torch.Generator) -> Tensor:
    return others[torch.randint(len(others), (count,), generator=generator).to(others.device)]
