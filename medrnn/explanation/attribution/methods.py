"""Every method by its name, in display order; and those that are refused, with the reason."""

from functools import lru_cache

import torch
from torch import nn

from medrnn.config import ModelConfig, ReadingConfig
from medrnn.errors import ConfigError
from medrnn.explanation.attribution import gradients, occlusion, surrogates
from medrnn.explanation.attribution.gated import (
    contextual_decomposition,
    gated_relevance,
    refuse_decomposition,
)
from medrnn.explanation.attribution.grad_cam import grad_cam, refuse_without_convolution
from medrnn.explanation.attribution.method import Method
from medrnn.explanation.attribution.pictures import grid_of
from medrnn.explanation.attribution.rescaling import kept_steps, temporal_rescaling
from medrnn.explanation.relevance.refusals import refuse_relevance
from medrnn.models.cards import Card
from medrnn.models.networks import NETWORKS


def _superpixels(rows: int, columns: int) -> int:
    down, across = grid_of(rows, columns)
    return down * across


METHODS = {
    "integrated-gradients": Method(
        "Integrated gradients",
        "How much each pixel added to the class's score on the way from the baseline to the image "
        "(Sundararajan et al. 2017); the values sum to the difference of the two scores.",
        gradients.integrated_gradients,
        lambda steps, pixels: 3 * gradients.IG_STEPS,
        has_baseline=True,
        is_complete=True,
    ),
    "saliency": Method(
        "Saliency",
        "How fast the class's score changes with each pixel, without sign (Simonyan et al. 2014). In a row reader "
        "gradients fade toward early rows, so this map leans to the last rows read.",
        gradients.saliency,
        lambda steps, pixels: 3,
        is_signed=False,
    ),
    "input-x-gradient": Method(
        "Input x gradient",
        "How fast the class's score changes with each pixel, times the pixel (Shrikumar et al. 2016): what is black "
        "has no value.",
        gradients.input_x_gradient,
        lambda steps, pixels: 3,
    ),
    "smoothgrad": Method(
        "SmoothGrad",
        f"The mean gradient of the class's score over {gradients.SAMPLES} copies of the image with noise of "
        f"{100 * gradients.NOISE:.0f} % of the range (Smilkov et al. 2017).",
        gradients.smoothgrad,
        lambda steps, pixels: 3 * gradients.SAMPLES,
        is_random=True,
        samples=gradients.SAMPLES,
    ),
    "vargrad": Method(
        "VarGrad",
        f"How much the gradient of the class's score varies over {gradients.SAMPLES} copies of the image with noise, "
        "as a variance (Adebayo et al. 2018): where it depends on details, not what speaks for the class.",
        gradients.vargrad,
        lambda steps, pixels: 3 * gradients.SAMPLES,
        is_signed=False,
        is_random=True,
        samples=gradients.SAMPLES,
    ),
    "gradient-shap": Method(
        "GradientSHAP",
        f"The mean over {gradients.SAMPLES} random places between baseline and image of the gradient there times the "
        "way (Lundberg and Lee 2017; Erion et al. 2021); the baselines are other images where some are given.",
        gradients.gradient_shap,
        lambda steps, pixels: 3 * gradients.SAMPLES,
        has_baseline=True,
        is_random=True,
        samples=gradients.SAMPLES,
        takes_others=True,
    ),
    "row-occlusion": Method(
        "Row occlusion",
        "How far the class's score falls when one step is replaced by the baseline (Zeiler and Fergus 2014): "
        "one value for the whole row, column or patch.",
        occlusion.row_occlusion,
        lambda steps, pixels: steps + 1,
        has_baseline=True,
        is_of_steps=True,
    ),
    "gated-relevance": Method(
        "Gated relevance (LRP)",
        "How the class's score itself divides over the pixels: it is handed back layer by layer, in a product of a "
        "gate and a signal all to the signal (Bach et al. 2015, Arras et al. 2017). The values sum to the score; in "
        "deep networks large ones of both signs cancel.",
        gated_relevance,
        lambda steps, pixels: 12,
        valid_for="every network of this project; others of linear, convolutional and recurrent layers of torch",
        refuses=refuse_relevance,
    ),
    "contextual-decomposition": Method(
        "Contextual decomposition",
        "What each step made of the class's score by itself, without what it did together with others (Murdoch et al. "
        "2018): one value for the whole row, column or patch, the same for all its pixels.",
        contextual_decomposition,
        lambda steps, pixels: 4 * steps,
        valid_for="LSTM layers over one sequence without an encoder",
        is_of_steps=True,
        refuses=refuse_decomposition,
    ),
    "resampled-occlusion": Method(
        "Resampled occlusion",
        f"How far the class's score falls when one step is replaced by the same step of {occlusion.DRAWS} other images "
        "of the data, on average: what stands there instead is a likely row and no black one (after Hooker et al. "
        "2019).",
        occlusion.resampled_occlusion,
        lambda steps, pixels: occlusion.DRAWS * steps + 1,
        is_of_steps=True,
        is_random=True,
        samples=occlusion.DRAWS,
        takes_others=True,
        needs_others=True,
    ),
    "column-occlusion": Method(
        "Column occlusion",
        "How far the class's score falls when one line across the steps is replaced by the baseline (Zeiler and Fergus "
        "2014): a column of the image, or a row where the network reads columns.",
        occlusion.column_occlusion,
        lambda rows, columns: columns + 1,
        has_baseline=True,
        is_of_pixels=True,
        in_picture=True,
    ),
    "patch-occlusion": Method(
        "Patch occlusion",
        "How far the class's score falls when a square of a seventh of the side is replaced by the baseline (Zeiler "
        "and Fergus 2014), the mean over the squares that hold the pixel.",
        occlusion.patch_occlusion,
        lambda rows, columns: occlusion.windows(rows, columns) + 1,
        has_baseline=True,
        is_of_pixels=True,
        in_picture=True,
    ),
    "feature-ablation": Method(
        "Feature ablation",
        "How far the class's score falls when one superpixel is replaced by the baseline: pixels that are alike and "
        "lie together, about 49 (after Achanta et al. 2012).",
        occlusion.feature_ablation,
        lambda rows, columns: _superpixels(rows, columns) + 1,
        has_baseline=True,
        is_of_pixels=True,
        in_picture=True,
    ),
    "lime": Method(
        "LIME",
        f"The weight of each superpixel in a linear model of {surrogates.SAMPLES} scores with superpixels replaced by "
        "the baseline at random; images near the whole one count more (Ribeiro et al. 2016).",
        surrogates.lime,
        lambda steps, pixels: surrogates.SAMPLES,
        has_baseline=True,
        is_of_pixels=True,
        is_random=True,
        samples=surrogates.SAMPLES,
    ),
    "kernel-shap": Method(
        "Kernel SHAP",
        "The Shapley value of each superpixel: its mean part in the difference of the scores of image and baseline, "
        "over all orders in which superpixels could come (Lundberg and Lee 2017), from "
        f"{surrogates.SAMPLES} scores.",
        surrogates.kernel_shap,
        lambda steps, pixels: surrogates.SAMPLES,
        has_baseline=True,
        is_of_pixels=True,
        is_random=True,
        samples=surrogates.SAMPLES,
    ),
    "temporal-rescaling": Method(
        "Temporal saliency rescaling",
        "How much the saliency map changes when the step is replaced by the baseline, times how much it changes with "
        "the value alone, both from 0 to 1 (Ismail et al. 2020): made for networks whose gradients fade.",
        temporal_rescaling,
        lambda steps, pixels: 3 * (1 + steps + kept_steps(steps) * pixels),
        is_signed=False,
        has_baseline=True,
    ),
    "grad-cam": Method(
        "Grad-CAM",
        "The channels of the last convolution, each weighted by how fast the class's score changes with it, added up "
        "where they speak for the class (Selvaraju et al. 2017): coarse, drawn out to the size of the image.",
        grad_cam,
        lambda steps, pixels: 3,
        valid_for="networks with a convolution",
        is_signed=False,
        is_of_pixels=True,
        refuses=refuse_without_convolution,
    ),
}

