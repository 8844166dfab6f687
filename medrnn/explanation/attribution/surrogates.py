"""Linear models of what superpixels do to the score: LIME and Kernel SHAP, through Captum."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from medrnn.explanation.attribution.method import Asked, counted
from medrnn.explanation.attribution.pictures import segment_steps

SAMPLES = 1000
KERNEL = 0.25  # width in cosine distance, as in the authors' own program for images


def lime(asked: Asked) -> Tensor:
    """Ribeiro et al. 2016: ridge regression on superpixels there or not, images near the whole one count more."""
    from captum._utils.models.linear_model import SkLearnRidge
    from captum.attr import Lime

    generator = asked.generator

    def draw(x: Tensor, **settings: Any) -> Tensor:
        count = settings["num_interp_features"]
        return torch.randint(2, (1, count), generator=generator).to(x.device)

    def near(x: Tensor, changed: Tensor, there: Tensor, **settings: Any) -> Tensor:
        distance = 1 - there.double().mean().sqrt()  # cosine distance of ``there`` to all ones
        return torch.exp(-((distance / KERNEL) ** 2) / 2)[None]

    return _fit(Lime(_forward(asked), SkLearnRidge(alpha=1.0), near, draw), asked)


def kernel_shap(asked: Asked) -> Tensor:
    """Lundberg and Lee 2017: Shapley values of superpixels by weighted regression over drawn coalitions.

    Each coalition is drawn with all that it leaves out (Covert and Lee 2021), from our own generator.
    """
    from captum.attr import KernelShap

    if not segment_steps(asked.x, asked.reading).any():
        return _alone(asked)
    generator = asked.generator

    def draw(x: Tensor, **settings: Any) -> Iterator[Tensor]:
        for there in coalitions(settings["num_interp_features"], generator):
            yield there[None].to(x.device)

    method = KernelShap(_forward(asked))
    method.perturb_func = draw
    return _fit(method, asked)


def _alone(asked: Asked) -> Tensor:
    """The value of a superpixel that is all of the image: the whole difference of the scores."""
    with torch.no_grad():
        scores = asked.module(torch.cat([asked.x, asked.base]))[:, asked.target]
    fall: Tensor = scores[0] - scores[1]
    return fall.expand_as(asked.x)


def coalitions(count: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Everything, nothing, then subsets by the Shapley kernel and what each leaves out; each (count,) of 0 and 1."""
    yield torch.ones(count, dtype=torch.long)
    yield torch.zeros(count, dtype=torch.long)
    sizes = torch.arange(1, count, dtype=torch.double)
    chances = 1 / (sizes * (count - sizes))
    while True:
        size = 1 + int(torch.multinomial(chances, 1, generator=generator))
        there = torch.zeros(count, dtype=torch.long)
        there[torch.randperm(count, generator=generator)[:size]] = 1
        yield there
        yield 1 - there


def _forward(asked: Asked) -> Any:
    forward = counted(asked, SAMPLES)

    def exact(x: Tensor) -> Tensor:
        found = forward(x)
        return found.to(torch.promote_types(found.dtype, torch.float32))  # numpy has no bfloat16

    return exact


def _fit(method: Any, asked: Asked) -> Tensor:
    """The weight of each superpixel, at all its values."""
    with torch.no_grad(), torch.random.fork_rng(devices=[]):  # Captum's loader of samples draws a number
        found: Tensor = method.attribute(
            asked.x,
            baselines=asked.base,
            target=asked.target,
            feature_mask=segment_steps(asked.x, asked.reading),
            n_samples=SAMPLES,
            perturbations_per_eval=asked.batch,
        )
    return found
