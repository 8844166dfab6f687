"""DICOM bytes to ``Study``. No text of a tag, and no message of a library, leaves this module."""

import hashlib
from typing import NotRequired, TypedDict

import numpy as np
from pydicom.dataset import Dataset

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Data
from medrnn.imaging.dicom import (
    commas,
    compression,
    modality,
    overlays,
    palette,
    parsing,
    pixels,
    planes,
    presentation,
    privacy,
    scale,
)
from medrnn.imaging.dicom.bits import say_senseless
from medrnn.imaging.dicom.elements import number, value_of
from medrnn.imaging.dicom.functional_groups import say_unmatched, sort_groups
from medrnn.imaging.limits import damage, say_not_finite
from medrnn.imaging.silence import silenced
from medrnn.imaging.windowing import compute_window, window_step
from medrnn.types import Applied, Study, Window


class _Fields(TypedDict):
    """What of a ``Study`` depends on whether it is grey."""

    values: np.ndarray
    window: Window
    windows: NotRequired[tuple[tuple[str, Window], ...]]
    colour: NotRequired[np.ndarray | None]
    padding: NotRequired[np.ndarray | None]
    inverted: NotRequired[bool]
    unit: NotRequired[str | None]


def _bits(ds: Dataset, stored: np.ndarray) -> int:
    """Bits stored, at most those of the array."""
    most = 8 * stored.dtype.itemsize
    return min(most, max(1, int(number(value_of(ds, "BitsStored")) or most)))


def _grey(ds: Dataset, stored: np.ndarray, applied: list[Applied], notes: list[str]) -> _Fields:
    """The fields that only a grey image has, in the order in which they are used for drawing."""
    values, unit = modality.to_values(ds, stored, applied, notes)
    padding = presentation.read_padding(ds, stored)
    windows = presentation.read_windows(ds, values, notes)
    window = windows[0][1] if windows else compute_window(values, padding, bits=_bits(ds, stored))
    polarity = presentation.read_polarity(ds)
    applied.append(window_step(window))
    applied += [Applied("inversion", (("because", polarity),))] if polarity else []
    applied += [Applied("padding")] if padding is not None else []
    return {
        "values": values,
        "padding": padding,
        "window": window,
        "windows": windows,
        "inverted": bool(polarity),
        "unit": unit,
    }


def _coloured(ds: Dataset, stored: np.ndarray, applied: list[Applied]) -> _Fields:
    colour = palette.colour_of(ds, stored)
    if colour is not None:
        applied.append(Applied("palette"))
    elif ds.PhotometricInterpretation.startswith("YBR"):
        applied.append(Applied("ybr-to-rgb"))
    return {"values": stored, "colour": colour, "window": compute_window(stored, bits=_bits(ds, stored))}


def _drop_pixels(ds: Dataset) -> None:
    """Let go of what was decoded: beside it the values will take as much again."""
    for name in parsing.PIXELS:
        if name in ds:
            del ds[name]


def _study(ds: Dataset, data: Data) -> Study:
    applied: list[Applied] = []
    notes: list[str] = []
    drawn: list[str] = []
    parsing.say_short(ds, notes)
    commas.say(ds, notes)
    parsing.check(ds)
    say_senseless(ds, notes)
    stored = pixels.decode(ds)
    pixels.say_excess(ds, stored, notes)
    say_not_finite(stored, notes)
    lossy = ((compression.NAME, compression.describe(ds)),) if compression.is_lossy(ds, len(stored)) else ()
    bits, kinds = overlays.read_overlays(ds, stored.shape[:3], drawn)
    _drop_pixels(ds)
    say_unmatched(ds, len(stored), notes)
    layout = planes.read_layout(ds, len(stored), notes)
    if layout.is_sorted:
        applied.append(Applied("sort", (("frames", len(stored)), ("by", "position along the normal"))))
        stored, bits = stored[layout.order], None if bits is None else bits[layout.order]
        sort_groups(ds, layout.order)
    is_grey = stored.ndim == 3 and ds.PhotometricInterpretation != "PALETTE COLOR"
    fields = _grey(ds, stored, applied, notes) if is_grey else _coloured(ds, stored, applied)
    spacing_mm = scale.read_spacing(ds, stored.shape, notes)
    presentation.say_burned_in(ds, notes)
    notes += drawn
    applied += [Applied("overlays", (("planes", len(kinds)),))] if kinds else []
    return Study(
        key=hashlib.sha256(data).hexdigest(),
        kind="DICOM",
        stored=stored,
        spacing_mm=spacing_mm,
        aspect_ratio=scale.read_aspect(ds),
        geometry=layout.geometry,
        sides=planes.read_sides(ds),
        photometric=str(ds.PhotometricInterpretation),
        transfer_syntax=str(ds.file_meta.TransferSyntaxUID),
        tags=(*privacy.safe_tags(ds), *lossy),
        applied=tuple(applied),
        warnings=tuple(dict.fromkeys(notes)),
        overlay_bits=bits,
        overlay_kinds=kinds,
        **fields,
    )


def read_dicom(data: Data) -> Study:
    """Decode a DICOM file, with or without preamble and file meta.

    Order: decode, YBR to RGB, modality transform; window, inversion, padding and overlay planes are
    kept for drawing.

    Raises:
        ImageError: truncated, without pixels, not supported, or too large.
    """
    with silenced():
        ds = parsing.parse(data)
        try:
            return _study(ds, data)
        except ImageError:
            raise
        except Exception as error:  # lazily parsed elements raise where they are first read
            raise damage(error, parsing.BROKEN) from None
