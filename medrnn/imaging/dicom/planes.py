"""Where a DICOM object says that its frames lie in the patient (PS3.3 C.7.6.2.1.1 and C.7.6.16.2.3)."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from medrnn.imaging.dicom.elements import number, value_of
from medrnn.imaging.dicom.functional_groups import frame_macros
from medrnn.types import Geometry, Study

SIDES = frozenset("LRAPHF")  # of the patient: left, right, front, back, head, feet
FARTHEST = 1e6  # mm; beyond it a position is nonsense
SAME_DIRECTION = 1e-3  # largest difference of direction cosines
UNEVEN = 0.02  # of the usual distance: how far a distance of frames may be off
SAME_PLACE_MM = 0.01


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
    found = [
        read_vector(m, "ImagePositionPatient", 3) for m in frame_macros(ds, "PlanePositionSequence", frames)
    ]
    offsets, direction = read_vector(ds, "GridFrameOffsetVector", frames), orientation_of(ds)
    if offsets is None or direction is None or frames < 2 or any(p is None for p in found):
        return found
    return [p + step * normal_of(direction) for p, step in zip(found, offsets - offsets[0], strict=True)]


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
    across = np.cross(orientation[:3], orientation[3:])
    found: np.ndarray = across / np.linalg.norm(across)
    return found


class Layout(NamedTuple):
    """How the frames of an object lie.

    Attributes:
        order: the file's frames, counted from 0, from the first to the last along their normal.
        geometry: of the frames in that order; None where they are not parallel at known places.
    """

    order: list[int]
    geometry: Geometry | None

    @property
    def is_sorted(self) -> bool:
        """True where the order is another than the file's."""
        return self.order != sorted(self.order)


def _distance(steps: np.ndarray) -> float | None:
    """The usual one in mm, None where a frame lies at the place of another."""
    return (
        None
        if steps.size == 0 or steps.min() < SAME_PLACE_MM
        else float(np.sort(steps)[(steps.size - 1) // 2])
    )


def _say(steps: np.ndarray, usual: float | None, is_even: bool, notes: list[str]) -> None:
    doubled = int((steps < SAME_PLACE_MM).sum())
    if usual is None and doubled < steps.size:
        notes.append(
            f"{doubled} frame(s) lie at the place of another: phases, echoes or copies. "
            "The frames stay in the order of the file."
        )
    elif usual is not None and not is_even:
        notes.append(
            f"Frames lie at unequal distances: {usual:.4g} mm as a rule, {steps.min():.4g} to {steps.max():.4g} mm."
        )


def _arrange(positions: np.ndarray, orientation: np.ndarray, notes: list[str]) -> Layout:
    """Parallel frames by their place along the normal; those at one place stay in the order of the file."""
    normal = normal_of(orientation)
    places = positions @ normal
    order = np.argsort(places, kind="stable")
    steps = np.diff(places[order])
    usual = _distance(steps)
    is_even = usual is None or bool((np.abs(steps - usual) <= max(SAME_PLACE_MM, UNEVEN * usual)).all())
    _say(steps, usual, is_even, notes)
    order = order if usual else np.arange(len(places))
    beside = (positions - places[:, None] * normal)[order]
    shift = float(np.abs(beside - beside[0]).max())
    first = tuple(positions[order[0]].tolist())
    return Layout(order.tolist(), Geometry(first, tuple(orientation.tolist()), usual, is_even, shift))


def read_layout(ds: Dataset, frames: int, notes: list[str]) -> Layout:
    """In which order the frames of an object lie along their normal, and their geometry in that order.

    Args:
        ds: the object, classic or enhanced.
        frames: how many it has.
        notes: takes warnings: frames at unequal distances, or several at one place.
    """
    positions, orientations = read_positions(ds, frames), read_orientations(ds, frames)
    first, as_filed = orientations[0], list(range(frames))
    if first is None or any(p is None for p in positions):
        return Layout(as_filed, None)
    if any(o is None or not np.allclose(o, first, rtol=0, atol=SAME_DIRECTION) for o in orientations):
        if frames > 1:
            notes.append("Frames are turned against each other; they stay in the order of the file.")
        return Layout(as_filed, None)
    return _arrange(np.array(positions), first, notes)


def as_filed(study: Study, ds: Dataset) -> Study:
    """The study with its stored pixels in the order of its file, in which everything else of the file stands.

    Args:
        study: read from a file.
        ds: the same file.
    """
    layout = read_layout(ds, study.frames, [])
    return replace(study, stored=study.stored[np.argsort(layout.order)]) if layout.is_sorted else study


def read_sides(ds: Dataset) -> tuple[str, str]:
    """The patient's sides to which columns, then rows are counted (PS3.3 C.7.6.1.1.1); two empty words if unknown.

    Args:
        ds: the object; of ``PatientOrientation`` only letters of sides pass.
    """
    value = value_of(ds, "PatientOrientation")
    found = [str(word).strip().upper() for word in value] if isinstance(value, MultiValue) else []
    is_known = len(found) == 2 and all(word and set(word) <= SIDES and len(word) < 4 for word in found)
    return (found[0], found[1]) if is_known else ("", "")
