"""Cuts through a volume at right angles to each other: the acquired plane and the two across it. Never resampled."""

import itertools
from dataclasses import dataclass

import numpy as np

from medrnn.errors import ImageError
from medrnn.imaging.grids import is_shifted, is_uneven
from medrnn.types import Geometry, Study

AXES = ("frame", "row", "column")  # of the values, in this order
TILT = 0.1  # a direction cosine from which on a second letter stands at an edge: 6 degrees
_LETTERS = ("RL", "AP", "FH")  # against and along x, y, z of the patient (PS3.3 C.7.6.1.1.1)
_OPPOSITE = {pair[k]: pair[1 - k] for pair in _LETTERS for k in range(2)}
_PLANES = ("sagittal", "coronal", "axial")  # by the patient's axis that is nearest to the normal
_DOWN_OR_ACROSS = (1, 1, -1)  # on the screen x grows to the right, y to the right or down, z up


@dataclass(frozen=True)
class Layout:
    """How a cut lies on the screen, the way radiology shows the plane that it is nearest to.

    Attributes:
        axis: the axis that the cut is taken across: all its pixels have one index there.
        name: "axial", "coronal" or "sagittal", with "oblique" before it where an edge has two letters.
        down, across: the axes that run down and to the right.
        turned: (down, across): True where the axis is counted the other way.
        edges: (left, right, top, bottom): letters of the patient's side there, "R", "RA", ...
    """

    axis: str
    name: str
    down: str
    across: str
    turned: tuple[bool, bool]
    edges: tuple[str, str, str, str]


def what_is_missing(study: Study) -> str:
    """A sentence that says why no cuts can be drawn to scale, or an empty one."""
    if study.frames < 2:
        return "Cuts need a volume of at least 2 frames; this image has one. Open a whole series or a NIfTI volume."
    if study.is_colour:
        return "Cuts need grey values; this volume is in colour."
    if not study.spacing_mm:
        return "Cuts need the pixel spacing in mm, which the file does not say."
    if study.geometry is None:
        return "Cuts need to know how the frames lie in the patient: parallel, at places that the file says."
    if not study.geometry.slice_mm:
        return "Cuts need the distance of the frames in mm, which cannot be told from the file."
    return ""


def what_is_assumed(study: Study) -> tuple[str, ...]:
    """How the cuts of a volume differ from what was acquired, a sentence each."""
    notes = []
    if is_uneven(study) and study.geometry and study.geometry.slice_mm:
        notes.append(
            f"Slices lie at unequal distances; they are drawn at even ones of {study.geometry.slice_mm:.4g} mm."
        )
    if is_shifted(study):
        notes.append("Slices are shifted sideways; they are drawn straight above each other.")
    if study.window.function == "LUT":
        notes.append("The file's lookup table is drawn as a straight line from its first to its last input.")
    return tuple(notes)


def directions(geometry: Geometry) -> np.ndarray:
    """(3, 3) float64: unit vectors in which frames, rows and columns are counted, in the patient's axes."""
    across, down = np.array(geometry.orientation[:3]), np.array(geometry.orientation[3:])
    normal = np.cross(across, down)
    return np.array([v / np.linalg.norm(v) for v in (normal, down, across)])


def name_direction(direction: np.ndarray) -> str:
    """Letters of the patient's side a direction points to, the strongest first: "L", "PH", ..."""
    order = [k for k in np.argsort(-np.abs(direction), kind="stable") if abs(direction[k]) >= TILT]
    return "".join(_LETTERS[k][int(direction[k] > 0)] for k in order)


def _nearest(vectors: np.ndarray) -> tuple[int, ...]:
    """For each axis of the values another axis of the patient, so that all lie nearest together."""
    fits = {p: sum(abs(vectors[k, p[k]]) for k in range(3)) for p in itertools.permutations(range(3))}
    return max(fits, key=fits.__getitem__)


def lay_out(geometry: Geometry, axis: str) -> Layout:
    """How the cut across an axis lies on the screen.

    The acquired plane (across "frame") is shown as acquired. The others stand as radiology shows the plane they
    are nearest to: the head up, the front up or to the left, the patient's right on the left.
    """
    vectors, index = directions(geometry), AXES.index(axis)
    nearest = _nearest(vectors)
    down, across = sorted({0, 1, 2} - {index}, key=lambda k: -nearest[k])
    turned = [bool(vectors[k, nearest[k]] * _DOWN_OR_ACROSS[nearest[k]] < 0) for k in (down, across)]
    if axis == "frame":
        down, across, turned = 1, 2, [False, False]
    below, right = (
        -vectors[k] if flip else vectors[k] for k, flip in zip((down, across), turned, strict=True)
    )
    edges = (name_direction(-right), name_direction(right), name_direction(-below), name_direction(below))
    oblique = "oblique " if max(map(len, edges)) > 1 else ""
    name = oblique + _PLANES[nearest[index]]
    return Layout(axis, name, AXES[down], AXES[across], (turned[0], turned[1]), edges)


