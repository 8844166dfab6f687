"""NIfTI volumes to ``Study``. No text of a header or of an extension leaves this module."""

import gzip
import hashlib
import io
import logging
import math
from typing import cast

import nibabel as nib
import numpy as np
from nibabel.arrayproxy import ArrayProxy

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Data, opened
from medrnn.imaging.files.nifti_place import read_affine, read_zooms
from medrnn.imaging.files.pairs import is_start_sane, join_pair
from medrnn.imaging.limits import LIMIT_BYTES, check_room, check_size, damage, say_not_finite
from medrnn.imaging.signatures import kind_of
from medrnn.imaging.silence import silenced
from medrnn.imaging.windowing import compute_window, window_step
from medrnn.types import Applied, Geometry, Study, Window

BROKEN = "Expected a whole NIfTI volume, this one is truncated or damaged. Save it again."
SHOWN = "axial slices from feet to head, anterior on top, the patient's right on the left"
GROWS = "Expected at most {} MB, this gzip file grows beyond that. Take single volumes, or save it again."
_CHUNK = 1 << 20
_RGB, _RGBA = ("R", "G", "B"), ("R", "G", "B", "A")
_HEAD = 544  # bytes: the longest header, of NIfTI-2
_LPS = np.array([-1.0, -1.0, 1.0])  # from NIfTI's RAS+ to DICOM's LPS+

logging.getLogger("nibabel.global").setLevel(logging.CRITICAL + 1)  # its lines carry fields of headers


def _proxy(image: nib.Nifti1Image) -> ArrayProxy:
    """What the header says of the voxels behind it; an image that was read has nothing else."""
    return cast(ArrayProxy, image.dataobj)


def _claim(head: bytes) -> int:
    """How many bytes the volumes take together, from the first ``_HEAD`` bytes of the file."""
    proxy = _proxy(_open(head))
    dtype: np.dtype = np.dtype(proxy.dtype)
    return int(proxy.offset) + math.prod(map(int, proxy.shape)) * dtype.itemsize


def _fill(file: gzip.GzipFile, found: bytearray) -> int:
    """Unpack as much as there is room for; returns how much came."""
    view, at = memoryview(found), _HEAD
    while at < len(view) and (read := file.readinto(view[at : at + _CHUNK])):
        at += read
    return at


def _unpack(file: gzip.GzipFile) -> Data:
    head = file.read(_HEAD)
    claim = _claim(head)
    if claim > LIMIT_BYTES:
        raise ImageError(GROWS.format(LIMIT_BYTES >> 20))
    check_room(claim)
    found = bytearray(max(claim, len(head)))
    found[: len(head)] = head
    end = _fill(file, found)
    beyond = 0
    while chunk := file.read(_CHUNK):
        beyond += len(chunk)
        if beyond > _CHUNK:
            raise ImageError(GROWS.format(-(-claim >> 20) + 1))
    del found[end:]
    return found


def _gunzip(data: Data) -> Data:
    """The file inside, no further than its own header says, and a little."""
    try:
        with gzip.GzipFile(fileobj=opened(data)) as file:
            return _unpack(file)
    except ImageError:
        raise
    except Exception as error:
        raise damage(error, BROKEN) from None


def _header_alone(raw: Data) -> bytes:
    """A header that says wrongly where its pixels begin, with their usual place; nothing may lie between the two."""
    if any(raw[540:544] if raw[4:8] == b"n+2\0" else raw[348:352]):
        raise ImageError(BROKEN)
    return join_pair(raw, b"")


def _open(raw: Data) -> nib.Nifti1Image:
    """The header alone; NIfTI-1 and NIfTI-2 in one file.

    Raises:
        ImageError: the header of a pair, no NIfTI at all, or damaged.
    """
    if raw[344:348] == b"ni1\0" or raw[4:8] == b"ni2\0":
        raise ImageError(
            "Expected a NIfTI volume in one file, got a header whose pixels lie in another. Give both "
            "together, or save it as .nii."
        )
    is_second = raw[4:8] == b"n+2\0"
    if not is_second and raw[344:348] != b"n+1\0":
        raise ImageError("Expected a NIfTI volume in the gzip file, got something else. Unpack it first.")
    raw = raw if is_start_sane(raw) else _header_alone(raw)
    return (nib.Nifti2Image if is_second else nib.Nifti1Image).from_stream(cast(io.IOBase, opened(raw)))


def _is_rgb(dtype: np.dtype) -> bool:
    """RGB24 and RGBA32."""
    return dtype.names in (_RGB, _RGBA)


