"""On which frame of an image each frame of a DICOM segmentation lies."""

from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset

from medrnn.errors import ImageError
from medrnn.imaging import grids
from medrnn.imaging.dicom.elements import number, value_of
from medrnn.imaging.dicom.functional_groups import frame_macros
from medrnn.imaging.dicom.planes import read_orientations, read_positions, read_vector
from medrnn.types import Geometry, Study

NO_PLACE = "Expected a segmentation that says where its frames lie, this one does not. Export it again."
NOT_NAMED = (
    "Expected an image whose frames stand in the order of its file or say where they lie; these were sorted and have "
    "no pixel spacing. Export the mask as NIfTI."
)
CURE = "Open the series that was segmented."
SAME_DISTANCE = 0.02  # relative


def _spacings(ds: Dataset, frames: int) -> list[np.ndarray | None]:
    found = [read_vector(m, "PixelSpacing", 2) for m in frame_macros(ds, "PixelMeasuresSequence", frames)]
    return [None if s is None or not (s > 1e-6).all() else s for s in found]


def _said_mm(ds: Dataset, frames: int, *names: str) -> float | None:
    """The first of some lengths that the pixel measures hold."""
    macro = frame_macros(ds, "PixelMeasuresSequence", frames)[0]
    found = [abs(number(value_of(macro, name)) or 0.0) for name in names]
    return next((mm for mm in found if 0 < mm < 1e3), None)


def _say_distance(ds: Dataset, frames: int, study: Study, notes: list[str]) -> None:
    own = _said_mm(ds, frames, "SpacingBetweenSlices")
    usual = study.geometry.slice_mm if study.geometry else None
    if own and usual and abs(own - usual) > SAME_DISTANCE * usual:
        notes.append(
            f"The segmentation says that its frames lie {own:.4g} mm apart, the image's slices {usual:.4g} mm; "
            "each frame is taken for the nearest slice."
        )


def _planes(ds: Dataset, frames: int, study: Study) -> list[grids.Grid]:
    """Where each frame lies.

    Raises:
        ImageError: one does not say it.
    """
    found = []
    told = zip(read_positions(ds, frames), read_orientations(ds, frames), _spacings(ds, frames), strict=True)
    for position, orientation, spacing in told:
        if position is None or orientation is None or spacing is None:
            raise ImageError(NO_PLACE)
        place = Geometry(tuple(position.tolist()), tuple(orientation.tolist()))
        found.append(grids.Grid((1, study.rows, study.columns), tuple(spacing.tolist()), place))
    return found


def _in_order(planes: list[grids.Grid], target: grids.Grid) -> list[int]:
    """Frames by their rank along the normal, for a series whose distances its geometry cannot express.

    Raises:
        ImageError: the segmentation does not have a frame for every slice.
    """
    step = grids.to_patient(target)[:3, 0]
    normal = step / np.linalg.norm(step)
    places = np.round([grids.to_patient(p)[:3, 3] @ normal for p in planes], 2)
    ranked = np.unique(places)
    if len(ranked) != target.shape[0]:
        raise ImageError(
            f"Expected a segmentation with a frame for each of the {target.shape[0]} slices, since they are not at "
            f"equal distances, got {len(ranked)}. Open the slices without gaps as a series of their own."
        )
    found: list[int] = np.searchsorted(ranked, places).tolist()
    return found


def place_by_geometry(ds: Dataset, frames: int, study: Study, notes: list[str]) -> list[int]:
    """The study's frame for each frame of a segmentation, from positions, directions and spacing.

    Args:
        ds: the segmentation, with the study's rows and columns.
        frames: how many it has.
        study: an image that says where it lies.
        notes: takes warnings.

    Raises:
        ImageError: a frame does not say where it lies, lies on none of the study's, or on another grid.
    """
    target, planes = grids.grid_of(study), _planes(ds, frames, study)
    is_shifted = grids.is_shifted(study)
    thick = _said_mm(ds, frames, "SpacingBetweenSlices", "SliceThickness") or 1.0
    found: Sequence[int | None] = [
        grids.frame_at(p, target, slice_mm=thick, checks_sideways=not is_shifted) for p in planes
    ]
    if grids.is_uneven(study) and None not in found:
        found = _in_order(planes, target)
        notes.append(grids.UNEVEN)
    outside = [p for p, f in zip(planes, found, strict=True) if f is None or not 0 <= f < study.frames]
    if outside:
        raise ImageError(
            f"Expected the segmentation's frames on those of the image ({target}), {len(outside)} of {frames} "
            f"lie elsewhere, the first: {outside[0]}. {CURE}"
        )
    notes += [grids.SHIFTED] if is_shifted else []
    _say_distance(ds, frames, study, notes)
    return [f for f in found if f is not None]


def _named_frame(macro: Dataset) -> int | None:
    """The frame of a multi-frame image that a frame was made from, counted from 1 (PS3.3 C.7.6.16.2.6)."""
    sources = value_of(macro, "SourceImageSequence") or []
    found = number(value_of(sources[0], "ReferencedFrameNumber")) if len(sources) == 1 else None
    return None if found is None else int(found)


def place_by_number(ds: Dataset, frames: int, study: Study, notes: list[str]) -> list[int]:
    """As ``place_by_geometry``, for an image without a place: its only frame, or the frames that the file names.

    Raises:
        ImageError: the file has more places than the image frames, or does not name the image's frames.
    """
    notes.append(grids.NOT_CHECKED)
    if study.frames == 1:
        places = {tuple(p.round(2).tolist()) for p in read_positions(ds, frames) if p is not None}
        if len(places) > 1:
            raise ImageError(
                f"Expected a segmentation of the image's one frame, got frames at {len(places)} places. {CURE}"
            )
        return [0] * frames
    if any(step.name == "sort" for step in study.applied):
        raise ImageError(NOT_NAMED)
    said = [_named_frame(m) for m in frame_macros(ds, "DerivationImageSequence", frames)]
    named = [n for n in said if n is not None and 1 <= n <= study.frames]
    if len(named) < frames:
        raise ImageError(
            f"Expected a segmentation that names the image's frames, 1 to {study.frames}, since the image does "
            f"not say where it lies; this one does not. {CURE}"
        )
    return [n - 1 for n in named]
