"""A whole series through a small window: what a network that reads blocks of slices says along the series.

The window goes over every slice, and over each slice in steps of half its width. What stands before the recurrent core
sees each slice by itself, so it runs once for each place and slice, however many windows share it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from medrnn.brief import Brief
from medrnn.config import ReadingConfig
from medrnn.config.reading import MOST_SLICES
from medrnn.errors import ReadingError
from medrnn.models.cards import Card
from medrnn.models.classifier import Classifier, RecurrentClassifier
from medrnn.models.devices import evaluating, exact_float32, memory_guard
from medrnn.sequences import LUMA, Crop, check_crop, resize
from medrnn.sequences.series import choose_crop, lay_out, pictures_at
from medrnn.types import Study

LEAST_COVERED = 0.5  # of a block that is not black; of emptier ones nothing was learnt
BATCH = 8  # places at once, all slices of each


@dataclass(frozen=True, eq=False, repr=False)
class Along(Brief):
    """The answers along a series.

    Attributes:
        classes: in the order of the probabilities; blocks are ranked by the last.
        frames: (slice,) which frame of the study each is, counted from 0, between two frames a fraction.
        probabilities: (slice, class): of the block that says the last class most surely, among those whose two middle
            slices this is one of; NaN where no block is full enough.
        mean: (slice,) mean over these blocks of the probability of the last class; NaN likewise.
        boxes: (slice, 4) x, y, width, height of that block in image pixels; NaN likewise.
        blocks: how many were read.
    """

    classes: tuple[str, ...]
    frames: np.ndarray
    probabilities: np.ndarray
    mean: np.ndarray
    boxes: np.ndarray
    blocks: int


def _nothing(_: float) -> None:
    """Nobody listens."""


def _places(study: Study, crop: Crop) -> list[Crop]:
    """Boxes of the crop's size over the whole image, half a box apart, the last ones at the edge."""
    _, _, width, height = crop

    def starts(length: int, side: int) -> list[int]:
        found = list(range(0, length - side + 1, max(1, side // 2)))
        return found if found[-1] == length - side else [*found, length - side]

    return [(x, y, width, height) for y in starts(study.rows, height) for x in starts(study.columns, width)]


def check_series_model(card: Card, model: Classifier) -> RecurrentClassifier:
    """The network, where it can be moved along a series.

    Raises:
        ReadingError: it reads no series.
    """
    if not card.config.reading.is_series or not isinstance(model, RecurrentClassifier):
        raise ReadingError(
            f"Expected a model that reads a series slice by slice, got {card.id}, which reads "
            f"{card.config.reading.title}. Choose another model."
        )
    return model


def _stack(study: Study, config: ReadingConfig) -> tuple[np.ndarray, tuple[float, ...]]:
    """All slices at the reading's distance, (slice, row, column[, 3]) in [0, 1], and their frames."""
    apart = study.geometry.slice_mm if study.geometry else None
    step = config.slice_mm / apart if config.slice_mm and apart else 1.0
    frames = tuple(np.arange(0, study.frames - 1 + 1e-6, step).tolist())
    if len(frames) > MOST_SLICES:
        raise ReadingError(
            f"Expected at most {MOST_SLICES} slices to go along, got {len(frames):,}. Open a part of the series."
        )
    window = lay_out(study, config, 0).window
    pictures = pictures_at(study, config, frames, window)
    return np.stack(
        [one @ LUMA if one.ndim == 3 and not config.is_colour else one for one in pictures]
    ), frames


def _windows(model: RecurrentClassifier, columns: Tensor, config: ReadingConfig) -> tuple[Tensor, Tensor]:
    """Of whole columns of slices (place, slice, feature): probabilities (place, window, class) and how full each is."""
    ahead = (config.slices - 1) // 2
    padded = torch.nn.functional.pad(columns, (0, 0, ahead, config.slices - 1 - ahead))
    encoded = model.encode(padded)
    blocks = encoded.unfold(1, config.slices, 1).movedim(-1, 2)  # place, window, step, value
    if config.direction == "reverse":
        blocks = blocks.flip(2)
    flat = blocks.flatten(0, 1)
    outputs, _ = model.rnn(flat.contiguous())
    said = model.answer(model.read_out(outputs)).softmax(-1)
    full = (padded > 0).float().mean(-1).unfold(1, config.slices, 1).mean(-1)
    return said.reshape(*blocks.shape[:2], -1), full


def read_along(
    model: Classifier,
    card: Card,
    study: Study,
    *,
    crop: Crop | None = None,
    tell: Callable[[float], None] = _nothing,
) -> Along:
    """Move a network along a series.

    Args:
        model: on the device that is to run; given back as found.
        card: the model's own.
        study: a series, a volume or a file of several frames.
        crop: x, y, width, height in image pixels of the one place that is read; by default all places of the size that
            the reading asks for.
        tell: is told the share that is done, from 0 to 1; what it raises ends the work.

    Raises:
        ReadingError: the model reads no series, the study is one image or has too many slices, or the crop does not
            fit.
        DeviceError: the GPU's memory ran out.
    """
    network, config = check_series_model(card, model), card.config.reading
    stack, frames = _stack(study, config)
    known = crop or choose_crop(study, config)
    places = [check_crop(study, known)] if crop or not config.pixel_mm else _places(study, known)
    device = next(model.parameters()).device
    said, full = [], []
    with evaluating(model), torch.inference_mode(), memory_guard(), exact_float32():
        for start in range(0, len(places), BATCH):
            tell(start / len(places))
            some = [
                np.stack([resize(one, place, config.shown_size) for one in stack]).reshape(len(stack), -1)
                for place in places[start : start + BATCH]
            ]
            answers, covered = _windows(network, torch.from_numpy(np.stack(some)).to(device), config)
            said.append(answers.double().cpu().numpy())
            full.append(covered.double().cpu().numpy())
    tell(1.0)
    found = _best(np.concatenate(said), np.concatenate(full), np.array(places, float))
    return replace(found, classes=card.classes, frames=np.array(frames))


def _best(said: np.ndarray, full: np.ndarray, places: np.ndarray) -> Along:
    """For each slice the block that says the last class most surely.

    Args:
        said: (place, window, class); window ``k`` has its two middle slices at ``k`` and ``k + 1``.
        full: (place, window).
        places: (place, 4).
    """
    count = said.shape[1]
    of_last = np.where(full >= LEAST_COVERED, said[..., -1], np.nan)
    both = np.stack([of_last, np.concatenate([np.full((len(places), 1), np.nan), of_last[:, :-1]], 1)])
    is_known = ~np.isnan(both).all((0, 1))
    ranked = np.where(np.isnan(both), -1.0, both)
    probabilities = np.full((count, said.shape[2]), np.nan)
    boxes, mean = np.full((count, 4), np.nan), np.full(count, np.nan)
    for k in np.flatnonzero(is_known).tolist():
        shift, place = np.unravel_index(int(ranked[:, :, k].argmax()), both.shape[:2])
        probabilities[k] = said[place, k - shift]
        boxes[k], mean[k] = places[place], float(np.nanmean(both[:, :, k]))
    blocks = int((~np.isnan(of_last)).sum())
    return Along((), np.zeros(count), probabilities, mean, boxes, blocks)
