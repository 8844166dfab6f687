"""One map by one method, of any module or of a model of the catalogue."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.config import ReadingConfig
from medrnn.errors import ConfigError
from medrnn.explanation.attribution.baselines import make_baseline
from medrnn.explanation.attribution.method import Asked, Method
from medrnn.explanation.attribution.methods import METHODS
from medrnn.models.cards import Card
from medrnn.models.devices import differentiable
from medrnn.models.predict import check_reading
from medrnn.models.tensors import to_tensor
from medrnn.sequences import place
from medrnn.types import Attribution, Reading


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
        values = how.run(Asked(module, x.clone(), base, target, reading)).detach()
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