def edges_of(study: Study) -> tuple[str, str, str, str] | None:
    """Letters of the patient's side at the left, right, top and bottom edge of a frame; None where the file does not
    say how it lies."""
    if study.geometry is not None:
        return lay_out(study.geometry, "frame").edges
    right, bottom = study.sides
    left, top = ("".join(_OPPOSITE[letter] for letter in side) for side in study.sides)
    return (left, right, top, bottom) if right and bottom else None


def first_frame(study: Study) -> int:
    """The frame that is shown first, counted from 0: the middle one of a volume, else the first."""
    is_volume = study.kind == "NIfTI" or (study.geometry is not None and study.geometry.slice_mm is not None)
    return study.frames // 2 if is_volume else 0


def spacing_of(study: Study) -> tuple[float, float, float]:
    """Distance of neighbouring frames, rows and columns in mm.

    Raises:
        ImageError: the study is no volume with known distances.
    """
    if said := what_is_missing(study):
        raise ImageError(said)
    assert study.geometry and study.geometry.slice_mm and study.spacing_mm, "what_is_missing has looked"
    return (study.geometry.slice_mm, *study.spacing_mm)


def cut(study: Study, axis: str, index: int) -> tuple[np.ndarray, tuple[float, float]]:
    """One cut through a volume, as it lies on the screen.

    Args:
        study: grey, of at least 2 frames, with spacing and geometry.
        axis: "frame" for the acquired plane, "row" or "column" for those across it.
        index: where along that axis, counted from 0.

    Returns:
        (down, across) values as acquired, and the distance of neighbours in mm (down, across).

    Raises:
        ImageError: the study is no volume with known distances, or there is no such cut.
    """
    spacing = dict(zip(AXES, spacing_of(study), strict=True))
    if axis not in AXES:
        raise ImageError(f"Expected an axis of {', '.join(AXES)}, got {axis!r}.")
    count = study.values.shape[AXES.index(axis)]
    if not 0 <= index < count:
        raise ImageError(f"Expected a {axis} from 0 to {count - 1}, got {index}.")
    assert study.geometry is not None, "spacing_of has looked"
    layout = lay_out(study.geometry, axis)
    plane = study.values.take(index, AXES.index(axis))
    if AXES.index(layout.down) > AXES.index(layout.across):
        plane = plane.T
    plane = plane[:: -1 if layout.turned[0] else 1, :: -1 if layout.turned[1] else 1]
    return plane, (spacing[layout.down], spacing[layout.across])


def narrow(values: np.ndarray) -> np.ndarray:
    """The same values in the smallest type that a browser knows: uint8, int16, uint16, int32, else float32.

    Whole numbers stay exact; fractions of float64 are rounded to float32.
    """
    if values.dtype.kind == "f" and not _is_whole(values):
        return values.astype(np.float32, copy=False)
    low, high = values.min(), values.max()
    for dtype in (np.uint8, np.int16, np.uint16, np.int32):
        if np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max:
            return values.astype(dtype, copy=False)
    return values.astype(np.float32)


def _is_whole(values: np.ndarray) -> bool:
    """Frame by frame, so that most volumes with fractions are told from their first frame."""
    return all(bool((np.isfinite(frame) & (np.rint(frame) == frame)).all()) for frame in values)


def fit(values: np.ndarray, limit_bytes: int) -> tuple[np.ndarray, tuple[int, int, int]]:
    """Take every n-th frame, row or column until a volume fits; what is left are true values, not means.

    The axis with the most samples left is thinned first, and none more than needed.

    Args:
        values: (frame, row, column).
        limit_bytes: of the result, at most.

    Returns:
        A view of the values, and every how many-th (frame, row, column) it holds; (1, 1, 1) is all of them.

    Raises:
        ImageError: not even one value fits.
    """
    if limit_bytes < values.itemsize:
        raise ImageError(f"Expected room for at least one value, got {limit_bytes} bytes.")
    steps = [1, 1, 1]
    while True:
        kept = values[:: steps[0], :: steps[1], :: steps[2]]
        if kept.nbytes <= limit_bytes:
            return kept, (steps[0], steps[1], steps[2])
        steps[max(range(3), key=lambda k: (kept.shape[k], k))] += 1


def describe_steps(steps: tuple[int, int, int]) -> str:
    """What ``fit`` left out: "drawn from every 2nd row and 3rd column", or nothing."""
    if steps[0] == 1 and steps[1] == steps[2] > 1:
        return f"drawn from every {_ordinal(steps[1])} pixel"
    some = [f"{_ordinal(n)} {name}" for n, name in zip(steps, AXES, strict=True) if n > 1]
    return f"drawn from every {' and '.join(some)}" if some else ""


def _ordinal(n: int) -> str:
    return f"{n}{ {2: 'nd', 3: 'rd'}.get(n, 'th') }"
