"""Traces and maps as NPZ files: arrays first, what they are and how they were made beside them, nothing pickled."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medrnn import disk
from medrnn.config import DISCLAIMER
from medrnn.explanation.tracing.trace import BatchTrace
from medrnn.models.inference import Inference, table_head
from medrnn.models.places import Passage
from medrnn.types import Attribution, Reading, Trace

if TYPE_CHECKING:  # that room reads this one
    from medrnn.explanation.beyond.counterfactual import Counterfactual


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


def pack_trace(
    trace: Trace, reading: Reading, inference: Inference, boxes: np.ndarray | None = None, *, module: str = ""
) -> bytes:
    """The NPZ bytes of a trace.

    Args:
        trace: of one sequence.
        reading: what was read.
        inference: how the trace was made.
        boxes: (step, 4) of the trace's own steps (``Passage.boxes``), by default those of the reading.
        module: whose trace it is, where the network holds several; then it stands in the file.

    Arrays: "layer0/forward/h" and so on (step, unit), ``input`` (step, feature), ``boxes`` (step, 4) as x, y,
    width, height in image pixels, of slices on their sheet, with ``frames`` (step,) of the series, ``error``, and the
    strings ``model``, ``model_digest``, ``reading``, ``study_key``, ``verdict``, ``reason``, ``inference`` (JSON),
    ``note``. Steps count from 0.
    """
    arrays = {
        **trace.arrays,
        "input": trace.input,
        "boxes": reading.boxes if boxes is None else boxes,
        "error": trace.error,
        **_made(reading, inference),
    }
    if reading.frames:
        arrays["frames"] = np.array(reading.frames)
    return _pack(arrays | ({"module": module} if module else {}), inference)


def pack_sweeps(
    found: Mapping[str, BatchTrace], passages: Mapping[str, Passage], reading: Reading, inference: Inference
) -> bytes:
    """The NPZ bytes of what sweeps did: all lines of one or several of them.

    Arrays: "sweeps.0.rows/row/forward/h" and so on (line, step, unit), "sweeps.0.rows/input" (line, step, feature) and
    "sweeps.0.rows/boxes" (line, step, 4) as x, y, width, height in image pixels; the rest as in ``pack_trace``.

    Args:
        found: the traces by the module's name, of ``tracing.inside.trace_inside``.
        passages: of the network, from ``models.places``.
        reading: what was read.
        inference: how the traces were made.
    """
    arrays: dict[str, Any] = {"error": max(one.error for one in found.values()), **_made(reading, inference)}
    for name, one in found.items():
        line = passages[name].axis.removesuffix("s")
        boxes = [passages[name].boxes(reading.canvas, k) for k in range(passages[name].lines)]
        arrays |= {f"{name}/input": one.input.cpu().numpy(), f"{name}/boxes": np.stack(boxes)}
        for symbol, values in one.arrays.items():
            place = symbol.replace("layer0", line)
            arrays[f"{name}/{place}"] = np.ascontiguousarray(values.float().cpu().numpy())
    return _pack(arrays, inference)


def _made(reading: Reading, inference: Inference) -> dict[str, str]:
    """Which network read what."""
    return {
        "model": inference.model,
        "model_digest": inference.model_digest,
        "reading": reading.config.title,
        "study_key": reading.study_key,
    }


def pack_attribution(
    found: Attribution,
    inference: Inference,
    states: Mapping[str, np.ndarray] | None = None,
    evidence: Mapping[str, np.ndarray] | None = None,
) -> bytes:
    """The NPZ bytes of a map: ``values`` (row, column) in the model's input grid, upright, and what they are.

    ``completeness_error`` is NaN where the method promises no sum; ``seed`` and ``step`` are -1 where nothing was drawn
    and the whole image's answer was asked for; ``samples`` and ``others`` as in ``types.Attribution``; ``verdict``,
    ``reason`` and ``inference`` as in ``pack_trace``.

    Args:
        found: the map.
        inference: how it was made.
        states: gradient times state of a module by its name, (line, step); then ``states`` and ``module`` stand there.
        evidence: about the map, as ``evidence.record.to_arrays`` gives it: ``evidence`` (JSON with verdicts, thresholds
            and the seed) and its arrays, "evidence/deletion/scores" and so on.
    """
    arrays = {
        "values": found.values,
        "method": found.method,
        "class": found.target,
        "baseline": found.baseline,
        "completeness_error": np.nan if found.completeness_error is None else found.completeness_error,
        "seed": -1 if found.seed is None else found.seed,
        "step": -1 if found.step is None else found.step,
        "samples": found.samples,
        "others": found.others,
        "model": found.model,
        "model_digest": found.digest,
    }
    for name, values in (states or {}).items():
        arrays |= {"states": values, "module": name}
    return _pack({**arrays, **(evidence or {})}, inference)


def save_trace(
    path: Path,
    trace: Trace,
    reading: Reading,
    inference: Inference,
    boxes: np.ndarray | None = None,
    *,
    module: str = "",
) -> None:
    """Write ``pack_trace`` to a file."""
    _write(path, pack_trace(trace, reading, inference, boxes, module=module))


def save_sweeps(
    path: Path,
    found: Mapping[str, BatchTrace],
    passages: Mapping[str, Passage],
    reading: Reading,
    inference: Inference,
) -> None:
    """Write ``pack_sweeps`` to a file."""
    _write(path, pack_sweeps(found, passages, reading, inference))


def save_attribution(
    path: Path,
    found: Attribution,
    inference: Inference,
    states: Mapping[str, np.ndarray] | None = None,
    evidence: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Write ``pack_attribution`` to a file."""
    _write(path, pack_attribution(found, inference, states, evidence))


