"""One map by one method, of any module or of a model of the catalogue."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from medrnn.config import ReadingConfig
from medrnn.errors import ConfigError
from medrnn.explanation.attribution.asking import (
    answer_of,
    check_finite,
    check_module,
    check_seed,
    check_sequence,
    take_others,
    tensor_like,
)
from medrnn.explanation.attribution.baselines import IMAGE, make_baseline, take_image
from medrnn.explanation.attribution.method import Asked, Method, nothing
from medrnn.explanation.attribution.methods import check_right, find_method
from medrnn.explanation.attribution.prefix import at_step
from medrnn.models.as_found import as_found
from medrnn.models.cards import Card
from medrnn.models.classifier import Classifier
from medrnn.models.devices import differentiable
from medrnn.models.predict import check_reading
from medrnn.sequences import place
from medrnn.types import Attribution, Reading

Baseline = str | np.ndarray | Tensor
Tell = Callable[[float], None]


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
    is_shared = how.is_of_steps or how.is_of_pixels
    together: np.ndarray = picture[..., 0] if is_shared else picture.sum(-1)
    return together


def base_of(baseline: Baseline, x: Tensor, reading: ReadingConfig | None, seed: int) -> Tensor:
    """The baseline by its name, or the image that it is: (1, step, feature) like x."""
    if isinstance(baseline, str):
        return make_baseline(baseline, x[0], reading, seed=seed)[None]
    check_finite("baseline", baseline)
    return take_image(baseline, x[0])[None]


def _record(asked: Asked, how: Method, method: str, baseline: Baseline, step: int | None) -> Attribution:
    """What was asked, without values."""
    name = baseline if isinstance(baseline, str) else IMAGE
    is_compared = how.has_baseline and asked.others is None
    is_drawn = how.is_random or (is_compared and name == "noise")
    return Attribution(
        values=np.empty((0, 0), np.float32),
        method=method,
        target=str(asked.target),
        baseline=name if is_compared else "",
        is_signed=how.is_signed,
        completeness_error=None,
        seed=asked.seed if is_drawn else None,
        step=step,
        samples=how.samples,
        others=0 if asked.others is None else len(asked.others),
    )


def _run(how: Method, asked: Asked) -> Tensor:
    """The values of a method.

    Raises:
        ConfigError: it asks for gradients and none flow.
    """
    try:
        return how.run(asked).detach()
    except RuntimeError as fault:
        if "does not require grad" not in str(fault) and "not have been used in the graph" not in str(fault):
            raise
        raise ConfigError(
            f"module: {how.title} asks for the gradient of the answer with the image, and none flows. Take no_grad and "
            "detach out of its forward, or choose a method of occlusion."
        ) from fault


def explain(
    module: nn.Module,
    sequence: np.ndarray | Tensor,
    *,
    method: str = "integrated-gradients",
    target: int | None = None,
    baseline: Baseline = "black",
    reading: ReadingConfig | None = None,
    seed: int = 0,
    step: int | None = None,
    others: np.ndarray | Tensor | None = None,
    tell: Tell = nothing,
) -> Attribution:
    """How much each pixel moved the logit of one class.

    In colour a pixel's value is the sum over its three planes, of saliency the sum of their sizes; where a whole step
    or a place is taken away, all three are taken away together.

    Args:
        module: maps (batch, step, feature) to logits (batch, class); given back as found.
        sequence: (step, feature), in [0, 1].
        method: a key of ``METHODS``.
        target: index of the class, by default the answer.
        baseline: a key of ``BASELINES`` or another image (step, feature); ignored by methods without one.
        reading: how the steps lie in the image; rows from the top where not given.
        seed: of everything that is drawn, noise, samples and the baseline "noise": the same on every device.
        step: whose answer is explained, counted from 0, of networks of this program: what it says when reading ends
            after it (``Classifier.prefix_logits``). None for the whole.
        others: (image, step, feature) other images of the data; needed by "resampled-occlusion", and the baselines of
            "gradient-shap" where they are given.
        tell: called with the share that is done, 0 to 1; what it raises ends the work.

    Returns:
        Attribution: values (row, column) upright in the model's input grid; without a reading (step, feature).

    Raises:
        ConfigError: method, baseline, class or step is unknown, the method is not right for the network, or the
            module gives no logits.
        DeviceError: the GPU's memory ran out.
    """
    how = find_method(method)
    check_module(module)
    check_right(method, module)
    seed = check_seed(seed)
    if step is not None and not how.takes_step:
        raise ConfigError(f"step: {method} explains the answer to the whole image only. Leave the step out.")
    x = tensor_like(module, check_sequence(sequence, reading))[None]
    with ExitStack() as stack:
        if not isinstance(module, Classifier):  # nobody knows what a stranger keeps
            stack.enter_context(as_found(module))
        stack.enter_context(differentiable(module))
        asked_of = module if step is None else at_step(module, x, step)
        base, drawn_from = base_of(baseline, x, reading, seed), take_others(how, method, others, x)
        target = answer_of(asked_of, x, target)
        asked = Asked(asked_of, x.clone(), base, target, reading, seed, drawn_from, tell)
        values = _run(how, asked)
        tell(1.0)
        error = _completeness_error(asked_of, x, base, target, values) if how.is_complete else None
    found = values[0].float().cpu().numpy()
    upright = (
        _upright(found, reading, how) if reading else found
    )  # a bare sequence: its rows are the picture's
    return replace(
        _record(asked, how, method, baseline, step),
        values=np.ascontiguousarray(upright),
        completeness_error=error,
    )


def explain_reading(
    module: nn.Module,
    card: Card,
    reading: Reading,
    *,
    method: str,
    target: str | None = None,
    baseline: Baseline | None = None,
    seed: int = 0,
    step: int | None = None,
    others: np.ndarray | Tensor | None = None,
    tell: Tell = nothing,
) -> Attribution:
    """``explain`` for a model of the catalogue: the class by its name, by default the model's answer.

    Args:
        module: the card's own, any network: maps (batch, step, feature) to logits (batch, class); given back as found.
        card: of the model.
        reading: of the image as the card asks for it; its sequence (step, feature) holds intensities in [0, 1].
        method: a key of ``METHODS``.
        target: name of the class, by default the answer.
        baseline: a key of ``BASELINES``, by default "black", or another image (step, feature) that the model reads;
            ignored by methods without one.
        seed: of everything that is drawn.
        step: whose answer is explained, counted from 0 of the answer's steps; None for the whole.
        others: (image, step, feature) other images as the model reads them (``others_of``).
        tell: called with the share that is done, 0 to 1; what it raises ends the work.

    Returns:
        Attribution: values (row, column) upright in the model's input grid: in logits, of saliency in logits per unit
        of intensity.

    Raises:
        ConfigError: the class is not the model's; and what ``explain`` raises.
        ReadingError: the reading is not the model's.
    """
    check_reading(card, reading)
    module = module.as_read(reading.config) if isinstance(module, Classifier) else module
    if target is not None and target not in card.classes:
        raise ConfigError(f"class: expected one of {', '.join(card.classes)}, got {target!r}")
    found = explain(
        module,
        reading.sequence,
        method=method,
        target=None if target is None else card.classes.index(target),
        baseline="black" if baseline is None else baseline,
        reading=reading.config,
        seed=seed,
        step=step,
        others=others,
        tell=tell,
    )
    return replace(found, target=card.classes[int(found.target)], model=card.id, digest=card.digest)
