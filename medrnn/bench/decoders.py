"""What each transfer syntax was checked against: our stored values beside DCMTK's, file by file."""

import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from medrnn import imaging
from medrnn.errors import ImageError
from medrnn.imaging.samples import FOLDER
from medrnn.types import Study

TOOLS = ("dcmdjpeg", "dcmdjpls", "dcmdrle", "dcmconv")  # each turns what it knows into explicit little endian
SECONDS = 60


def _files() -> list[Path]:
    """The DICOM samples that ship with the app, and the test files inside the pydicom package."""
    package = find_spec("pydicom")
    inside = Path(package.origin).parent / "data" / "test_files" if package and package.origin else Path()
    return [*sorted(FOLDER.glob("*.dcm")), *sorted(inside.glob("*.dcm"))]


def _run(*words: str | Path) -> bool:
    return subprocess.run(list(map(str, words)), capture_output=True, timeout=SECONDS).returncode == 0


def _second_path(file: Path, folder: Path) -> bytes | None:
    """The pixel data as DCMTK decodes it: uncompressed, little endian, or None where it cannot."""
    plain = folder / "plain.dcm"
    decoded = any(
        shutil.which(tool) and _run(tool, *(["+te"] if tool == "dcmconv" else []), file, plain)
        for tool in TOOLS
    )
    if not decoded or not _run("dcmdump", "+W", folder, plain):
        return None
    raws = sorted(folder.glob("plain.dcm.*.raw"))
    return raws[-1].read_bytes() if raws else None


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


def _check(file: Path) -> tuple[tuple[str, str, int], float | None] | None:
    """(transfer syntax, photometric, bits) and the difference of one file; None where it is no image."""
    try:
        study = imaging.read(file.read_bytes())
    except ImageError:
        return None
    tags = dict(study.tags)
    kind = (tags.get("Transfer syntax", "unknown"), study.photometric or "", int(tags.get("Bits stored", 0)))
    with tempfile.TemporaryDirectory() as folder:
        raw = _second_path(file, Path(folder))
    return kind, None if raw is None else _difference(study, raw)


def bench_decoders() -> dict[str, Any]:
    """Our stored values beside those of DCMTK's command-line tools (Debian package ``dcmtk``).

    Returns:
        ``rows``: for each transfer syntax, photometric interpretation and number of bits: files read, files
        compared, the largest difference of a stored value (JPEG allows its decoders to differ by rounding).
    """
    table: dict[tuple[str, str, int], list[float | None]] = {}
    for file in _files():
        found = _check(file)
        if found:
            table.setdefault(found[0], []).append(found[1])
    rows = []
    for (syntax, photometric, bits), found in sorted(table.items()):
        compared = [d for d in found if d is not None]
        rows.append(
            {
                **{"transfer_syntax": syntax, "photometric": photometric, "bits": bits, "files": len(found)},
                **{"compared": len(compared), "largest_difference": max(compared) if compared else None},
            }
        )
    return {"second_path": "DCMTK" if shutil.which("dcmdump") else "none found: install dcmtk", "rows": rows}
