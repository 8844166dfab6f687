"""Traces and maps as NPZ files: arrays first, what they are beside them, nothing pickled."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from medrnn import disk
from medrnn.config import DISCLAIMER
from medrnn.models.catalog import Card
from medrnn.types import Attribution, Reading, Trace


def _pack(arrays: Mapping[str, Any]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **{name: np.asarray(value) for name, value in arrays.items()})
    return file.getvalue()


def _write(path: Path, data: bytes) -> None:
    with disk.writing(path, path.name) as file:
        file.write(data)


def pack_trace(trace: Trace, reading: Reading, card: Card) -> bytes:
    """The NPZ bytes of a trace.

    Arrays: "layer0/forward/h" and so on (step, unit), ``input`` (step, feature), ``boxes`` (step, 4) as x, y,
    width, height in image pixels, ``error``, and the strings ``model``, ``model_digest``, ``reading``,
    ``study_key``, ``note``. Steps count from 0.
    """
    return _pack(
        {
            **trace.arrays,
            "input": trace.input,
            "boxes": reading.boxes,
            "error": trace.error,
            "model": card.id,
            "model_digest": card.digest,
            "reading": reading.config.title,
            "study_key": reading.study_key,
            "note": DISCLAIMER,
        }
    )


def pack_attribution(found: Attribution) -> bytes:
    """The NPZ bytes of a map: ``values`` (row, column) in the model's input grid, upright, and what they are.

    ``completeness_error`` is NaN where the method promises no sum.
    """
    error = np.nan if found.completeness_error is None else found.completeness_error
    return _pack(
        {
            "values": found.values,
            "method": found.method,
            "class": found.target,
            "baseline": found.baseline,
            "completeness_error": error,
            "model": found.model,
            "model_digest": found.digest,
            "note": DISCLAIMER,
        }
    )


def save_trace(path: Path, trace: Trace, reading: Reading, card: Card) -> None:
    """Write ``pack_trace`` to a file."""
    _write(path, pack_trace(trace, reading, card))


def save_attribution(path: Path, found: Attribution) -> None:
    """Write ``pack_attribution`` to a file."""
    _write(path, pack_attribution(found))


def trace_table(trace: Trace) -> str:
    """The trace as CSV text: a comment line, then layer, direction, symbol, step, unit, value, counted from 0."""
    rows = [f"# {DISCLAIMER}", "layer,direction,symbol,step,unit,value"]
    for name, values in trace.arrays.items():
        head = name.removeprefix("layer").replace("/", ",")
        rows += [f"{head},{t},{u},{v:.7g}" for (t, u), v in np.ndenumerate(values)]
    return "\n".join(rows) + "\n"


def pack_trace_zip(trace: Trace, reading: Reading, card: Card) -> bytes:
    """A zip of ``trace.npz`` and ``trace.csv``, and last ``manifest.json`` that says what they are.

    The manifest holds the SHA-256 of both files, the model and its digest, the reading, the content key of the
    image, the largest difference from the fused run, the versions, and the shapes of all arrays. Everything counts
    from 0.
    """
    files = {"trace.npz": pack_trace(trace, reading, card), "trace.csv": trace_table(trace).encode()}
    manifest = {
        "note": DISCLAIMER,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "model": card.id,
        "model_digest": card.digest,
        "reading": reading.config.to_dict(),
        "crop": list(reading.crop),
        "frame": reading.frame,
        "study_key": reading.study_key,
        "error": trace.error,
        "arrays": {name: list(values.shape) for name, values in trace.arrays.items()},
        "versions": dict(card.versions) | {"numpy": np.__version__},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", json.dumps(manifest, indent=1) + "\n")
    return buffer.getvalue()
