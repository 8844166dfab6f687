"""De-identified files on their way out: numbered, never named after what came in; data first, the manifest last."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medrnn import disk
from medrnn.config import DISCLAIMER
from medrnn.errors import ConfigError, ImageError
from medrnn.imaging.deidentify.copy import METHOD

MANIFEST = "manifest.json"
_DATE = (1980, 1, 1, 0, 0, 0)  # zip has no earlier one; the true one would tell when


def _manifest(digests: Mapping[str, str], refused: int) -> bytes:
    content = {
        "note": DISCLAIMER,
        "method": METHOD,
        "left_out": refused,
        "warning": "Words or a face within the pictures are still there.",
        "files": digests,
    }
    return (json.dumps(content, indent=1) + "\n").encode()


def _named(found: Iterable[bytes | memoryview | ImageError]) -> Iterator[tuple[str, bytes | memoryview]]:
    return ((f"{k:04}.dcm", one) for k, one in enumerate(found, 1) if not isinstance(one, ImageError))


@dataclass(frozen=True)
class Packed:
    """A zip of de-identified files, ready to be handed on.

    Attributes:
        data: the zip.
        written: how many files are in it.
        wrong: why each of the others is not.
    """

    data: bytes
    written: int
    wrong: tuple[ImageError, ...]


def pack(found: Iterable[bytes | memoryview | ImageError]) -> Packed:
    """A zip of the files that could be de-identified, with their manifest; each is packed as it comes."""
    wrong: list[ImageError] = []
    digests: dict[str, str] = {}
    buffer = io.BytesIO()

    def noted() -> Iterator[bytes | memoryview | ImageError]:
        for one in found:
            if isinstance(one, ImageError):
                wrong.append(one)
            yield one

    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in _named(noted()):
            digests[name] = hashlib.sha256(data).hexdigest()
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
        archive.writestr(
            zipfile.ZipInfo(MANIFEST, _DATE), _manifest(digests, len(wrong)), zipfile.ZIP_DEFLATED
        )
    return Packed(buffer.getvalue(), len(digests), tuple(wrong))


def _put(path: Path, data: bytes | memoryview) -> None:
    with disk.writing(path, "the files") as file:
        file.write(data)


def write(found: Sequence[bytes | ImageError], out: Path, *, is_folder: bool = True) -> int:
    """Write the files that could be de-identified, numbered in a folder, or the only one; returns how many.

    Raises:
        ConfigError: the folder exists and is not empty, or cannot be written.
    """
    files = list(_named(found))
    if is_folder and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(
            "Expected a new or empty folder to write to, this one holds something. Name another."
        )
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files}
    manifest = (MANIFEST, _manifest(digests, len(found) - len(files)))
    if not is_folder and not out.is_dir():
        _put(out, files[0][1])
        return 1
    disk.make_folder(out, "the files")
    for name, data in [*files, manifest]:
        _put(out / name, data)
    return len(files)
