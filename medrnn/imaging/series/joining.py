"""Arrays, windows and steps of the slices of one volume become those of one study."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from medrnn.imaging.windowing import compute_window, window_step
from medrnn.types import Applied, Geometry, Study, Window

MOST_WARNINGS = 12
_BEFORE_WINDOW = ("rescale", "modality-lut", "palette", "ybr-to-rgb")


def _join(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """One array of the smallest type that holds all; float32 where whole numbers meet fractions."""
    kinds = {a.dtype for a in arrays}
    dtype = np.result_type(*kinds)
    if len(kinds) > 1 and dtype.kind == "f" and np.dtype(np.float64) not in kinds:
        dtype = np.dtype(np.float32)
    return np.concatenate([a.astype(dtype, copy=False) for a in arrays])


def _padding(studies: Sequence[Study]) -> np.ndarray | None:
    if all(s.padding is None for s in studies):
        return None
    return np.concatenate(
        [np.zeros(s.stored.shape[:3], bool) if s.padding is None else s.padding for s in studies]
    )


def _overlay_bits(studies: Sequence[Study]) -> np.ndarray | None:
    """The planes of all slices, plane by plane; a slice without them has none drawn."""
    if all(s.overlay_bits is None for s in studies):
        return None
    bits = [
        np.zeros(s.stored.shape[:3], np.uint8) if s.overlay_bits is None else s.overlay_bits for s in studies
    ]
    return _join(bits)


def _overlay_kinds(studies: Sequence[Study]) -> tuple[str, ...]:
    return max((s.overlay_kinds for s in studies), key=len)


def _window(
    studies: Sequence[Study], values: np.ndarray, padding: np.ndarray | None, notes: list[str]
) -> Window:
    """The first slice's; where that was computed from 16 bits or more, one computed from all slices."""
    first = studies[0].window
    if first.source == "computed" and values.dtype != np.uint8 and values.ndim == 3:
        return compute_window(values, padding)
    if any(s.window != first for s in studies):
        notes.append("The slices bring different windows; that of the first is used for all.")
    return first


def _applied(studies: Sequence[Study], how: str, window: Window) -> tuple[Applied, ...]:
    """What was done to every slice; rescaling that differs is said once."""
    first, *others = (s.applied for s in studies)
    common = [
        a for a in first if all(a in other for other in others) and a.name not in ("window", "overlays")
    ]
    is_rescaled = any(a.name == "rescale" for s in studies for a in s.applied)
    if is_rescaled and not any(a.name == "rescale" for a in common):
        common.insert(0, Applied("rescale", (("each", "slice"),)))
    before = [a for a in common if a.name in _BEFORE_WINDOW]
    after = [a for a in common if a not in before]
    shown = [window_step(window)] if studies[0].values.ndim == 3 and studies[0].colour is None else []
    planes = len(_overlay_kinds(studies))
    drawn = [Applied("overlays", (("planes", planes),))] if planes else []
    sort = Applied("sort", (("files", len(studies)), ("by", how)))
    return (sort, *before, *shown, *after, *drawn)


def bounded(notes: Sequence[str]) -> tuple[str, ...]:
    """Each sentence once, the first ``MOST_WARNINGS`` of them: what counts most stands first."""
    unique = list(dict.fromkeys(notes))
    if len(unique) > MOST_WARNINGS:
        unique = [*unique[:MOST_WARNINGS], f"{len(unique) - MOST_WARNINGS} more warnings are not shown."]
    return tuple(unique)


def join(studies: Sequence[Study], how: str, geometry: Geometry | None, notes: Sequence[str]) -> Study:
    """One study of the frames of several.

    Args:
        studies: alike in size and kind, in order.
        how: by what they were ordered.
        geometry: of them all.
        notes: what is to be said of them together; stands before what each says of itself.
    """
    first, notes = studies[0], list(notes)
    stored = _join([s.stored for s in studies])
    is_same = all(s.values is s.stored for s in studies)
    values = stored if is_same else _join([s.values for s in studies])
    padding = _padding(studies)
    window = _window(studies, values, padding, notes)
    notes += [note for s in studies for note in s.warnings]
    return replace(
        first,
        sides=first.sides if len({s.sides for s in studies}) == 1 else ("", ""),
        key=hashlib.sha256("".join(sorted(s.key for s in studies)).encode()).hexdigest(),
        stored=stored,
        values=values,
        colour=None if first.colour is None else np.concatenate([s.colour for s in studies]),
        padding=padding,
        window=window,
        overlay_bits=_overlay_bits(studies),
        overlay_kinds=_overlay_kinds(studies),
        transfer_syntax=first.transfer_syntax if len({s.transfer_syntax for s in studies}) == 1 else None,
        tags=tuple(tag for tag in first.tags if all(tag in s.tags for s in studies)),
        applied=_applied(studies, how, window),
        warnings=bounded(notes),
        geometry=geometry,
    )
