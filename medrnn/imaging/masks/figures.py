"""What is counted on a mask: size of each label and the values inside."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from medrnn.types import Mask, Study

_CODES = 256  # of uint8


@dataclass(frozen=True)
class LabelFigures:
    """One label of a mask in figures.

    Attributes:
        label, name: which.
        pixels: how many, over all frames.
        area_mm2: of a single frame; None without spacing or for several frames.
        volume_mm3: over all frames; None without spacing or distance of the frames.
        mean, sd: of the values inside, in the study's unit; the SD divides by n, as the viewer's. Padding and
            what is no finite number are left out; None for colour and where nothing is left.
    """

    label: int
    name: str
    pixels: int
    area_mm2: float | None
    volume_mm3: float | None
    mean: float | None
    sd: float | None


def _inside(mask: Mask, study: Study) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each frame that has a label: (pixel,) labels and (pixel,) float64 values of the pixels that count."""
    for at, labels in enumerate(mask.labels):
        wanted = labels != 0
        if study.padding is not None:
            wanted &= ~study.padding[at]
        values = study.values[at][wanted].astype(np.float64)
        is_number = np.isfinite(values)
        if is_number.any():
            yield labels[wanted][is_number], values[is_number]


def _moments(mask: Mask, study: Study) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(label,) number of values, mean and SD by label, in two passes: exact also for large values."""
    count, total, square = np.zeros(_CODES), np.zeros(_CODES), np.zeros(_CODES)
    if study.is_colour:
        return count, total, square
    for labels, values in _inside(mask, study):
        count += np.bincount(labels, minlength=_CODES)
        total += np.bincount(labels, values, _CODES)
    some = np.maximum(count, 1)
    mean = total / some
    for labels, values in _inside(mask, study):
        square += np.bincount(labels, (values - mean[labels]) ** 2, _CODES)
    return count, mean, np.sqrt(square / some)


def measure_labels(mask: Mask, study: Study) -> tuple[LabelFigures, ...]:
    """Size and values of every label that is present.

    Args:
        mask: of the study.
        study: its values, spacing and geometry.

    Returns:
        One record for each label, in their order.
    """
    pixels = np.sum([np.bincount(frame.ravel(), minlength=_CODES) for frame in mask.labels], axis=0)
    area_mm2 = math.prod(study.spacing_mm) if study.spacing_mm else None
    slice_mm = study.geometry.slice_mm if study.geometry else None
    is_flat = study.frames == 1
    volume_mm3 = area_mm2 * slice_mm if area_mm2 and slice_mm and not is_flat else None
    count, mean, sd = _moments(mask, study)
    return tuple(
        LabelFigures(
            label=int(label),
            name=mask.names[label - 1],
            pixels=int(pixels[label]),
            area_mm2=float(pixels[label] * area_mm2) if area_mm2 and is_flat else None,
            volume_mm3=float(pixels[label] * volume_mm3) if volume_mm3 else None,
            mean=float(mean[label]) if count[label] else None,
            sd=float(sd[label]) if count[label] else None,
        )
        for label in np.flatnonzero(pixels)
        if label
    )
