"""NIfTI volumes to ``Study``. No text of a header or of an extension leaves this module."""

import gzip
import hashlib
import logging
import math

import nibabel as nib
import numpy as np

from medrnn.errors import ImageError
from medrnn.imaging.guard.buffers import Data, opened
from medrnn.imaging.limits import LIMIT_BYTES, check_room, check_size, damage, say_not_finite
from medrnn.imaging.silence import silenced
from medrnn.imaging.windowing import compute_window, window_step
from medrnn.types import Applied, Geometry, Study

BROKEN = "Expected a whole NIfTI volume, this one is truncated or damaged. Save it again."
SHOWN = "axial slices from feet to head, anterior on top, the patient's right on the left"
MM = {"meter": 1000.0, "micron": 0.001}  # the others are mm, or not said and taken for mm
_CHUNK = 1 << 20
_LPS = np.array([-1.0, -1.0, 1.0])  # from NIfTI's RAS+ to DICOM's LPS+
_UNSAID = np.diag([-1.0, 1.0, 1.0, 1.0])

logging.getLogger("nibabel.global").setLevel(logging.CRITICAL + 1)  # its lines carry fields of headers


def _gunzip(data: Data) -> Data:
    found = bytearray()
    try:
        with gzip.GzipFile(fileobj=opened(data)) as file:
            while len(found) <= LIMIT_BYTES and (chunk := file.read(_CHUNK)):
                found += chunk
                check_room(len(found))
    except Exception as error:
        raise damage(error, BROKEN) from None
    if len(found) > LIMIT_BYTES:
        raise ImageError(
            f"Expected at most {LIMIT_BYTES >> 20} MB, this gzip file grows beyond that. Take single volumes."
        )
    return found


def _open(raw: Data) -> nib.Nifti1Image:
    """The header alone; NIfTI-1 and NIfTI-2 in one file.

    Raises:
        ImageError: the header of a pair, no NIfTI at all, or damaged.
    """
    if raw[344:348] == b"ni1\0" or raw[4:8] == b"ni2\0":
        raise ImageError(
            "Expected a NIfTI volume in one file, got a header whose pixels lie in another. Save it as .nii."
        )
    is_second = raw[4:8] == b"n+2\0"
    if not is_second and raw[344:348] != b"n+1\0":
        raise ImageError("Expected a NIfTI volume in the gzip file, got something else. Unpack it first.")
    return (nib.Nifti2Image if is_second else nib.Nifti1Image).from_stream(opened(raw))


def _first_volume(image: nib.Nifti1Image, raw: Data, notes: list[str]) -> np.ndarray:
    """(i, j, k) as stored, in the machine's byte order."""
    proxy = image.dataobj
    shape = (*proxy.shape, 1, 1, 1)
    dtype = np.dtype(proxy.dtype)
    if dtype.kind not in "iuf" or dtype.itemsize > 8:
        raise ImageError("Expected a NIfTI volume of grey values, got another kind. Save it as float32.")
    columns, rows, frames = (int(n) for n in shape[:3])
    check_size(rows, columns, frames, bits=8 * dtype.itemsize)
    volumes = math.prod(int(n) for n in shape[3:])
    if volumes > 1:
        notes.append(f"The file holds {volumes} volumes; the first is shown.")
    flat = np.frombuffer(raw, dtype, columns * rows * frames, int(proxy.offset))
    return flat.reshape((columns, rows, frames), order="F").astype(dtype.newbyteorder("="), copy=False)


def _unit(image: nib.Nifti1Image) -> float:
    """The header's unit of length in mm."""
    try:
        return MM.get(image.header.get_xyzt_units()[0], 1.0)
    except KeyError:
        return 1.0


