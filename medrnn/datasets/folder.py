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


def _read_image(file: Path, config: ReadingConfig) -> np.ndarray:
    study = imaging.read(read_bytes(file))
    if study.frames > 1:
        raise ImageError(
            f"Expected one image a file, got a volume of {study.frames} frames. Export its slices as files."
        )
    return sequences.read_study(study, config, from_colour=True).grid


def _read_images(files: list[Path]) -> np.ndarray:
    config = ReadingConfig(size=(SIDE, SIDE))
    made = np.empty((len(files), SIDE, SIDE), np.uint8)
    for out, file in zip(made, files, strict=True):
        try:
            out[:] = np.rint(255 * _read_image(file, config))
        except ImageError as error:
            raise DataError(f"File {_place(file)}: {error}", file=str(file)) from None
    return made


def _place(file: Path) -> str:
    """A file by its place in its folder, counted from 1 in the order of names: names may name people."""
    beside = [f for f in files_in(file.parent) if f.parent == file.parent]
    return f"{beside.index(file) + 1} of {len(beside)} by name in its folder"


def read_folder(folder: Path, name: str = "") -> Dataset:
    """Read images of any supported kind, each cut to its centred square and brought to 64 x 64.

    Args:
        folder: laid out as ``find_layout`` says.
        name: of the set, by default the folder's.

    Raises:
        DataError: another layout, a split or class without images, a file that is no single image.
    """
    layout = find_layout(folder)
    train, val, test = (
        Split(_read_images([f for f, _ in some]), np.array([k for _, k in some], np.int64))
        for some in layout.files.values()
    )
    dealt = f" {', '.join(layout.dealt)} dealt out within each class, seed 0." if layout.dealt else ""
    about = f"A folder of images, brought to {SIDE} x {SIDE}.{dealt}"
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