def trace_table(trace: Trace, inference: Inference) -> str:
    """The trace as CSV text: comment lines, then layer, direction, symbol, step, unit, value, counted from 0."""
    rows = ["layer,direction,symbol,step,unit,value"]
    for name, values in trace.arrays.items():
        head = name.removeprefix("layer").replace("/", ",")
        rows += [f"{head},{t},{u},{v:.7g}" for (t, u), v in np.ndenumerate(values)]
    return table_head(inference) + "\n".join(rows) + "\n"


def pack_trace_zip(
    trace: Trace, reading: Reading, inference: Inference, boxes: np.ndarray | None = None, *, module: str = ""
) -> bytes:
    """A zip of ``trace.npz`` and ``trace.csv``, and last ``manifest.json`` that says what they are.

    The manifest holds the SHA-256 of both files, the verdict and its reason, the trace of inference, the largest
    difference from the fused run, and the shapes of all arrays. Everything counts from 0.
    """
    files = {
        "trace.npz": pack_trace(trace, reading, inference, boxes, module=module),
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


def pack_counterfactual(found: "Counterfactual", reading: Reading, inference: Inference) -> bytes:
    """The NPZ bytes of a counterfactual.

    Arrays: ``image`` and ``changed`` (row, column[, 3]) upright in the model's input grid, 0 to 1; ``steps`` that were
    replaced, counted from 0; ``before`` and ``after`` (class,) probabilities; ``classes``, ``towards``, ``is_found``;
    the rest as in ``pack_trace``.
    """
    arrays = {
        "image": reading.grid,
        "changed": found.grid,
        "steps": found.steps,
        "before": found.before,
        "after": found.after,
        "classes": list(found.classes),
        "towards": found.towards,
        "is_found": found.is_found,
    }
    return _pack(arrays | _made(reading, inference), inference)


def save_counterfactual(path: Path, found: "Counterfactual", reading: Reading, inference: Inference) -> None:
    """Write one to disk; see ``pack_counterfactual``."""
    _write(path, pack_counterfactual(found, reading, inference))