def _first_volume(image: nib.Nifti1Image, raw: Data, notes: list[str]) -> np.ndarray:
    """(i, j, k) or (i, j, k, 3) as stored, in the machine's byte order."""
    proxy = _proxy(image)
    shape = (*proxy.shape, 1, 1, 1)
    dtype = np.dtype(proxy.dtype)
    if not _is_rgb(dtype) and (dtype.kind not in "iuf" or dtype.itemsize > 8):
        raise ImageError(
            "Expected a NIfTI volume of grey values or RGB, got another kind. Save it as float32."
        )
    columns, rows, frames = (int(n) for n in shape[:3])
    check_size(rows, columns, frames, bits=8 * dtype.itemsize)
    volumes = math.prod(int(n) for n in shape[3:])
    if volumes > 1:
        notes.append(f"The file holds {volumes} volumes; the first is shown.")
    flat: np.ndarray = np.frombuffer(raw, dtype, columns * rows * frames, int(proxy.offset))
    volume = flat.reshape((columns, rows, frames), order="F")
    if not _is_rgb(dtype):
        return volume.astype(dtype.newbyteorder("="), copy=False)
    if dtype.names == _RGBA:
        notes.append("The volume's transparency was left out.")
    return np.stack([volume[name] for name in _RGB], axis=-1)


def _file_window(image: nib.Nifti1Image, values: np.ndarray, notes: list[str]) -> Window | None:
    """From cal_min to cal_max, in scaled values (nifti1.h); None where they say nothing."""
    low, high = (float(image.header[name]) for name in ("cal_min", "cal_max"))
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        return None
    if np.nanmax(values) <= low or np.nanmin(values) >= high:
        notes.append("No value lies between the file's cal_min and cal_max; the window is computed.")
        return None
    return Window((low + high) / 2, high - low, "file")


def _scaled(image: nib.Nifti1Image, stored: np.ndarray) -> tuple[np.ndarray, list[Applied]]:
    """Values after slope and intercept, frame by frame, and how they were made."""
    proxy = _proxy(image)
    slope, intercept = float(proxy.slope), float(proxy.inter)
    if (slope, intercept) == (1.0, 0.0) or stored.ndim == 4:
        return stored, []
    values = np.empty(stored.shape, np.float32)
    for out, frame in zip(values, stored, strict=True):
        out[:] = frame.astype(np.float64) * slope + intercept
    return values, [Applied("rescale", (("slope", slope), ("intercept", intercept)))]


def _geometry(affine: np.ndarray, shape: tuple[int, ...], zooms: list[float]) -> Geometry:
    """Of the frames as shown, in DICOM's axes: ``affine`` and ``shape`` are the canonical volume's."""
    corner = (affine @ (shape[0] - 1, shape[1] - 1, 0, 1))[:3] * _LPS
    right, down = (0.0 - affine[:3, axis] * _LPS / np.linalg.norm(affine[:3, axis]) for axis in (0, 1))
    return Geometry(tuple(corner.tolist()), (*right.tolist(), *down.tolist()), zooms[2])


def _study(image: nib.Nifti1Image, raw: Data, data: Data) -> Study:
    notes: list[str] = []
    volume = _first_volume(image, raw, notes)
    affine, is_said = read_affine(image, notes)
    ornt = nib.orientations.io_orientation(affine)
    zooms = read_zooms(image, affine, is_said, ornt, notes)
    canonical = affine @ nib.orientations.inv_ornt_aff(ornt, volume.shape[:3])
    turned = nib.orientations.apply_orientation(volume, ornt)  # as nib.as_closest_canonical, still unscaled
    stored = np.ascontiguousarray(np.swapaxes(turned[::-1, ::-1], 0, 2))
    values, scaled = _scaled(image, stored)
    say_not_finite(values, notes)
    is_grey = stored.ndim == 3
    window = (is_grey and _file_window(image, values, notes)) or compute_window(values)
    return Study(
        key=hashlib.sha256(data).hexdigest(),
        kind="NIfTI",
        stored=stored,
        values=values,
        window=window,
        spacing_mm=(zooms[1], zooms[0]) if zooms else None,
        geometry=_geometry(canonical, turned.shape, zooms) if zooms and is_said else None,
        applied=(Applied("turn", (("to", SHOWN),)), *scaled, *([window_step(window)] if is_grey else [])),
        warnings=tuple(notes),
    )


def read_nifti(data: Data) -> Study:
    """Decode a NIfTI-1 or NIfTI-2 volume in one file, plain or gzipped; of several volumes the first.

    Brought to the closest canonical orientation (RAS+) and shown as radiology does: a frame is an axial slice,
    frames run from feet to head, rows from anterior to posterior, columns from the patient's right (on the
    left of the picture) to the left. An oblique volume is turned in steps of 90 degrees only, never resampled.

    Raises:
        ImageError: damaged, truncated, neither grey nor RGB, one file of a pair, or too large.
    """
    with silenced():
        raw = _gunzip(data) if kind_of(data) == "gzip" else data
        try:
            return _study(_open(raw), raw, data)
        except ImageError:
            raise
        except Exception as error:  # nibabel raises many kinds, with fields of the header in the text
            raise damage(error, BROKEN) from None
