"""Masks of a study: read from DICOM SEG, NIfTI, PNG and TIFF, checked against its grid, drawn, written, measured."""

import gzip
from typing import TYPE_CHECKING

import numpy as np

from medrnn.config import DISCLAIMER
from medrnn.errors import ImageError
from medrnn.imaging import grids
from medrnn.imaging.buffers import Data, opened
from medrnn.imaging.masks.drawing import draw_mask
from medrnn.imaging.signatures import kind_of
from medrnn.types import Mask, Study

if TYPE_CHECKING:
    import nibabel as nib

__all__ = ["draw_mask", "read_mask", "shares", "write_mask"]

MOST_VALUES = 16  # distinct values of a PNG or TIFF that are taken for labels
COLOURED = "Expected a mask in grey, got colours. Save it as a grey image of labels."
EMPTY = "The mask is empty: no pixel has a label."
_RAS = np.array([-1.0, -1.0, 1.0, 1.0])  # from DICOM's LPS+ to NIfTI's RAS+


def _whole(values: np.ndarray) -> np.ndarray:
    """Labels as uint8.

    Raises:
        ImageError: fractions, NaN, or numbers outside 0 to 255.
    """
    low, high = float(values.min()), float(values.max())
    is_whole = values.dtype.kind in "bui" or all((frame == np.rint(frame)).all() for frame in values)
    if is_whole and low >= 0 and high <= 255:
        return values.astype(np.uint8)
    what = f"values from {low:g} to {high:g}" if is_whole else "fractions or no numbers"
    raise ImageError(f"Expected labels, whole numbers from 0 to 255, got {what}. Save the mask as labels.")


def _names(labels: np.ndarray) -> tuple[str, ...]:
    return tuple(f"label {label}" for label in range(1, int(labels.max()) + 1))


def _read_nifti(data: Data, study: Study) -> Mask:
    from medrnn.imaging.files.nifti import read_nifti

    found = read_nifti(data)
    if found.is_colour:
        raise ImageError(COLOURED)
    labels, notes = _whole(found.values), list(found.warnings)
    own, target = grids.grid_of(found), grids.grid_of(study)
    if own.is_placed and target.is_placed:
        labels = grids.bring_onto(labels, own, target)
        notes += [grids.UNEVEN] if grids.is_uneven(study) else []
    elif own.shape != target.shape:
        raise ImageError(f"Expected a mask on the image's grid ({target}), got {own}. {grids.CURE}")
    else:
        notes.append(grids.NOT_CHECKED if own.is_placed else grids.MASK_NOT_PLACED)
    return Mask(study.key, labels, _names(labels), "NIfTI", tuple(notes))


def _palette_indices(data: Data) -> np.ndarray:
    """(1, row, column) uint8: of a palette PNG that was read already, the labels are its indices."""
    from PIL import Image

    from medrnn.imaging.files.upright import orientation_of, turn_up

    with Image.open(opened(data), formats=["PNG"]) as image:
        return turn_up(np.asarray(image)[None], orientation_of(image))[0]


def _picture(data: Data) -> Study:
    if kind_of(data) == "PNG":
        from medrnn.imaging.files.raster import read_raster

        return read_raster(data)
    from medrnn.imaging.files.tiff import read_tiff

    return read_tiff(data)


def _grey(found: Study, data: Data) -> np.ndarray:
    """(frame, row, column) of a picture without colours.

    Raises:
        ImageError: its channels differ.
    """
    if found.kind == "PNG" and data[25] == 3:
        return _palette_indices(data)
    if found.stored.ndim == 3:
        return found.stored
    if (found.stored == found.stored[..., :1]).all():
        return found.stored[..., 0]
    raise ImageError(COLOURED)


def _read_raster(data: Data, study: Study) -> Mask:
    found = _picture(data)
    if found.stored.shape[:3] != study.stored.shape[:3]:
        raise ImageError(
            f"Expected a mask of the image's size ({grids.Grid(study.stored.shape[:3], None, None)}), got "
            f"{grids.Grid(found.stored.shape[:3], None, None)}. {grids.CURE}"
        )
    values = _grey(found, data)
    top = values.max()
    if top in (255, 65535) and ((values == 0) | (values == top)).all():
        values = (values == top).astype(np.uint8)
    labels = _whole(values)
    distinct = len(np.unique(labels))
    if distinct > MOST_VALUES:
        raise ImageError(
            f"Expected a mask of at most {MOST_VALUES} different values, got {distinct}: this looks like an "
            "image. Save the labels alone."
        )
    notes = [*found.warnings, *([grids.WHITE_IS_ZERO] if found.inverted else [])]
    return Mask(study.key, labels, _names(labels), found.kind, (*notes, grids.NOT_CHECKED_PICTURE))


