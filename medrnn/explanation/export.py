"""Traces and maps as NPZ files: arrays first, what they are and how they were made beside them, nothing pickled."""

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
from medrnn.models.inference import Inference, table_head
from medrnn.types import Attribution, Reading, Trace


def _pack(arrays: Mapping[str, Any], inference: Inference) -> bytes:
    """The NPZ bytes of arrays, with the verdict, its reason and the trace of inference (JSON) as strings."""
    file, told = io.BytesIO(), {"verdict": inference.verdict.name, "reason": inference.reason}
    told |= {"inference": inference.to_json(), "note": DISCLAIMER}
    packed = {name: np.asarray(value) for name, value in {**arrays, **told}.items()}
    np.savez_compressed(file, allow_pickle=False, **packed)
    return file.getvalue()


def _write(path: Path, data: bytes) -> None:
    with disk.writing(path, path.name) as file:
        file.write(data)


def pack_trace(trace: Trace, reading: Reading, inference: Inference) -> bytes:
    """The NPZ bytes of a trace.

    Arrays: "layer0/forward/h" and so on (step, unit), ``input`` (step, feature), ``boxes`` (step, 4) as x, y,
    width, height in image pixels, ``error``, and the strings ``model``, ``model_digest``, ``reading``,
    ``study_key``, ``verdict``, ``reason``, ``inference`` (JSON), ``note``. Steps count from 0.
    """
    arrays = {
        **trace.arrays,
        "input": trace.input,
        "boxes": reading.boxes,
        "error": trace.error,
        "model": inference.model,
        "model_digest": inference.model_digest,
        "reading": reading.config.title,
        "study_key": reading.study_key,
    }
    return _pack(arrays, inference)


def pack_attribution(found: Attribution, inference: Inference) -> bytes:
    """The NPZ bytes of a map: ``values`` (row, column) in the model's input grid, upright, and what they are.

    ``completeness_error`` is NaN where the method promises no sum; ``verdict``, ``reason`` and ``inference`` as in
    ``pack_trace``.
    """
    arrays = {
        "values": found.values,
        "method": found.method,
        "class": found.target,
        "baseline": found.baseline,
        "completeness_error": np.nan if found.completeness_error is None else found.completeness_error,
        "model": found.model,
        "model_digest": found.digest,
    }
    return _pack(arrays, inference)


def save_trace(path: Path, trace: Trace, reading: Reading, inference: Inference) -> None:
    """Write ``pack_trace`` to a file."""
    _write(path, pack_trace(trace, reading, inference))


def save_attribution(path: Path, found: Attribution, inference: Inference) -> None:
    """Write ``pack_attribution`` to a file."""
    _write(path, pack_attribution(found, inference))


def trace_table(trace: Trace, inference: Inference) -> str:
    """The trace as CSV text: comment lines, then layer, direction, symbol, step, unit, value, counted from 0."""
    rows = ["layer,direction,symbol,step,unit,value"]
    for name, values in trace.arrays.items():
        head = name.removeprefix("layer").replace("/", ",")
        rows += [f"{head},{t},{u},{v:.7g}" for (t, u), v in np.ndenumerate(values)]
    return table_head(inference) + "\n".join(rows) + "\n"


def pack_trace_zip(trace: Trace, reading: Reading, inference: Inference) -> bytes:
    """A zip of ``trace.npz`` and ``trace.csv``, and last ``manifest.json`` that says what they are.

    The manifest holds the SHA-256 of both files, the verdict and its reason, the trace of inference, the largest
    difference from the fused run, and the shapes of all arrays. Everything counts from 0.
    """
    files = {
        "trace.npz": pack_trace(trace, reading, inference),
        "trace.csv": trace_table(trace, inference).encode(),
    }
    manifest = {
        "note": DISCLAIMER,
        "verdict": inference.verdict.name,
        "reason": inference.reason,
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        "inference": inference.to_dict(),
        "error": trace.error,
        "arrays": {name: list(values.shape) for name, values in trace.arrays.items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", json.dumps(manifest, indent=1) + "\n")
    return buffer.getvalue()
