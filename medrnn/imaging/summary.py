"""What a file holds, as plain JSON values."""

from dataclasses import asdict
from typing import Any

import numpy as np

from medrnn.imaging.windowing import check_frame
from medrnn.imaging.words import say
from medrnn.types import Study


def _figures(array: np.ndarray) -> dict[str, float | None]:
    """Of the finite samples; None where a frame has none, since JSON knows neither NaN nor infinity."""
    array = array[np.isfinite(array)] if array.dtype.kind == "f" else array
    if not array.size:
        return {"min": None, "max": None, "mean": None}
    return {"min": array.min().item(), "max": array.max().item(), "mean": float(array.mean(dtype=np.float64))}


def _geometry(study: Study) -> dict[str, Any] | None:
    if study.geometry is None:
        return None
    return {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(study.geometry).items()}


def summarize(study: Study, frame: int = 0) -> dict[str, Any]:
    """Key, size, stored and physical values of one frame, spacing, window, how many windows
    and overlay planes the file brings, what was applied, the safe tags.

    Args:
        study: any study.
        frame: counted from 0.

    Raises:
        ImageError: there is no such frame.
    """
    check_frame(study, frame)
    return {
        "key": study.key,
        "kind": study.kind,
        "rows": study.rows,
        "columns": study.columns,
        "frames": study.frames,
        "frame": frame,
        "samples_per_pixel": study.samples_per_pixel,
        "photometric": study.photometric,
        "transfer_syntax": study.transfer_syntax,
        "stored": _figures(study.stored[frame]),
        "values": {**_figures(study.values[frame]), "unit": study.unit},
        "padding": None if study.padding is None else float(study.padding[frame].mean()),
        "spacing_mm": list(study.spacing_mm) if study.spacing_mm else None,
        "geometry": _geometry(study),
        "window": {name: getattr(study.window, name) for name in ("center", "width", "source", "function")},
        "windows": len(study.windows),
        "overlays": len(study.overlay_kinds),
        "applied": list(map(say, study.applied)),
        "tags": dict(study.tags),
        "warnings": list(study.warnings),
    }
