"""What each transfer syntax was checked against: our stored values beside DCMTK's or GDCM's, file by file."""

import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from medrnn import imaging
from medrnn.errors import ImageError
from medrnn.imaging.dicom import parsing, planes
from medrnn.imaging.samples import FOLDER
from medrnn.types import Study

TOOLS = {  # each turns what it knows into explicit little endian; the first that can is taken
    "dcmdjpeg": ("DCMTK", ()),
    "dcmdjpls": ("DCMTK", ()),
    "dcmdrle": ("DCMTK", ()),
    "dcmconv": ("DCMTK", ("+te",)),
    "gdcmconv": ("GDCM", ("--raw",)),
}
SECONDS = 60


def _files() -> list[Path]:
    """The DICOM samples that ship with the app, and the test files inside the pydicom package."""
    package = find_spec("pydicom")
    inside = Path(package.origin).parent / "data" / "test_files" if package and package.origin else Path()
    return [*sorted(FOLDER.glob("*.dcm")), *sorted(inside.glob("*.dcm"))]


def _run(*words: str | Path) -> bool:
    return subprocess.run(list(map(str, words)), capture_output=True, timeout=SECONDS).returncode == 0


def _second_path(file: Path, folder: Path) -> tuple[str, bytes] | None:
    """Who decoded the pixel data, and its bytes: uncompressed, little endian; None where nobody could."""
    plain = folder / "plain.dcm"
    runs = (
        project
        for tool, (project, options) in TOOLS.items()
        if shutil.which(tool) and _run(tool, *options, file, plain)
    )
    project = next(runs, None)
    if project is None or not _run("dcmdump", "+W", folder, plain):
        return None
    raws = sorted(folder.glob("plain.dcm.*.raw"))
    return (project, raws[-1].read_bytes()) if raws else None


def _difference(study: Study, raw: bytes) -> float | None:
    """Largest absolute difference of all samples, or None where the layouts cannot be compared."""
    stored = study.stored
    other = np.frombuffer(raw[: stored.nbytes], stored.dtype)  # an odd length is padded
    if other.size != stored.size:
        return None
    shapes = [stored.shape]
    if stored.ndim == 4:
        shapes.append((stored.shape[0], 3, *stored.shape[1:3]))  # colour by plane
    found = []
    if stored.dtype.itemsize == 4:  # DCMTK turns big endian OW round by 16-bit words (PS3.5 A.3)
        others = [other, other.view("<u2").reshape(-1, 2)[:, ::-1].copy().view(stored.dtype)[:, 0]]
    else:
        others = [other]
    for shape, samples in ((shape, samples) for shape in shapes for samples in others):
        array = samples.reshape(shape)
        array = array if shape == stored.shape else np.moveaxis(array, 1, -1)
        found.append(float(np.abs(array.astype(np.float64) - stored).max()))
    return min(found)


Kind = tuple[str, str, int]  # transfer syntax, photometric interpretation, bits


def _check(file: Path) -> tuple[Kind, str, float | None] | None:
    """Its kind, who decoded it beside us, and the difference; None where it is no image."""
    try:
        data = file.read_bytes()
        study = planes.as_filed(imaging.read(data), parsing.parse(data))
    except ImageError:
        return None
    tags = dict(study.tags)
    kind = (tags.get("Transfer syntax", "unknown"), study.photometric or "", int(tags.get("Bits stored", 0)))
    with tempfile.TemporaryDirectory() as folder:
        second = _second_path(file, Path(folder))
    difference = _difference(study, second[1]) if second else None
    return kind, second[0] if second and difference is not None else "", difference


def _row(kind: Kind, found: list[tuple[str, float | None]]) -> dict[str, Any]:
    compared = [difference for _, difference in found if difference is not None]
    return {
        **dict(zip(("transfer_syntax", "photometric", "bits"), kind, strict=True)),
        "files": len(found),
        "compared": len(compared),
        "against": ", ".join(sorted({project for project, _ in found if project})) or None,
        "largest_difference": max(compared) if compared else None,
    }


def bench_decoders() -> dict[str, Any]:
    """Our stored values beside those of the command-line tools of DCMTK and GDCM.

    The Debian packages are ``dcmtk`` and ``libgdcm-tools``; a tool that is not there is left out.

    Returns:
        ``rows``: for each transfer syntax, photometric interpretation and number of bits: files read, files
        compared, against what, the largest difference of a stored value (JPEG allows its decoders to differ
        by rounding).
    """
    table: dict[Kind, list[tuple[str, float | None]]] = {}
    for file in _files():
        found = _check(file)
        if found:
            table.setdefault(found[0], []).append(found[1:])
    tools = [tool for tool in (*TOOLS, "dcmdump") if shutil.which(tool)]
    return {"tools": tools, "rows": [_row(kind, found) for kind, found in sorted(table.items())]}
