"""The data sets by name, and the record they are read into."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medrnn.config import ASSETS
from medrnn.datasets.folder import read_folder, read_zip_folder
from medrnn.datasets.npz import read_npz
from medrnn.datasets.records import Dataset, Split
from medrnn.errors import DataError
from medrnn.models.cards import Kinds

DATA = ASSETS / "data"
VALIDATION = 5_000  # MNIST has no validation split of its own: the last 5,000 training images


@dataclass(frozen=True)
class Source:
    """A shipped data set: what it is called, where it comes from, of what kind its images are, how it is read.

    Attributes:
        title: what a page calls it.
        about: what the images are, how many there are in each split, and whence.
        licence: of the images.
        classes: names in the order of the labels.
        modalities: DICOM's codes of what they can be; none where they are no medical images.
        body_parts: likewise.
        knows: one sentence: what a model that learnt from it has seen, and of what nothing is known.
        read: makes the data set of this record.
    """

    title: str
    about: str
    licence: str
    classes: tuple[str, ...]
    modalities: tuple[str, ...]
    body_parts: tuple[str, ...]
    knows: str
    read: Callable[["Source"], Dataset]


def _read_idx(name: str) -> np.ndarray:
    """An idx file of unsigned bytes (LeCun's format: two zeros, type 8, rank, then the sizes, big endian)."""
    with gzip.open(DATA / "mnist" / name) as file:
        raw = file.read()
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def _read_mnist(source: Source) -> Dataset:
    pair = {
        split: Split(
            _read_idx(f"{stem}-images-idx3-ubyte.gz"),
            _read_idx(f"{stem}-labels-idx1-ubyte.gz").astype(np.int64),
        )
        for split, stem in (("train", "train"), ("test", "t10k"))
    }
    train = pair["train"]
    return Dataset(
        name="mnist",
        title=source.title,
        classes=source.classes,
        train=Split(train.images[:-VALIDATION], train.labels[:-VALIDATION]),
        val=Split(train.images[-VALIDATION:], train.labels[-VALIDATION:]),
        test=pair["test"],
        about=source.about,
        licence=source.licence,
    )


def _read_pneumoniamnist(source: Source) -> Dataset:
    path = DATA / "pneumoniamnist" / "pneumoniamnist.npz"
    return read_npz(
        path,
        name="pneumoniamnist",
        title=source.title,
        classes=source.classes,
        about=source.about,
        licence=source.licence,
    )


DATASETS = {
    "pneumoniamnist": Source(
        "PneumoniaMNIST",
        "Children's chest X-rays, 28 x 28, normal or pneumonia, the official split of 4,708 / 524 / 624 "
        "(MedMNIST v2, Yang et al. 2023; images by Kermany et al. 2018).",
        "CC BY 4.0",
        ("normal", "pneumonia"),
        ("CR", "DX", "RG"),
        ("CHEST",),
        "Children of one to five years, one hospital, frontal chest films; nothing is known of adults.",
        _read_pneumoniamnist,
    ),
    "mnist": Source(
        "MNIST",
        "Handwritten digits, 28 x 28, 60,000 / 10,000 (LeCun and Cortes); the last 5,000 training images validate.",
        "CC BY-SA 3.0",
        tuple("0123456789"),
        (),
        (),
        "Single handwritten digits; nothing is known of any medical image.",
        _read_mnist,
    ),
}


def kinds_of(data: str | Path) -> Kinds | None:
    """What kind of images a shipped data set holds, for the cards of its models; None for any other."""
    if str(data) not in DATASETS:
        return None
    source = DATASETS[str(data)]
    return Kinds(modalities=list(source.modalities), body_parts=list(source.body_parts), is_colour=False)


def knows_of(data: str | Path) -> str:
    """One sentence about what a model that learnt from a data set knows, for its card."""
    if str(data) not in DATASETS:
        return "The images that it was trained on; nothing is known of images from anywhere else."
    return DATASETS[str(data)].knows


def is_shipped(data: str | Path) -> bool:
    """True for a set that everybody has; any other belongs to who brought it, and no page shows its images."""
    return str(data) in DATASETS


def shown_name(data: str | Path) -> str:
    """What a page calls a data set: a shipped one's name, never the path of another."""
    return str(data) if is_shipped(data) else "own data"


def load_dataset(name: str | Path) -> Dataset:
    """A data set by its name, or from a MedMNIST-like npz file, a folder of images or a zip of one.

    Args:
        name: a key of ``DATASETS``, or the path of an ``.npz`` file, a folder or a ``.zip``.

    Returns:
        Dataset: images uint8 (image, row, column), labels int64 (image,).

    Raises:
        DataError: nothing of that name, or not laid out as expected.
    """
    if str(name) in DATASETS:
        source = DATASETS[str(name)]
        return source.read(source)
    path = Path(name)
    if path.is_dir():
        return read_folder(path)
    if path.is_file():
        return read_zip_folder(path) if path.suffix.lower() == ".zip" else read_npz(path)
    raise DataError(
        f"Expected one of {', '.join(DATASETS)}, an .npz file, a folder or a .zip, got {str(name)!r}, which is none."
    )
