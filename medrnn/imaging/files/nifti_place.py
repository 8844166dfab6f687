"""Where the header of a NIfTI file says that its voxels lie, and which of its answers counts where they disagree."""

from typing import TypeGuard

import nibabel as nib
import numpy as np

MM = {"meter": 1000.0, "micron": 0.001}  # the others are mm, or not said and taken for mm
SAME_SIZE = 0.01  # relative: sizes that differ by less are one
_UNSAID = np.diag([-1.0, 1.0, 1.0, 1.0])


def _unit(image: nib.Nifti1Image) -> float:
    """The header's unit of length in mm."""
    try:
        return MM.get(image.header.get_xyzt_units()[0], 1.0)
    except KeyError:
        return 1.0


def _is_sane(affine: np.ndarray | None) -> TypeGuard[np.ndarray]:
    if affine is None or not np.isfinite(affine).all():
        return False
    return bool(abs(np.linalg.det(affine[:3, :3])) > 1e-12)


def _form(image: nib.Nifti1Image, name: str) -> np.ndarray | None:
    """The "sform" or "qform", None where the file says none."""
    if not int(image.header[f"{name}_code"]):
        return None
    try:
        return np.asarray(getattr(image.header, f"get_{name}")(), np.float64)
    except Exception:  # a quaternion without a turn
        return np.zeros((4, 4))


def _pixdim(image: nib.Nifti1Image) -> np.ndarray:
    sizes = [float(size) for size in image.header.get_zooms()]
    return np.array([*sizes, 1.0, 1.0][:3])


def _sizes(affine: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.linalg.norm(affine[:3, :3], axis=0)
    return found


def _say_forms(sform: np.ndarray, qform: np.ndarray | None, pixdim: np.ndarray, notes: list[str]) -> None:
    """What disagrees with the sform, which counts."""
    if _is_sane(qform) and nib.aff2axcodes(sform) != nib.aff2axcodes(qform):
        notes.append("The file says two orientations, in its sform and its qform; the sform is taken.")
    is_known = np.isfinite(pixdim).all() and (pixdim > 0).all()
    if is_known and not np.allclose(_sizes(sform), pixdim, rtol=SAME_SIZE, atol=0):
        said = [" x ".join(f"{size:.4g}" for size in sizes) for sizes in (pixdim, _sizes(sform))]
        notes.append(
            f"The file says two voxel sizes, {said[0]} and in its sform {said[1]}; the sform is taken."
        )


def read_affine(image: nib.Nifti1Image, notes: list[str]) -> tuple[np.ndarray, bool]:
    """Voxel to RAS+ in mm, and whether the file says it; else nibabel's guess, or one without sizes.

    The sform counts before the qform (nifti1.h, methods 3 and 2), unless it makes no sense.
    """
    in_mm = np.array([[_unit(image)]] * 3 + [[1.0]])
    sform, qform = _form(image, "sform"), _form(image, "qform")
    if _is_sane(sform):
        _say_forms(sform, qform, _pixdim(image), notes)
        return sform * in_mm, True
    if _is_sane(qform):
        if sform is not None:
            notes.append("The file's sform makes no sense; its qform is taken.")
        return qform * in_mm, True
    is_silent = sform is None and qform is None
    what = "does not say its orientation" if is_silent else "has an orientation that makes no sense"
    notes.append(f"The file {what}; left and right may be swapped.")
    base = np.asarray(image.header.get_base_affine(), np.float64)
    return (base * in_mm if _is_sane(base) and is_silent else _UNSAID), False


def read_zooms(
    image: nib.Nifti1Image, affine: np.ndarray, is_said: bool, ornt: np.ndarray, notes: list[str]
) -> list[float] | None:
    """Voxel size along right, anterior, superior in mm: that of the affine, where the file says one."""
    stored = _sizes(affine) if is_said else _pixdim(image) * _unit(image)
    found = [float(stored[int(np.flatnonzero(ornt[:, 0] == axis)[0])]) for axis in range(3)]
    if np.isfinite(found).all() and min(found) > 0:
        return found
    notes.append("The file's voxel size makes no sense; sizes in mm are not shown.")
    return None
