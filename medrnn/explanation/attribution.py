"""Which pixels the answer was sensitive to: integrated gradients, saliency, row occlusion (through Captum)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.config import ReadingConfig
from medrnn.errors import ConfigError
from medrnn.models.cards import Card
from medrnn.models.devices import differentiable
from medrnn.models.predict import check_reading
from medrnn.models.tensors import to_tensor
from medrnn.sequences import lines, place
from medrnn.types import Attribution, Reading

IG_STEPS = 64

BASELINES = {
    "black": "all black",
    "mean": "the image's mean grey, or its mean colour",
    "blur": "the image, blurred until no structure is left",
}


def _blur(picture: np.ndarray) -> np.ndarray:
    """(row, column[, plane]) blurred along rows and columns by a fifth of the shorter side."""
    from scipy.ndimage import gaussian_filter

    sigma = min(picture.shape[:2]) / 5
    blurred: np.ndarray = gaussian_filter(picture, (sigma, sigma, 0)[: picture.ndim])
    return blurred


def make_baseline(name: str, sequence: Tensor, reading: ReadingConfig | None = None) -> Tensor:
    """What the image is compared with: (step, feature) like the sequence.

    Args:
        name: a key of ``BASELINES``.
        sequence: (step, feature).
        reading: how the steps lie in the image, and whether they are in colour; without it they are grey rows.

    Raises:
        ConfigError: the name is unknown.
    """
    if name == "black":
        return torch.zeros_like(sequence)
    if name == "mean":
        planes = reading.planes if reading else 1
        return (
            sequence.reshape(-1, planes)
            .mean(0)
            .repeat(sequence.shape[1] // planes)
            .expand_as(sequence)
            .clone()
        )
    if name == "blur":
        values = sequence.cpu().numpy()
        blurred = lines(_blur(place(values, reading)), reading) if reading else _blur(values)
        return torch.from_numpy(np.ascontiguousarray(blurred)).to(sequence)
    raise ConfigError(f"baseline: expected one of {', '.join(BASELINES)}, got {name!r}")


def _integrated_gradients(module: nn.Module, x: Tensor, base: Tensor, target: int) -> Tensor:
    from captum.attr import IntegratedGradients

    found: Tensor = IntegratedGradients(module).attribute(
        x, base, target=target, n_steps=IG_STEPS, method="gausslegendre", internal_batch_size=IG_STEPS
    )
    return found


def _saliency(module: nn.Module, x: Tensor, base: Tensor, target: int) -> Tensor:
    from captum.attr import Saliency

    found: Tensor = Saliency(module).attribute(x.requires_grad_(), target=target, abs=True)
    return found


def _row_occlusion(module: nn.Module, x: Tensor, base: Tensor, target: int) -> Tensor:
    from captum.attr import FeatureAblation

    mask = torch.arange(x.shape[1], device=x.device)[None, :, None].expand_as(x)
    with torch.no_grad():
        found: Tensor = FeatureAblation(module).attribute(
            x, base, target=target, feature_mask=mask, perturbations_per_eval=64
        )
    return found


@dataclass(frozen=True)
class Method:
    """One way to make a map: what it says, and how it is computed; ``is_of_steps``: one value for each whole step."""

    title: str
    says: str
    is_signed: bool
    has_baseline: bool
    is_complete: bool
    run: Callable[[nn.Module, Tensor, Tensor, int], Tensor]
    is_of_steps: bool = False


METHODS = {
    "integrated-gradients": Method(
        "Integrated gradients",
        "How much each pixel added to the class's score on the way from the baseline to the image "
        "(Sundararajan et al. 2017); the values sum to the difference of the two scores.",
        True,
        True,
        True,
        _integrated_gradients,
    ),
    "saliency": Method(
        "Saliency",
        "How fast the class's score changes with each pixel, without sign (Simonyan et al. 2014). In a row reader "
        "gradients fade toward early rows, so this map leans to the last rows read.",
        False,
        False,
        False,
        _saliency,
    ),
    "row-occlusion": Method(
        "Row occlusion",
        "How far the class's score falls when one step is replaced by the baseline (Zeiler and Fergus 2014): "
        "one value for the whole row, column or patch.",
        True,
        True,
        False,
        _row_occlusion,
        is_of_steps=True,
    ),
}


def _completeness_error(module: nn.Module, x: Tensor, base: Tensor, target: int, values: Tensor) -> float:
    with torch.no_grad():
        scores = module(torch.cat([x, base]))[:, target].double()
    wanted = float(scores[0] - scores[1])
    gap = abs(float(values.double().sum()) - wanted)
    return gap / max(abs(wanted), float(np.finfo(np.float32).eps))


def _upright(values: np.ndarray, reading: ReadingConfig, how: Method) -> np.ndarray:
    """Values (step, feature) as they lie in the image, (row, column): the planes of a pixel together."""
    picture = place(values, reading)
    if not reading.is_colour:
        return picture
    together: np.ndarray = picture[..., 0] if how.is_of_steps else picture.sum(-1)
    return together


def explain(
    module: nn.Module,
    sequence: np.ndarray | Tensor,
    *,
    method: str = "integrated-gradients",
    target: int | None = None,
    baseline: str = "black",
    reading: ReadingConfig | None = None,
) -> Attribution:
    """How much each pixel moved the logit of one class.

    In colour a pixel's value is the sum over its three planes, of saliency the sum of their sizes; of row occlusion all
    three are taken away together.

    Args:
        module: maps (batch, step, feature) to logits (batch, class); given back as found.
        sequence: (step, feature), in [0, 1].
        method: a key of ``METHODS``.
        target: index of the class, by default the answer.
        baseline: a key of ``BASELINES``; ignored by methods without one.
        reading: how the steps lie in the image; rows from the top where not given.

    Returns:
        Attribution: values (row, column) upright in the model's input grid; without a reading (step, feature).

    Raises:
        ConfigError: method or baseline is unknown.
        DeviceError: the GPU's memory ran out.
    """
    if method not in METHODS:
        raise ConfigError(f"method: expected one of {', '.join(METHODS)}, got {method!r}")
    how, weight = METHODS[method], next(module.parameters())
    x = to_tensor(sequence).to(weight)[None]
    base = make_baseline(baseline, x[0], reading)[None]
    with differentiable(module):
        target = int(module(x).argmax()) if target is None else target
        values = how.run(module, x.clone(), base, target).detach()
        error = _completeness_error(module, x, base, target, values) if how.is_complete else None
    found = values[0].float().cpu().numpy()
    upright = (
        _upright(found, reading, how) if reading else found
    )  # a bare sequence: its rows are the picture's
    return Attribution(
        values=np.ascontiguousarray(upright),
        method=method,
        target=str(target),
        baseline=baseline if how.has_baseline else "",
        is_signed=how.is_signed,
        completeness_error=error,
    )


def explain_reading(
    module: nn.Module,
    card: Card,
    reading: Reading,
    *,
    method: str,
    target: str | None = None,
    baseline: str | None = None,
) -> Attribution:
    """``explain`` for a model of the catalogue: the class by its name, by default the model's answer.

    Args:
        module: the card's own, any network: maps (batch, step, feature) to logits (batch, class); given back as found.
        card: of the model.
        reading: of the image as the card asks for it; its sequence (step, feature) holds intensities in [0, 1].
        method: a key of ``METHODS``.
        target: name of the class, by default the answer.
        baseline: a key of ``BASELINES``, by default "black"; ignored by methods without one.

    Returns:
        Attribution: values (row, column) upright in the model's input grid: in logits, of saliency in logits per unit
        of intensity.

    Raises:
        ConfigError: the class is not the model's.
        ReadingError: the reading is not the model's.
    """
    check_reading(card, reading)
    if target is not None and target not in card.classes:
        raise ConfigError(f"class: expected one of {', '.join(card.classes)}, got {target!r}")
    found = explain(
        module,
        reading.sequence,
        method=method,
        target=None if target is None else card.classes.index(target),
        baseline=baseline or "black",
        reading=reading.config,
    )
    return replace(found, target=card.classes[int(found.target)], model=card.id, digest=card.digest)
