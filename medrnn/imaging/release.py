"""De-identified files on their way out: numbered, never named after what came in; data first, the manifest last."""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

from medrnn import disk
from medrnn.config import DISCLAIMER
from medrnn.errors import ConfigError, ImageError
from medrnn.imaging.deidentify import METHOD, deidentify_all

MANIFEST = "manifest.json"
_DATE = (1980, 1, 1, 0, 0, 0)  # zip has no earlier one; the true one would tell when


def deidentify_any(data: bytes) -> list[bytes | ImageError]:
    """De-identify a DICOM file, or every file in a zip with one salt."""
    from medrnn.imaging.archive import read_zip

    return deidentify_all(read_zip(data) if data[:4] == b"PK\3\4" else [data])


def _manifest(files: Sequence[tuple[str, bytes]], refused: int) -> bytes:
    content = {
        "note": DISCLAIMER,
        "method": METHOD,
        "left_out": refused,
        "warning": "Words or a face within the pictures are still there.",
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files},
    }
    return (json.dumps(content, indent=1) + "\n").encode()


def _named(found: Sequence[bytes | ImageError]) -> list[tuple[str, bytes]]:
    return [(f"{k:04}.dcm", one) for k, one in enumerate(found, 1) if isinstance(one, bytes)]


def pack(found: Sequence[bytes | ImageError]) -> bytes:
    """A zip of the files that could be de-identified, with their manifest."""
    files = _named(found)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in [*files, (MANIFEST, _manifest(files, len(found) - len(files)))]:
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _put(path: Path, data: bytes) -> None:
    with disk.writing(path, "the files") as file:
        file.write(data)


def write(found: Sequence[bytes | ImageError], out: Path, *, is_folder: bool = True) -> int:
    """Write the files that could be de-identified, numbered in a folder, or the only one; returns how many.

    Raises:
        ConfigError: the folder exists and is not empty, or cannot be written.
    """
    files = _named(found)
    if is_folder and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(
            "Expected a new or empty folder to write to, this one holds something. Name another."
        )
    manifest = (MANIFEST, _manifest(files, len(found) - len(files)))
    if not is_folder and not out.is_dir():
        _put(out, files[0][1])
        return 1
    disk.make_folder(out, "the files")
    for name, data in [*files, manifest]:
        _put(out / name, data)
    return len(files)
