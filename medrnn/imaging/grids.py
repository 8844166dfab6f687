"""The grid on which a study's pixels lie, and how another grid is brought onto it without resampling."""

import itertools
from dataclasses import dataclass, replace

import numpy as np

from medrnn.errors import ImageError
from medrnn.types import Geometry, Study

TOLERANCE = np.array([0.5, 0.25, 0.25])  # frame, row, column: how far a corner may be off, in voxels
NOT_CHECKED = "The image does not say where it lies, so only the size of the mask could be checked."
MASK_NOT_PLACED = "The mask does not say where it lies, so only its size could be checked."
NOT_CHECKED_PICTURE = "A picture does not say where it lies, so only the size of the mask was checked."
WHITE_IS_ZERO = "The mask is stored with 0 as white; pixels of 0 are taken as outside."
UNEVEN = "The image's slices are not at equal distances; the mask's frames are taken in their order."
SHIFTED = "The image's slices are shifted sideways; the mask was checked along their normal only."
CURE = "Export the mask on the image's own grid."
SHIFT_MM = 1.0  # sideways; less is taken as straight above each other


@dataclass(frozen=True)
class Grid:
    """Where pixels lie.

    Attributes:
        shape: frames, rows, columns.
        spacing_mm: (row, column), None where not known.
        geometry: None where not known.
    """

    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float] | None
    geometry: Geometry | None

    @property
    def is_placed(self) -> bool:
        """True where every pixel has a place in the patient."""
        if self.geometry is None or self.spacing_mm is None:
            return False
        return self.shape[0] == 1 or bool(self.geometry.slice_mm)

    def __str__(self) -> str:
        frames, rows, columns = self.shape
        said = f"{frames} frame{'s' * (frames > 1)} of {rows} rows x {columns} columns"
        if self.spacing_mm:
            said += f", {self.spacing_mm[0]:.4g} x {self.spacing_mm[1]:.4g} mm"
        if self.geometry is None:
            return said
        if self.geometry.slice_mm:
            said += f", {self.geometry.slice_mm:.4g} mm from frame to frame"
        return f"{said}, beginning at {', '.join(f'{v:.1f}' for v in self.geometry.position_mm)} mm"


def grid_of(study: Study) -> Grid:
    """The grid of a study."""
    return Grid(study.stored.shape[:3], study.spacing_mm, study.geometry)


def blank(study: Study) -> Study:
    """The study with nothing in its pixels: what of it says where another file belongs."""
    nothing = np.broadcast_to(np.uint8(0), study.stored.shape)
    return replace(study, stored=nothing, values=nothing, colour=None, padding=None)


def is_uneven(study: Study) -> bool:
    """True for a series whose slices lie at unequal distances, or twice at one place."""
    return study.geometry is not None and not study.geometry.is_even


def is_shifted(study: Study) -> bool:
    """True for a series whose slices are shifted against each other, as with a tilted gantry."""
    return study.geometry is not None and study.geometry.shift_mm > SHIFT_MM


def to_patient(grid: Grid, slice_mm: float = 1.0) -> np.ndarray:
    """Frame, row, column to x, y, z in mm in DICOM's axes, the centre of a pixel at its whole number.

    Args:
        grid: one that is placed.
        slice_mm: stands in where the grid has a single frame.

    Returns:
        (4, 4) float64, for columns (frame, row, column, 1) (PS3.3 C.7.6.2.1.1).
    """
    assert grid.geometry is not None and grid.spacing_mm is not None, "expected a grid that is placed"
    along_row, along_column = np.array(grid.geometry.orientation, np.float64).reshape(2, 3)
    normal = np.cross(along_row, along_column)
    normal /= np.linalg.norm(normal)
    made = np.eye(4)
    made[:3, 0] = normal * (grid.geometry.slice_mm or slice_mm)
    made[:3, 1] = along_column * grid.spacing_mm[0]
    made[:3, 2] = along_row * grid.spacing_mm[1]
    made[:3, 3] = grid.geometry.position_mm
    return made


def _corners(shape: tuple[int, ...]) -> np.ndarray:
    """(4, corner): frame, row, column, 1 of the first and last pixels."""
    ends = itertools.product(*[(0, n - 1) for n in shape])
    return np.array([(*end, 1) for end in ends], np.float64).T


def _thickness(own: np.ndarray, target: np.ndarray) -> float:
    """Size in mm of the own voxel along the normal of the target's frames."""
    along = own[:3, :3].T @ (target[:3, 0] / np.linalg.norm(target[:3, 0]))
    return float(np.linalg.norm(own[:3, np.abs(along).argmax()]))


def _signed_permutation(matrix: np.ndarray) -> np.ndarray | None:
    """The whole numbers nearest to a matrix, if they only reorder and flip axes."""
    near = np.rint(matrix)
    is_one = (np.abs(near).sum(0) == 1).all() and (np.abs(near).sum(1) == 1).all()
    return near if is_one else None


def bring_onto(volume: np.ndarray, own: Grid, target: Grid) -> np.ndarray:
    """Reorder and flip the axes of a volume so that it lies on another grid; nothing is resampled.

    Args:
        volume: (frame, row, column) on its own grid.
        own: the grid on which the volume lies; placed.
        target: the grid that is wanted; placed.

    Returns:
        The same voxels as (frame, row, column) of the target, contiguous.

    Raises:
        ImageError: the grids differ in size, spacing, direction or place by more than ``TOLERANCE``.
    """
    source = to_patient(own)
    goal = to_patient(target, _thickness(source, to_patient(target)))
    between = np.linalg.solve(goal, source)
    turn = _signed_permutation(between[:3, :3])
    wrong = ImageError(f"Expected a mask on the image's grid ({target}), got {own}. {CURE}")
    if turn is None:
        raise wrong
    axes = np.abs(turn).argmax(axis=1)
    if tuple(own.shape[a] for a in axes) != tuple(target.shape):
        raise wrong
    exact = np.eye(4)
    exact[:3, :3] = turn
    exact[:3, 3] = [(n - 1) if turn[k].min() < 0 else 0 for k, n in enumerate(target.shape)]
    off = np.abs((between - exact) @ _corners(own.shape))[:3]
    if (off > TOLERANCE[:, None]).any():
        raise wrong
    flipped = tuple(k for k in range(3) if turn[k].min() < 0)
    return np.ascontiguousarray(np.flip(volume.transpose(axes), flipped))


def frame_at(plane: Grid, target: Grid, *, slice_mm: float = 1.0, checks_sideways: bool = True) -> int | None:
    """Which frame of the target a single plane is.

    Args:
        plane: placed, of one frame.
        target: placed.
        slice_mm: stands in where the target has a single frame.
        checks_sideways: False leaves out where the plane lies within the frame.

    Returns:
        The frame's index, which may lie before or after the target's frames; None where the plane is turned,
        has another spacing, or lies more than half a slice or a quarter of a pixel off.
    """
    between = np.linalg.solve(to_patient(target, slice_mm), to_patient(plane))
    corners = _corners(plane.shape)
    found = (between @ corners)[:3]
    if not checks_sideways:
        found[1:] += corners[1:3, :1] - found[1:, :1]
    frame = float(np.rint(found[0].mean()))
    wanted = np.vstack([np.full(corners.shape[1], frame), corners[1:3]])
    is_near = (np.abs(found - wanted) <= TOLERANCE[:, None] + 1e-9).all()
    return int(frame) if is_near else None
