"""Grad-CAM: the last convolution's map, each channel weighted by what it does to the score."""

from torch import Tensor, nn

from medrnn.explanation.attribution.method import Asked
from medrnn.explanation.attribution.pictures import spread
from medrnn.models.classifier import Classifier
from medrnn.models.encoders import StepConvolution, StepStem


def refuse_without_convolution(module: nn.Module) -> str | None:
    """Why Grad-CAM is not right for a network."""
    if find_convolution(module) is None:
        return "a class activation map asks for a convolution over the image, and this network has none"
    return None


def find_convolution(module: nn.Module) -> nn.Module | None:
    """The last convolution, of the networks here with its norm and ReLU; None where there is none."""
    if isinstance(module, Classifier):
        layers = getattr(module.encoder, "layers", None)
        return layers[-1] if isinstance(layers, nn.Sequential) else None
    found = [part for part in module.modules() if isinstance(part, nn.Conv2d)]
    return found[-1] if found else None


def grad_cam(asked: Asked) -> Tensor:
    """Selvaraju et al. 2017: what speaks for the class, drawn out to the size of the image.

    Where a small convolution or a stem looks at each step on its own, each step has its own weights.
    """
    from captum.attr import LayerAttribution, LayerGradCam

    network = getattr(asked.module, "whole", asked.module)
    layer = find_convolution(network)
    x = asked.x.requires_grad_()
    found: Tensor = LayerGradCam(asked.module, layer).attribute(
        x, target=asked.target, relu_attributions=True
    )
    if isinstance(getattr(network, "encoder", None), StepConvolution):
        _, steps, features = x.shape
        pixels = found.reshape(1, steps, -1)
        return pixels.repeat_interleave(features // pixels.shape[-1], -1)
    if isinstance(getattr(network, "encoder", None), StepStem):
        _, steps, features = x.shape
        drawn: Tensor = LayerAttribution.interpolate(found, network.encoder.tile, "bilinear")
        drawn = drawn.reshape(1, steps, -1)
        return drawn.repeat_interleave(features // drawn.shape[-1], -1)
    reading = network.reading if isinstance(network, Classifier) else asked.reading
    size = reading.size if reading else tuple(x.shape[1:])
    return spread(LayerAttribution.interpolate(found, size, "bilinear")[0, 0], reading)
