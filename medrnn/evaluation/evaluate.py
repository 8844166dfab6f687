"""A model's answers to many labelled images at once."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from medrnn import sequences
from medrnn.config import ReadingConfig
from medrnn.datasets import load_dataset
from medrnn.datasets.checks import require_images
from medrnn.datasets.choices import Choices
from medrnn.datasets.matching import match_classes, way_to_match
from medrnn.datasets.records import Split
from medrnn.evaluation.metrics import measure
from medrnn.models.catalog import find_card, load_model
from medrnn.models.classifier import Classifier
from medrnn.models.devices import evaluating, exact_float32, memory_guard


def to_grids(images: np.ndarray, reading: ReadingConfig) -> Tensor:
    """Images as a model reads them: cut to the centred square, resized where needed, grey or in colour.

    Args:
        images: (image, row, column) or (image, row, column, 3) uint8.
        reading: the model's own.

    Returns:
        (image, row, column), in colour (image, row, column, 3), float32 in [0, 1].
    """
    unit = images.astype(np.float32) / np.float32(255)
    if unit.ndim == 4 and not reading.is_colour:
        unit = unit @ sequences.LUMA
    if unit.ndim == 3 and reading.is_colour:
        unit = np.repeat(unit[..., None], 3, -1)
    rows, columns = unit.shape[1:3]
    if (rows, columns) != reading.size:
        side = min(rows, columns)
        crop = ((columns - side) // 2, (rows - side) // 2, side, side)
        unit = np.stack([sequences.resize(picture, crop, reading.size) for picture in unit])
    return torch.from_numpy(unit)


def to_steps(grids: Tensor, reading: ReadingConfig, lengths: Tensor | None = None) -> tuple[Tensor, ...]:
    """What a network is called with: the sequences, and how long each is where they are not of one length.

    Args:
        grids: (image, row, column) or (image, row, column, 3).
        reading: in which order they are read.
        lengths: (image,) slices of each; None where all have as many as the reading.
    """
    steps = sequences.lines(grids, reading)
    return (steps,) if lengths is None else (sequences.slices_first(steps, lengths, reading), lengths)


def answer_split(model: Classifier, split: Split, reading: ReadingConfig) -> np.ndarray:
    """A model's answers to a part of a data set, (image, class); see ``answer``."""
    return answer(model, to_grids(split.images, reading), reading, lengths=split.lengths)


def answer(
    model: Classifier,
    grids: Tensor,
    reading: ReadingConfig,
    *,
    batch: int = 512,
    lengths: np.ndarray | None = None,
) -> np.ndarray:
    """A model's answers in evaluation mode; the model is given back as it was found.

    Args:
        model: on the device where it is to run.
        grids: (image, row, column) or (image, row, column, 3) float32 in [0, 1]; see ``to_grids``.
        reading: in which order they are read.
        batch: images at once.
        lengths: (image,) how many slices lie on each sheet; None where all are full.

    Returns:
        (image, class) float32 probabilities, each row sums to 1.

    Raises:
        DeviceError: the GPU's memory ran out.
    """
    device = next(model.parameters()).device
    counts = None if lengths is None else torch.from_numpy(lengths).split(batch)
    with evaluating(model), torch.inference_mode(), memory_guard(), exact_float32():
        parts = [
            model(*to_steps(some.to(device), reading, counts[k] if counts else None)).softmax(-1).cpu()
            for k, some in enumerate(grids.split(batch))
        ]
    return torch.cat(parts).numpy()


def evaluate(name: str | Path, data: str | Path, device: str = "cpu", *, cut: str = "") -> dict[str, Any]:
    """The figures of a model on the test split of a data set; its classes are found by their names.

    Args:
        name: a model id or folder.
        data: a data set's name, an npz file or a folder.
        device: "cpu", "cuda", ...
        cut: a key of ``CUTS``, what a volume of one's own data becomes; by default as the model learnt it.

    Returns:
        ``model, data``, ``classes_by`` (a key of ``matching.WAYS``), and what ``metrics.measure`` gives: n, accuracy,
        auc, loss, intervals.

    Raises:
        CatalogError, DataError, DeviceError: unknown model, data set or device.
        DataError: the data set has a class that the model does not know.
    """
    card = find_card(name)
    given = load_dataset(data, Choices(cut=cut or card.config.cut))
    require_images(given, "test")
    found = match_classes(given, card.classes, card.id)
    model = load_model(name, device)
    probabilities = answer_split(model, found.test, card.config.reading)
    way = way_to_match(given, card.classes)
    return {
        "model": card.id,
        "data": found.name,
        "classes_by": way,
        **measure(probabilities, found.test.labels, patients=found.test.groups),
    }
