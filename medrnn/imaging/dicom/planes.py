"""Where a DICOM object says that its frames lie in the patient (PS3.3 C.7.6.2.1.1 and C.7.6.16.2.3)."""

import numpy as np
from pydicom.dataset import Dataset

from medrnn.imaging.dicom.elements import number, value_of
from medrnn.imaging.dicom.functional_groups import frame_macros
from medrnn.types import Geometry

FARTHEST = 1e6  # mm; beyond it a position is nonsense
SAME_DIRECTION = 1e-3  # largest difference of direction cosines
UNEVEN = 0.02  # of the usual distance: how far a distance of frames may be off
SIDEWAYS_MM = 0.01


def read_vector(ds: Dataset, keyword: str, length: int) -> np.ndarray | None:
    """(length,) float64, or None where the element is missing, of another length or senseless."""
    value = value_of(ds, keyword)
    if value is None or isinstance(value, str | bytes) or not hasattr(value, "__len__"):
        return None
    found = [number(v) for v in value]
    if len(found) != length or any(v is None or abs(v) > FARTHEST for v in found):
        return None
    return np.array(found, np.float64)


def read_positions(ds: Dataset, frames: int) -> list[np.ndarray | None]:
    """For each frame x, y, z in mm of the centre of its first pixel, or None."""
    return [
        read_vector(m, "ImagePositionPatient", 3) for m in frame_macros(ds, "PlanePositionSequence", frames)
    ]


def orientation_of(macro: Dataset) -> np.ndarray | None:
    """(6,) float64: two unit vectors at a right angle, or None."""
    found = read_vector(macro, "ImageOrientationPatient", 6)
    if found is None:
        return None
    row, column = found[:3], found[3:]
    is_sane = np.allclose([row @ row, column @ column, row @ column], [1, 1, 0], atol=0.01)
    return found if is_sane else None


def read_orientations(ds: Dataset, frames: int) -> list[np.ndarray | None]:
    """For each frame the direction in which columns are counted, then that of rows; unit vectors, or None."""
    return [orientation_of(m) for m in frame_macros(ds, "PlaneOrientationSequence", frames)]


def normal_of(orientation: np.ndarray) -> np.ndarray:
    """Row x column direction, of length 1."""
    found = np.cross(orientation[:3], orientation[3:])
    return found / np.linalg.norm(found)


def _usual_step(positions: np.ndarray, normal: np.ndarray) -> float | None:
    """The one distance in mm at which frames follow each other along the normal; None for any other layout."""
    places = positions @ normal
    steps = np.diff(places)
    usual = float(np.median(steps))
    beside = positions - places[:, None] * normal
    is_even = usual > 0 and np.abs(steps - usual).max() <= UNEVEN * usual
    return usual if is_even and np.abs(beside - beside[0]).max() <= SIDEWAYS_MM else None


def read_geometry(ds: Dataset, frames: int) -> Geometry | None:
    """The geometry of an object by itself: of one frame, or of many at equal distances along their normal.

    Args:
        ds: the object.
        frames: how many it has.

    Returns:
        None where the file does not say it, where frames are turned against each other, lie at unequal or no
        distances, or run against their normal: ``Geometry`` has no words for that.
    """
    positions, orientations = read_positions(ds, frames), read_orientations(ds, frames)
    first = orientations[0]
    if first is None or any(p is None for p in positions):
        return None
    if any(o is None or not np.allclose(o, first, rtol=0, atol=SAME_DIRECTION) for o in orientations):
        return None
    step = None
    if frames > 1:
        step = _usual_step(np.array(positions), normal_of(first))
        if step is None:
            return None
    return Geometry(tuple(positions[0].tolist()), tuple(first.tolist()), step)