REFUSED = {
    "deeplift": "its rules hold for layers that are called one by one; inside torch's recurrent modules it takes the "
    "plain gradient without a word, and its values miss the sum that they promise by more than half",
    "captum-lrp": "Captum has no rule for recurrent modules or products of two signals, the gates",
    "cam": "a class activation map asks for a linear head right behind the mean of a convolution; Grad-CAM "
    "(grad-cam) asks only for a convolution",
}


def methods_for(network: nn.Module | Card, *, has_others: bool = False) -> dict[str, Method]:
    """The methods that are right for a network, in display order.

    Args:
        network: any module, or the card of a model, whose weights are then not read.
        has_others: other images of the data can be given.
    """
    if isinstance(network, Card):
        network = _outline(network.config.model, network.config.reading)
    return {
        name: method
        for name, method in METHODS.items()
        if (has_others or not method.needs_others) and not method.refuses(network)
    }


@lru_cache(64)
def _outline(model: ModelConfig, reading: ReadingConfig) -> nn.Module:
    """The network of these settings, its weights without values."""
    with torch.device("meta"):
        return NETWORKS[model.core](model, reading)


def find_method(name: str) -> Method:
    """The method of that name.

    Raises:
        ConfigError: it is unknown, or refused with the reason.
    """
    if name in REFUSED:
        raise ConfigError(
            f"method: {name} is refused: {REFUSED[name]}. Expected one of {', '.join(METHODS)}."
        )
    if name not in METHODS:
        raise ConfigError(f"method: expected one of {', '.join(METHODS)}, got {name!r}")
    return METHODS[name]


def check_right(name: str, module: nn.Module) -> None:
    """A method asked of a network.

    Raises:
        ConfigError: it is not right for it, with the reason.
    """
    reason = METHODS[name].refuses(module)
    if reason:
        fit = ", ".join(methods_for(module, has_others=True))
        raise ConfigError(f"method: {name} is not right here: {reason}. Expected one of {fit}.")
