"""A folder of images, or a zip of one, as a data set."""

import tempfile
import zipfile
import zlib
from pathlib import Path

import numpy as np

from medrnn import imaging, sequences
from medrnn.config import ReadingConfig
from medrnn.datasets.layout import files_in, find_layout
from medrnn.datasets.records import Dataset, Split
from medrnn.disk import reason_of
from medrnn.errors import DataError, ImageError
from medrnn.imaging.series.paths import read_bytes

SIDE = 64
MOST_FILES, MOST_BYTES = 100_000, 4 << 30  # of a zip, unpacked


def _read_image(file: Path) -> np.ndarray:
    """(row, column) uint8, of a picture whose channels differ (row, column, 3)."""
    study = imaging.read(read_bytes(file))
    if study.frames > 1:
        raise ImageError(
            f"Expected one image a file, got a volume of {study.frames} frames. Export its slices as files."
        )
    is_colour = study.is_colour and sequences.source_of(study).is_colour
    config = ReadingConfig(size=(SIDE, SIDE), channels="rgb" if is_colour else "grey")
    grid = sequences.read_study(study, config, from_colour=not is_colour).grid
    pixels: np.ndarray = np.rint(255 * grid).astype(np.uint8)
    return pixels


def _read_images(files: list[Path]) -> list[np.ndarray]:
    made = []
    for file in files:
        try:
            made.append(_read_image(file))
        except ImageError as error:
            raise DataError(f"File {_place(file)}: {error}", file=str(file)) from None
    return made


def _stack(images: list[np.ndarray], is_colour: bool) -> np.ndarray:
    """One array; among colours a grey picture has three equal channels."""
    if not is_colour:
        return np.stack(images)
    return np.stack([one if one.ndim == 3 else np.repeat(one[..., None], 3, -1) for one in images])


def _place(file: Path) -> str:
    """A file by its place in its folder, counted from 1 in the order of names: names may name people."""
    beside = [f for f in files_in(file.parent) if f.parent == file.parent]
    return f"{beside.index(file) + 1} of {len(beside)} by name in its folder"


def read_folder(folder: Path, name: str = "") -> Dataset:
    """Read images of any supported kind, each cut to its centred square and brought to 64 x 64.

    One picture in colour makes the set one in colour; grey ones stored in three channels do not.

    Args:
        folder: laid out as ``find_layout`` says.
        name: of the set, by default the folder's.

    Raises:
        DataError: another layout, a split or class without images, a file that is no single image.
    """
    layout = find_layout(folder)
    read = [_read_images([f for f, _ in some]) for some in layout.files.values()]
    is_colour = any(image.ndim == 3 for images in read for image in images)
    train, val, test = (
        Split(_stack(images, is_colour), np.array([k for _, k in some], np.int64))
        for images, some in zip(read, layout.files.values(), strict=True)
    )
    dealt = f" {', '.join(layout.dealt)} dealt out within each class, seed 0." if layout.dealt else ""
    about = f"A folder of images, brought to {SIDE} x {SIDE}{', in colour' if is_colour else ''}.{dealt}"
    title = name or folder.name
    return Dataset(title, title, layout.classes, train, val, test, about=about)


def read_zip_folder(path: Path) -> Dataset:
    """``read_folder`` of what a zip holds; it is unpacked into a folder that is gone afterwards.

    Raises:
        DataError: no zip, one with too much in it, under a password, or see ``read_folder``.
    """
    with tempfile.TemporaryDirectory() as place:
        try:
            with zipfile.ZipFile(path) as packed:
                infos = [info for info in packed.infolist() if not info.is_dir()]
                if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
                    raise DataError(
                        f"Expected a zip of at most {MOST_FILES:,} files and {MOST_BYTES >> 30} GB unpacked. Unpack it "
                        "yourself and give the folder."
                    )
                for info in infos:
                    packed.extract(info, place)  # never outside: ".." and leading slashes are dropped
        except OSError as error:
            raise DataError(
                f"Expected to unpack the zip, it cannot be: {reason_of(error)}. Unpack it yourself and give the folder."
            ) from None
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
            raise DataError(
                "Expected a zip that can be unpacked, got a damaged one or one under a password. Pack it again."
            ) from None
        try:
            return read_folder(Path(place), path.stem)
        except DataError as error:
            inside = error.file and str(Path(error.file).relative_to(place))
            raise DataError(str(error), file=inside) from None
