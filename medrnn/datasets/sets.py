"""The data sets by name, by path and by what they hold."""

from dataclasses import replace
from pathlib import Path

from medrnn.config import TrainConfig
from medrnn.datasets.choices import Choices
from medrnn.datasets.folder import read_folder, read_zip_folder
from medrnn.datasets.npz import read_npz
from medrnn.datasets.own import is_own, load_own
from medrnn.datasets.records import Dataset
from medrnn.datasets.shipped import DATASETS
from medrnn.errors import DataError
from medrnn.models.cards import Kinds


def kinds_of(data: str | Path) -> Kinds | None:
    """What kind of images a shipped data set holds, for the cards of its models; None for any other."""
    if str(data) not in DATASETS:
        return None
    source = DATASETS[str(data)]
    return Kinds(
        modalities=list(source.modalities), body_parts=list(source.body_parts), is_colour=source.is_colour
    )


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


def load_dataset(name: str | Path, choices: Choices = Choices()) -> Dataset:  # noqa: B008 (frozen)
    """A data set by its name, or from a MedMNIST-like npz file, a folder of images or a zip of one.

    Args:
        name: a key of ``DATASETS``, the name of a set that a visitor brought (``own``), or the path of an ``.npz``
            file, a folder or a ``.zip``.
        choices: of the latter, which label, which cut, how patients are told and the like.

    Returns:
        Dataset: images uint8 (image, row, column) or (image, row, column, 3), labels int64 (image,).

    Raises:
        DataError: nothing of that name, or not laid out as expected.
    """
    if str(name) in DATASETS:
        source = DATASETS[str(name)]
        return source.read(str(name), source)
    if is_own(name):
        return load_own(str(name))
    path = Path(name)
    if path.is_dir():
        return read_folder(path, choices=choices)
    if path.is_file():
        if path.suffix.lower() == ".zip":
            return read_zip_folder(path, choices)
        return read_npz(path, choices=choices)
    raise DataError(
        f"Expected one of {', '.join(DATASETS)}, an .npz file, a folder or a .zip, got {str(name)!r}, which is none."
    )


def load_for(config: TrainConfig) -> Dataset:
    """The data set that a run learns from, made as its settings say.

    Raises:
        DataError: see ``load_dataset``; or a cut of a set that is no file of volumes.
    """
    is_made = is_shipped(config.data) or is_own(config.data)
    if is_made and config.cut != "none":
        raise DataError(
            f"cut: expected none, got {config.cut}: {shown_name(config.data)} is made of its files already. Leave it "
            "out."
        )
    return load_dataset(config.data, Choices(cut=config.cut))


def limits_of(data: str | Path) -> tuple[str, ...]:
    """Sentences for the card of a model that learnt from a data set."""
    if str(data) not in DATASETS:
        return ("Nothing is known of images from anywhere else.",)
    return DATASETS[str(data)].limits


def known_as(data: Dataset) -> Dataset | None:
    """The images under the name of the shipped set that they are the whole of, told by their digest; else None."""
    digest = data.digest
    for name, source in DATASETS.items():
        if source.whole == digest:
            return replace(
                data,
                name=name,
                title=source.title,
                classes=source.classes,
                about=source.about,
                licence=source.licence,
            )
    return None
