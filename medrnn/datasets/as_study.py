"""An image of a data set as a study, so that every page can open it."""

import base64
from dataclasses import replace
from io import BytesIO

import numpy as np

from medrnn import sequences
from medrnn.datasets.outlines import SETS, read_outlines
from medrnn.datasets.records import Dataset
from medrnn.datasets.shipped import DATASETS
from medrnn.models.class_names import name_class
from medrnn.types import Mask, Study


def to_png(image: np.ndarray) -> bytes:
    """A PNG file of (row, column) or (row, column, 3) uint8."""
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return buffer.getvalue()


def as_address(image: np.ndarray) -> str:
    """The same file as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(to_png(image)).decode()}"


def title_of(data: Dataset, index: int, split: str = "test") -> str:
    """Such as "chest64 test 17, labelled pneumonia"; counts from 1, as screens do."""
    label = name_class(data.classes[int(getattr(data, split).labels[index])], data.classes)
    name = data.name if data.name in DATASETS else data.title
    return f"{name} {split} {index + 1}, labelled {label}"


def as_study(data: Dataset, index: int, split: str = "test") -> Study:
    """The study of an image of a set, of a series all its slices; its title says whence it is and what its label is.

    Args:
        data: a set whose images may be shown.
        index: of the image in its split, from 0.
        split: "train", "val" or "test".
    """
    from medrnn.imaging import read

    some, title = getattr(data, split).some(slice(index, index + 1)), title_of(data, index, split)
    if data.reading is None:
        return replace(read(to_png(some.images[0])), title=title)
    count, side = data.reading.slices if some.lengths is None else int(some.lengths[0]), data.reading.patch
    slices = sequences.lines(some.images[0], replace(data.reading, direction="forward"))[:count]
    shape = (count, side, side, data.reading.planes)[: 4 if data.reading.is_colour else 3]
    study = read(to_png(slices.reshape(count * side, *shape[2:])))  # one below the other
    stored = study.stored.reshape(shape)
    values = stored if study.values is study.stored else study.values.reshape(shape)
    return replace(study, stored=stored, values=values, title=title)


def outline_of(data: Dataset, index: int, study: Study, split: str = "test") -> Mask | None:
    """The lungs of an image of a set, where they are outlined; None where nobody did.

    Args:
        data: the set.
        index: of the image in its split, from 0.
        study: of that image (``as_study``).
        split: "train", "val" or "test".
    """
    if data.name not in SETS:
        return None
    outlines = read_outlines(data.name, split)
    if not outlines.is_known[index]:
        return None
    return Mask(study.key, outlines.lungs[index][None].astype(np.uint8), ("lungs",), "outlined")