def _read(data: Data, study: Study) -> Mask:
    kind = kind_of(data)
    if kind == "DICOM":
        from medrnn.imaging.masks.segmentation import read_segmentation

        return read_segmentation(data, study)
    if kind in ("PNG", "TIFF"):
        return _read_raster(data, study)
    if kind in ("NIfTI", "NIfTI header", "gzip"):
        return _read_nifti(data, study)
    if kind == "JPEG":
        raise ImageError("Expected a mask, got a JPEG, which changes the values of labels. Save it as PNG.")
    raise ImageError(
        "Expected a mask as DICOM SEG, NIfTI, PNG or TIFF, got something else. Choose another file."
    )


def read_mask(data: Data, study: Study) -> Mask:
    """Decode a mask onto a study's grid; what the file is, is told by its bytes.

    DICOM SEG is placed frame by frame (``segmentation.read_segmentation``). NIfTI labels have to lie on the
    study's grid, with axes in any order and direction; nothing is resampled. PNG and TIFF need the study's size:
    at most ``MOST_VALUES`` values are labels as they are, 0 and 255 (or 65535) alone become 0 and 1; of a palette
    PNG the indices are the labels.

    Args:
        data: the whole file.
        study: whose mask it is.

    Raises:
        ImageError: no mask, damaged, too large, or on another grid; the sentence names both grids.
    """
    if not data:
        raise ImageError("Expected a mask, got an empty file. Choose another file.")
    found = _read(data, study)
    if found.labels.any():
        return found
    return Mask(found.study_key, found.labels, found.names, found.source, (*found.warnings, EMPTY))


def _image(labels: np.ndarray, study: Study) -> "nib.Nifti1Image":
    """A NIfTI image in the study's place; without one, its axes as nibabel takes them where a file says nothing."""
    import nibabel as nib

    grid = grids.grid_of(study)
    if not grid.is_placed:
        row, column = study.spacing_mm or (1.0, 1.0)
        image = nib.Nifti1Image(labels.transpose(2, 1, 0)[:, ::-1], None)
        image.header.set_zooms((column, row, 1.0))
        return image
    affine = _RAS[:, None] * grids.to_patient(grid)[:, [2, 1, 0, 3]]
    image = nib.Nifti1Image(labels.transpose(2, 1, 0), affine)
    image.set_qform(affine, code=1)
    image.set_sform(affine, code=1)
    return image


def write_mask(mask: Mask, study: Study) -> bytes:
    """The mask as a gzipped NIfTI file (.nii.gz) of uint8 in the study's place, in mm.

    The same mask gives the same bytes. For a study that does not say where it lies the file says no orientation.

    Args:
        mask: what to write.
        study: the study that it belongs to.

    Raises:
        ImageError: the mask belongs to another study.
    """
    if mask.study_key != study.key or mask.labels.shape != study.stored.shape[:3]:
        raise ImageError("Expected a mask of this image, got that of another. Choose its image first.")
    image = _image(mask.labels, study)
    image.header.set_xyzt_units("mm" if study.spacing_mm else "unknown")
    image.header["descrip"] = DISCLAIMER.encode()
    return gzip.compress(image.to_bytes(), mtime=0)


def _integral(inside: np.ndarray) -> np.ndarray:
    """(row + 1, column + 1) float64: pixels inside above and left of each corner."""
    made = np.zeros((inside.shape[0] + 1, inside.shape[1] + 1))
    np.cumsum(np.cumsum(inside, axis=0, dtype=np.float64), axis=1, out=made[1:, 1:])
    return made


def _area(integral: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Area inside above and left of (x, y); between the corners it is bilinear, so this is exact."""
    rows, columns = (n - 1 for n in integral.shape)
    x, y = np.clip(x, 0, columns), np.clip(y, 0, rows)
    c, r = np.minimum(x.astype(int), columns - 1), np.minimum(y.astype(int), rows - 1)
    u, v = x - c, y - r
    upper = integral[r, c] * (1 - u) + integral[r, c + 1] * u
    lower = integral[r + 1, c] * (1 - u) + integral[r + 1, c + 1] * u
    found: np.ndarray = upper * (1 - v) + lower * v
    return found


def shares(mask_frame: np.ndarray, boxes: np.ndarray, label: int) -> np.ndarray:
    """How much of each box a label covers.

    Args:
        mask_frame: (row, column) uint8, one frame of ``Mask.labels``.
        boxes: (step, 4) x, y, width, height in image pixels, fractions allowed: pixel c spans c to c + 1.
        label: 1 to 255.

    Returns:
        (step,) float32 in [0, 1]: area of the label over area of the box, pixels on the edge by their part. What
        lies outside the image counts as not covered; a box without area gives 0.
    """
    integral = _integral(mask_frame == label)
    x, y, width, height = np.asarray(boxes, np.float64).reshape(-1, 4).T
    right, lower = x + width, y + height
    inside = (
        _area(integral, right, lower) - _area(integral, x, lower) - _area(integral, right, y)
        + _area(integral, x, y)
    )  # fmt: skip
    size = width * height
    found: np.ndarray = np.divide(inside, size, out=np.zeros_like(size), where=size > 0)
    return found.clip(0, 1).astype(np.float32)
