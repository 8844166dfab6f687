"""The answer of one model to one reading."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch

from medrnn.errors import ReadingError
from medrnn.models.cards import Card
from medrnn.models.classifier import Classifier, RecurrentClassifier
from medrnn.models.devices import evaluating, exact_float32, memory_guard
from medrnn.models.novelty import NoveltyModel
from medrnn.models.places import answer_places
from medrnn.models.sets import scaled_by, set_of
from medrnn.models.tensors import to_tensor
from medrnn.models.verdict import judge, score_of
from medrnn.types import Prediction, Reading

LEAST, RUNS = 3, 9  # of the timing: so few and so many runs
MOST_S = 0.1  # after so many seconds no more than needed
LONG_S = 0.2  # a run as long as this is timed but once
Found = TypeVar("Found")


def timed(run: Callable[[], Found]) -> tuple[Found, float]:
    """What comes of a run, and the fastest of runs that follow one another: other work only makes one slower.

    The caller has run it, or most of it, before.

    Returns:
        what the first run gave, and milliseconds.
    """
    came: list[Found] = []
    taken: list[float] = []
    while len(taken) < LEAST or (len(taken) < RUNS and sum(taken) < MOST_S):
        began = time.perf_counter()
        came.append(run())
        taken.append(time.perf_counter() - began)
        if min(taken) >= LONG_S:
            break
    return came[0], 1000 * min(taken)


def warm_ms(run: Callable[[], object]) -> float:
    """The milliseconds of ``timed`` alone."""
    return timed(run)[1]


def check_reading(card: Card, reading: Reading) -> None:
    """A model knows one reading: refuse any other.

    Raises:
        ReadingError: says which one it knows and which one came.
    """
    known, came = card.config.reading, reading.config
    if not known.knows(came):
        raise ReadingError(
            f"{card.id} reads {known.title} at {known.size[0]} x {known.size[1]}, got {came.title} at "
            f"{came.size[0]} x {came.size[1]}. Choose a model trained on this reading, or train one."
        )


def step_answers(model: Classifier, x: torch.Tensor) -> tuple[np.ndarray, np.ndarray] | None:
    """An answer for each step, and how much of it counts (``RecurrentClassifier.step_answers``).

    Args:
        model: in evaluation mode.
        x: (image, step, feature) on its device.

    Returns:
        (image, step, class) probabilities and (image, step) weights, float64; None where the network gives none.
    """
    return _in_numbers(model.step_answers(x) if isinstance(model, RecurrentClassifier) else None)


def _in_numbers(found: tuple[torch.Tensor, torch.Tensor] | None) -> tuple[np.ndarray, np.ndarray] | None:
    if found is None:
        return None
    logits, weights = found
    return logits.softmax(-1).cpu().double().numpy(), weights.cpu().double().numpy()


def _on_the_way(
    model: Classifier, x: torch.Tensor, *, is_series: bool
) -> tuple[torch.Tensor | None, tuple[np.ndarray, np.ndarray] | None]:
    """``prefix_logits``, and of a series ``step_answers``; a long one is encoded once for both."""
    if not (is_series and isinstance(model, RecurrentClassifier)):
        return model.prefix_logits(x), None
    encoded = model.encode(x)
    return model.prefixes_of(encoded), _in_numbers(model.steps_of(encoded))


def predict(
    model: Classifier,
    card: Card,
    reading: Reading,
    novelty: NoveltyModel | None = None,
    seeds: Sequence[Classifier] = (),
) -> Prediction:
    """Run the model on the image and on each of its prefixes.

    Args:
        model: on the device that is to run; given back as found.
        card: the model's own.
        reading: made with the card's reading.
        novelty: the card's own, for the score that says how unlike the training data the input is.
        seeds: the same recipe's networks under further seeds, on the same device (``catalog.load_seeds``).

    Raises:
        ReadingError: the reading is not the model's.
        DeviceError: the GPU's memory ran out.
    """
    check_reading(card, reading)
    score = score_of(novelty, card, reading)
    card, model = card.as_read(reading.config), model.as_read(reading.config)
    device = next(model.parameters()).device
    with evaluating(model), torch.inference_mode(), memory_guard(), exact_float32():
        x = to_tensor(reading.sequence)[None].to(device)
        prefixes, each = _on_the_way(model, x, is_series=reading.config.is_series)
        steps = None if prefixes is None else prefixes[0].softmax(-1).cpu().numpy().astype(np.float64)
        logits, elapsed_ms = timed(lambda: model(x).cpu())  # the copy waits for the device
        probabilities, *others = (one[0].softmax(-1) for one in (logits, *(seed(x).cpu() for seed in seeds)))
    answer, verdict = probabilities.double().numpy(), judge(card, reading, score)
    return Prediction(
        model=card.id,
        digest=card.digest,
        classes=card.classes,
        probabilities=answer,
        seeds=torch.stack([probabilities, *others]).double().numpy(),
        steps=steps,
        places=answer_places(card.config.model, card.config.reading),
        device=str(device),
        elapsed_ms=elapsed_ms,
        novelty=score,
        verdict=verdict,
        slices=None if each is None else each[0][0],
        weights=None if each is None else each[1][0],
        kept=set_of(card, answer) if verdict.is_within else None,
        scaled=scaled_by(card, answer),
    )