def _affine(image: nib.Nifti1Image, notes: list[str]) -> tuple[np.ndarray, bool]:
    """Voxel to RAS+ in mm, and whether the file says it; else nibabel's guess, or one without sizes."""
    affine = np.asarray(image.affine, np.float64) * np.array([[_unit(image)]] * 3 + [[1.0]])
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-12:
        notes.append("The file's orientation makes no sense; left and right may be swapped.")
        return _UNSAID, False
    is_said = bool(int(image.header["qform_code"]) or int(image.header["sform_code"]))
    if not is_said:
        notes.append("The file does not say its orientation; left and right may be swapped.")
    return affine, is_said


def _zooms(image: nib.Nifti1Image, ornt: np.ndarray, notes: list[str]) -> list[float] | None:
    """Voxel size along right, anterior, superior in mm."""
    stored = [float(z) * _unit(image) for z in (*image.header.get_zooms(), 1.0, 1.0)[:3]]
    found = [stored[int(np.flatnonzero(ornt[:, 0] == axis)[0])] for axis in range(3)]
    if all(math.isfinite(z) and z > 0 for z in found):
        return found
    notes.append("The file's voxel size makes no sense; sizes in mm are not shown.")
    return None


def _geometry(affine: np.ndarray, shape: tuple[int, ...], zooms: list[float]) -> Geometry:
    """Of the frames as shown, in DICOM's axes: ``affine`` and ``shape`` are the canonical volume's."""
    corner = (affine @ (shape[0] - 1, shape[1] - 1, 0, 1))[:3] * _LPS
    right, down = (0.0 - affine[:3, axis] * _LPS / np.linalg.norm(affine[:3, axis]) for axis in (0, 1))
    return Geometry(tuple(corner.tolist()), (*right.tolist(), *down.tolist()), zooms[2])


def _study(image: nib.Nifti1Image, raw: Data, data: Data) -> Study:
    notes: list[str] = []
    volume = _first_volume(image, raw, notes)
    affine, is_said = _affine(image, notes)
    ornt = nib.orientations.io_orientation(affine)
    zooms = _zooms(image, ornt, notes)
    canonical = affine @ nib.orientations.inv_ornt_aff(ornt, volume.shape)
    turned = nib.orientations.apply_orientation(volume, ornt)  # as nib.as_closest_canonical, still unscaled
    stored = np.ascontiguousarray(turned[::-1, ::-1].transpose(2, 1, 0))
    slope, intercept = float(image.dataobj.slope), float(image.dataobj.inter)
    values, applied = stored, [Applied("turn", (("to", SHOWN),))]
    if (slope, intercept) != (1.0, 0.0):
        values = np.empty(stored.shape, np.float32)
        for out, frame in zip(values, stored, strict=True):
            out[:] = frame.astype(np.float64) * slope + intercept
        applied.append(Applied("rescale", (("slope", slope), ("intercept", intercept))))
    say_not_finite(values, notes)
    window = compute_window(values)
    return Study(
        key=hashlib.sha256(data).hexdigest(),
        kind="NIfTI",
        stored=stored,
        values=values,
        window=window,
        spacing_mm=(zooms[1], zooms[0]) if zooms else None,
        geometry=_geometry(canonical, turned.shape, zooms) if zooms and is_said else None,
        applied=(*applied, window_step(window)),
        warnings=tuple(notes),
    )


def read_nifti(data: Data) -> Study:
    """Decode a NIfTI-1 or NIfTI-2 volume in one file, plain or gzipped; of several volumes the first.

    Brought to the closest canonical orientation (RAS+) and shown as radiology does: a frame is an axial slice,
    frames run from feet to head, rows from anterior to posterior, columns from the patient's right (on the
    left of the picture) to the left. An oblique volume is turned in steps of 90 degrees only, never resampled.

    Raises:
        ImageError: damaged, truncated, not grey, one file of a pair, or too large.
    """
    with silenced():
        raw = _gunzip(data) if data[:2] == b"\x1f\x8b" else data
        try:
            return _study(_open(raw), raw, data)
        except ImageError:
            raise
        except Exception as error:  # nibabel raises many kinds, with fields of the header in the text
            raise damage(error, BROKEN) from None
