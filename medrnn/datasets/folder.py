"""A folder of images, or a zip of one, as a data set."""

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from medrnn.datasets.choices import Choices
from medrnn.datasets.files import Files, read_files
from medrnn.datasets.layout import find_layout, is_hidden
from medrnn.datasets.making import make_set
from medrnn.datasets.records import Dataset
from medrnn.datasets.table import is_table
from medrnn.disk import reason_of
from medrnn.errors import DataError, ImageError
from medrnn.imaging.series.paths import read_bytes

MOST_FILES, MOST_BYTES = 100_000, 4 << 30  # of a zip, unpacked


def _paths(folder: Path) -> list[str]:
    """Of all files below a folder, hidden ones too; links to elsewhere are followed as the owner's own."""
    return [f.relative_to(folder).as_posix() for f in sorted(folder.rglob("*")) if f.is_file()]


def _each(folder: Path, paths: list[str]) -> Iterator[tuple[str, bytes | ImageError]]:
    for path in paths:
        try:
            yield path, b"" if is_hidden(path) else read_bytes(folder / path)
        except ImageError as error:
            yield path, error


def read_folder_files(folder: Path) -> Files:
    """Every file of a folder, before a set is made of them.

    Raises:
        DataError: its files cannot be told apart into classes, told before an image is read; or too much.
    """
    paths = _paths(folder)
    if not any(map(is_table, paths)):
        find_layout(paths)  # its refusal need not wait for thousands of images
    return read_files(_each(folder, paths))


def read_folder(folder: Path, name: str = "", choices: Choices = Choices()) -> Dataset:  # noqa: B008 (frozen)
    """Read images of any supported kind, each cut to its centred square and brought to one size.

    The size follows from the images (``files.side_for``). One picture in colour makes the set one in colour; grey ones
    stored in three channels do not. What is no image, damaged, or of a class with too few images is left out and
    counted in the set's findings.

    Args:
        folder: laid out as ``find_layout`` says, or with a table (``table.read_table``).
        name: of the set, by default the folder's.
        choices: how patients are told, what a volume becomes, and the like.

    Raises:
        DataError: no two classes with images are left.
    """
    return make_set(read_folder_files(folder), name or folder.name, choices)


def read_zip_folder(path: Path, choices: Choices = Choices()) -> Dataset:  # noqa: B008 (frozen)
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
        return read_folder(Path(place), path.stem, choices)
