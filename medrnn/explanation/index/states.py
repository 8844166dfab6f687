"""An index of the hidden states of a model over a data set: what every unit did at every step of every image.

One file for a module, a model's weights and a data set, in the folder of runs. It holds images of the validation and
the test split, never training images; ``medrnn.explanation.index.build`` builds it.
"""

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import numpy as np

from medrnn import disk, sequences
from medrnn.brief import Brief
from medrnn.config import ReadingConfig
from medrnn.datasets import DATASETS
from medrnn.errors import CatalogError, ConfigError
from medrnn.models.cards import Card
from medrnn.models.catalog import runs_folder
from medrnn.models.places import Passage, passages
from medrnn.training.again import index_line

VERSION = 1
MOST_FILE = 300 << 20  # bytes: the arrays of ``indexing.MOST_BYTES`` and their names
BROKEN = (
    *(OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, MemoryError),
    *(zipfile.BadZipFile, zlib.error),
)  # what a damaged npz file may raise
ARRAYS = ("states", "grids", "labels", "is_test", "rows")


@dataclass(frozen=True, eq=False, repr=False)
class StateIndex(Brief):
    """The hidden states of one model over many images.

    Attributes:
        model, digest: id of the model and SHA-256 of its weights.
        data: the data set's name in the file's name, see ``data_key``.
        classes: names of the labels.
        reading: the grid of the steps: how an image became steps, or the map that the module reads. Of a module that
            sweeps a map every place is a step, from the top left, line by line.
        layers, directions: 2 and ("forward", "backward"), for instance.
        states: (image, step, layer x direction x unit) float16 in [-1, 1], layers slowest; the index is the
            step in reading order in both directions. Rounding moves a value by at most 2.5e-4.
        grids: (image, row, column), in colour (image, row, column, 3), uint8: the model's input as a small image,
            upright. Of a map each place stands for as many pixels as the image has more rows than the map.
        labels: (image,) int64, each the index of a class.
        is_test: (image,) bool, False for the validation split.
        rows: (image,) int64, the image's row in its split.
        module: whose states, a name of ``Classifier.recurrent``.
    """

    model: str
    digest: str
    data: str
    classes: tuple[str, ...]
    reading: ReadingConfig
    layers: int
    directions: tuple[str, ...]
    states: np.ndarray
    grids: np.ndarray
    labels: np.ndarray
    is_test: np.ndarray
    rows: np.ndarray
    module: str = "rnn"

    def __len__(self) -> int:
        return len(self.states)

    @property
    def steps(self) -> int:
        """Steps of each image."""
        steps: int = self.states.shape[1]
        return steps

    @property
    def units(self) -> int:
        """Units of one layer and direction."""
        states: int = self.states.shape[2]
        return states // (self.layers * len(self.directions))

    def part(self, layer: int, direction: str = "forward") -> np.ndarray:
        """The states of one layer and direction: (image, step, unit) float16, a view.

        Raises:
            ConfigError: the model has no such layer or direction.
        """
        if not 0 <= layer < self.layers or direction not in self.directions:
            raise ConfigError(
                f"Expected a layer below {self.layers} and a direction out of {', '.join(self.directions)}, "
                f"got layer {layer}, {direction!r}. Choose one that the model has."
            )
        start = (layer * len(self.directions) + self.directions.index(direction)) * self.units
        return self.states[:, :, start : start + self.units]

    def lines(self) -> np.ndarray:
        """What lay at each step, in grey: (image, step, feature) uint8; of a map the mean of each place's pixels."""
        is_colour = self.grids.ndim == 4
        grey = np.rint(self.grids @ sequences.LUMA).astype(np.uint8) if is_colour else self.grids
        (rows, columns), (tall, wide) = self.reading.size, grey.shape[1:]
        if (rows, columns) != (tall, wide):
            blocks = grey.reshape(len(grey), rows, tall // rows, columns, wide // columns)
            grey = np.rint(blocks.mean((2, 4), dtype=np.float32)).astype(np.uint8)
        return sequences.lines(grey, replace(self.reading, channels="grey"))

    def boxes(self) -> np.ndarray:
        """(step, 4) float32: x, y, width, height of each step's place, in pixels of ``grids``."""
        tall, wide = self.grids.shape[1:3]
        return sequences.boxes(self.reading, (0, 0, wide, tall))

    def picture(self, image: int) -> np.ndarray:
        """(row, column, 3) uint8: an image as the model was given it; ``image`` counts within the index."""
        grid: np.ndarray = self.grids[image]
        return grid if grid.ndim == 3 else np.repeat(grid[..., None], 3, -1)

    def title(self, image: int) -> str:
        """An image in words, such as "test image 31, pneumonia"; ``image`` counts within the index."""
        split = "test" if self.is_test[image] else "validation"
        return f"{split} image {self.rows[image]}, {self.classes[self.labels[image]]}"


def data_key(data: str | Path) -> str:
    """A data set's name in file names: its own for a shipped set, else its stem and a digest of its place."""
    if str(data) in DATASETS:
        return str(data)
    place = Path(data).resolve()
    stem = "".join(c if c.isascii() and c.isalnum() else "-" for c in place.stem)[:40]
    return f"{stem}-{hashlib.sha256(str(place).encode()).hexdigest()[:8]}"


def index_passage(card: Card, module: str = "") -> Passage:
    """Where the steps of an index of a module lie.

    Args:
        card: of the model.
        module: a name of ``Classifier.recurrent``; "" for the one that reads last.

    Raises:
        ConfigError: the model has no such module, or none at all.
    """
    found = passages(card.config.model, card.config.reading)
    if not found:
        raise ConfigError(f"{card.id} is a convolutional network: it has no states that could be indexed.")
    if module and module not in found:
        raise ConfigError(f"module: expected one of {', '.join(found)}, got {module!r}.")
    return found[module] if module else list(found.values())[-1]


def _file_name(digest: str, data: str, module: str) -> str:
    return f"{digest}-{data}{'' if module == 'rnn' else f'-{module}'}.npz"


def index_path(card: Card, data: str | Path, module: str = "") -> Path:
    """Where the index of a module of a model and a data set lies, whether it is there or not.

    Raises:
        ConfigError: see ``index_passage``.
    """
    name = index_passage(card, module).name
    return runs_folder() / ".index" / _file_name(card.digest, data_key(data), name)


def find_index(card: Card, data: str | Path, module: str = "") -> Path | None:
    """The file of the index, or None where it has not been built; see ``index_path``."""
    path = index_path(card, data, module)
    return path if path.is_file() else None


class _About(TypedDict):
    """What stands beside the arrays."""

    version: int
    model: str
    digest: str
    data: str
    classes: tuple[str, ...]
    layers: int
    directions: tuple[str, ...]
    reading: dict[str, Any]
    module: NotRequired[str]  # files from before networks had several have none


def save_index(index: StateIndex) -> Path:
    """Write the index under a temporary name, then give it its own in one move.

    Returns:
        The file in ``.index`` of the folder of runs: ``<digest>-<data>.npz``, of a network with several modules
        ``<digest>-<data>-<module>.npz``.

    Raises:
        ConfigError: the folder of runs cannot be written to, or the disk is full.
    """
    path = runs_folder() / ".index" / _file_name(index.digest, index.data, index.module)
    named = ("model", "digest", "data", "classes", "layers", "directions", "module")
    about = {name: getattr(index, name) for name in named}
    about |= {"version": VERSION, "reading": index.reading.to_dict()}
    disk.make_folder(path.parent, "the index")
    with disk.writing(path, "the index") as file:
        np.savez(file, about=json.dumps(about), **{name: getattr(index, name) for name in ARRAYS})
    return path


def _is_whole(index: StateIndex, card: Card, passage: Passage) -> bool:
    """True where every array has the shape and type that the card and the others ask for, and holds numbers."""
    model, reading, count = card.config.model, card.config.reading, len(index.labels)
    width = passage.layers * (1 + model.is_bidirectional) * model.width
    wanted = {
        "states": ((count, passage.places.steps, width), np.float16),
        "grids": ((count, *reading.size, 3) if reading.is_colour else (count, *reading.size), np.uint8),
        "labels": ((count,), np.int64),
        "is_test": ((count,), np.bool_),
        "rows": ((count,), np.int64),
    }
    found = {name: (getattr(index, name).shape, getattr(index, name).dtype) for name in ARRAYS}
    is_labelled = count > 0 and index.labels.min() >= 0 and index.labels.max() < len(index.classes)
    ways = ("forward", "backward")[: 1 + model.is_bidirectional]
    known = (passage.layers, ways, passage.places, passage.name)
    is_same = (index.layers, index.directions, index.reading, index.module) == known
    return found == wanted and is_labelled and is_same and bool(np.isfinite(index.states).all())


def _check_members(data: bytes) -> None:
    """Refuse what ``save_index`` never writes: packed members, and more bytes than the file has.

    Raises:
        ValueError: there is such a member.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED or member.file_size > len(data):
                raise ValueError(member.filename)


def _read(path: Path) -> tuple[_About, dict[str, np.ndarray]]:
    data = disk.read_bytes(path, MOST_FILE)
    _check_members(data)
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        about = disk.decode(str(arrays["about"]).encode(), _About, "the index")
        return about, {name: arrays[name] for name in ARRAYS}


def load_index(card: Card, data: str | Path, module: str = "") -> StateIndex:
    """The index of a module of a model and a data set, checked against the model's card.

    Args:
        card: of the model.
        data: the data set's name or place.
        module: a name of ``Classifier.recurrent``; "" for the one that reads last.

    Raises:
        ConfigError: see ``index_passage``.
        CatalogError: it has not been built, is damaged, or is of another version or of other weights.
    """
    path, passage = index_path(card, data, module), index_passage(card, module)
    cure = f"Build it again: {index_line(card.id, data, module)}"
    try:
        about, arrays = _read(path)
        index = StateIndex(
            model=about["model"],
            digest=about["digest"],
            data=about["data"],
            classes=about["classes"],
            reading=ReadingConfig.from_dict(about["reading"]),
            layers=about["layers"],
            directions=about["directions"],
            module=about.get("module", "rnn"),
            **arrays,
        )
        is_good = (
            about["version"] == VERSION and index.digest == card.digest and _is_whole(index, card, passage)
        )
    except FileNotFoundError:
        raise CatalogError(f"Expected an index of the states of {card.id}, found none. {cure}") from None
    except BROKEN:
        raise CatalogError(f"The index of the states of {card.id} cannot be read. {cure}") from None
    if not is_good:
        raise CatalogError(
            f"The index of the states of {card.id} is of other weights or another version. {cure}"
        )
    return index
