"""DICOM segmentations (PS3.3 A.51) to a ``Mask``. No text of a tag leaves this module."""

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset

from medrnn.errors import ImageError
from medrnn.imaging import grids
from medrnn.imaging.buffers import Data
from medrnn.imaging.dicom import parsing, pixels
from medrnn.imaging.dicom.elements import number, uid_name, value_of
from medrnn.imaging.dicom.functional_groups import frame_macros
from medrnn.imaging.dicom.parsing import count_frames
from medrnn.imaging.limits import damage
from medrnn.imaging.masks.segment_places import place_by_geometry, place_by_number
from medrnn.imaging.silence import silenced
from medrnn.types import Mask, Study

LABELMAP_STORAGE = "1.2.840.10008.5.1.4.1.1.66.7"  # newer than pydicom's dictionary
TYPES = ("BINARY", "FRACTIONAL", "LABELMAP")
HALF = 0.5  # of the largest fractional value: what belongs to a segment
MOST_LABELS = 255
NAME_GROUPS = ("cid7150", "cid7151")  # segmentation property categories and types (PS3.16)
BROKEN = "Expected a whole DICOM segmentation, this one is damaged. Export it again."
_NOWHERE = -1  # in a table of labels: no segment has this number


def _registered_name(item: Dataset) -> str | None:
    """The meaning that PS3.16 gives a code, whatever the file says it means."""
    from pydicom.sr.codedict import codes
    from pydicom.sr.coding import Code

    value, scheme = (str(value_of(item, name, "")) for name in ("CodeValue", "CodingSchemeDesignator"))
    for group in (getattr(codes, name) for name in NAME_GROUPS):
        for known in (getattr(group, keyword) for keyword in group.dir()):
            if known == Code(value, scheme, ""):
                return str(known.meaning)
    return None


def _segments(ds: Dataset) -> dict[int, str]:
    """Segment number to name, in the order of the numbers; number 0 of a label map is its background.

    Raises:
        ImageError: none, or more than ``MOST_LABELS``.
    """
    found: dict[int, str] = {}
    for segment in value_of(ds, "SegmentSequence") or []:
        at = number(value_of(segment, "SegmentNumber"))
        if at is None or at != int(at):
            raise ImageError(BROKEN)
        items = value_of(segment, "SegmentedPropertyTypeCodeSequence") or []
        found[int(at)] = (_registered_name(items[0]) if len(items) else None) or f"segment {int(at)}"
    found.pop(0, None)
    if not 1 <= len(found) <= MOST_LABELS:
        raise ImageError(
            f"Expected a segmentation of 1 to {MOST_LABELS} segments, got {len(found)}. Export fewer at a time."
        )
    names = list(found.values())
    return {
        at: name if names.count(name) == 1 else f"{name}, segment {at}" for at, name in sorted(found.items())
    }


def _check(ds: Dataset, study: Study) -> str:
    """A segmentation of pixels with the study's frame size; returns its type."""
    storage = value_of(ds, "SOPClassUID")
    if storage not in (uid.SegmentationStorage, LABELMAP_STORAGE):
        name = uid_name(storage) or "another object"
        raise ImageError(f"Expected a DICOM segmentation, got {name}. Choose the file of the segmentation.")
    parsing.check(ds)
    size = (int(ds.Rows), int(ds.Columns))
    if size != (study.rows, study.columns):
        raise ImageError(
            f"Expected a segmentation of {study.rows} rows x {study.columns} columns as the image, got "
            f"{size[0]} x {size[1]}. {grids.CURE}"
        )
    found = "LABELMAP" if storage == LABELMAP_STORAGE else str(value_of(ds, "SegmentationType", ""))
    if found not in TYPES or int(value_of(ds, "SamplesPerPixel", 1)) != 1:
        raise ImageError(f"Expected a segmentation of type {', '.join(TYPES)}, got another. Export it so.")
    return found


def _check_frames(frames: int, study: Study, segments: int) -> None:
    if frames > study.frames * segments:
        raise ImageError(
            f"Expected at most {study.frames} frame(s) for each of {segments} segment(s), got {frames} in all. "
            "Open the series that was segmented."
        )


def _mapped(stored: np.ndarray, label_of: dict[int, int], background: float | None) -> list[np.ndarray]:
    """A label map's frames as labels.

    Raises:
        ImageError: a pixel has a number that no segment has.
    """
    table = np.full(1 << 16, _NOWHERE, np.int16)
    for at, label in {int(background or 0): 0, 0: 0, **label_of}.items():
        table[at] = label
    found = [table[frame] for frame in stored]
    if any((frame == _NOWHERE).any() for frame in found):
        raise ImageError(BROKEN)
    return [frame.astype(np.uint8) for frame in found]


def _separate(ds: Dataset, kind: str, stored: np.ndarray, label_of: dict[int, int]) -> list[np.ndarray]:
    """Frames of one segment each as labels, in the place of what was stored.

    Raises:
        ImageError: a frame does not say its segment.
    """
    macros = frame_macros(ds, "SegmentIdentificationSequence", len(stored))
    of_frame = [number(value_of(m, "ReferencedSegmentNumber")) for m in macros]
    labels = [label_of[int(n)] for n in of_frame if n is not None and n in label_of]
    if len(labels) < len(stored):
        raise ImageError(BROKEN)
    least = HALF * (number(value_of(ds, "MaximumFractionalValue")) or 255) if kind == "FRACTIONAL" else 1
    for frame, label in zip(stored, labels, strict=True):
        frame[:] = (frame >= least) * np.uint8(label)
    return list(stored)


def _merge(found: list[np.ndarray], places: list[int], labels: np.ndarray, notes: list[str]) -> None:
    """Fill ``labels`` frame by frame, a higher label over a lower one."""
    doubled = 0
    for k in sorted(range(len(found)), key=lambda k: int(found[k].max())):
        new, under = found[k], labels[places[k]]
        doubled += int(((new != 0) & (under != 0) & (new != under)).sum())
        np.copyto(under, new, where=new != 0)
    if doubled:
        notes.append(f"{doubled} pixel(s) belong to several segments; the later one is taken.")


def _check_places(found: list[np.ndarray], places: list[int]) -> None:
    """No slice may get two frames of one segment: then the frames lie closer than the slices."""
    taken = [(place, int(frame.max())) for frame, place in zip(found, places, strict=True) if frame.any()]
    if len(set(taken)) < len(taken):
        raise ImageError(
            "Expected one frame of a segment for a slice of the image, got several: they lie closer together "
            "than the slices. Open the series that was segmented."
        )


def _mask(ds: Dataset, study: Study) -> Mask:
    notes: list[str] = []
    kind, segments, frames = _check(ds, study), _segments(ds), count_frames(ds)
    _check_frames(frames, study, len(segments))
    place = place_by_geometry if grids.grid_of(study).is_placed else place_by_number
    places = place(ds, frames, study, notes)
    label_of = {at: label for label, at in enumerate(segments, start=1)}
    stored = pixels.decode(ds)
    if kind == "LABELMAP":
        found = _mapped(stored, label_of, number(value_of(ds, "PixelPaddingValue")))
    else:
        found = _separate(ds, kind, stored, label_of)
    _check_places(found, places)
    labels = np.zeros(study.stored.shape[:3], np.uint8)
    _merge(found, places, labels, notes)
    if kind == "FRACTIONAL":
        notes.append("The segmentation holds fractions; pixels of a half and more are taken.")
    return Mask(study.key, labels, tuple(segments.values()), "DICOM SEG", tuple(notes))


def read_segmentation(data: Data, study: Study) -> Mask:
    """Decode a DICOM segmentation onto the grid of the image that it was made from.

    A frame belongs to the image's frame that has its direction, spacing and size and lies within half a slice
    along the normal and a quarter of a pixel within the frame. For an image that does not say where it lies, the
    size decides, and for several frames the numbers that the file names; a warning says so. UIDs are not looked
    at. Labels follow the order of the segment numbers; where segments overlap, the later one is taken. Segments
    are named by the registered meaning of their code, never by their label, which is free text.

    Args:
        data: the whole file; BINARY, FRACTIONAL (a half and more is inside) or LABELMAP.
        study: the image.

    Raises:
        ImageError: damaged, no segmentation, of another size, elsewhere, or of more than ``MOST_LABELS`` segments.
    """
    with silenced():
        ds = parsing.parse(data)
        try:
            return _mask(ds, study)
        except ImageError:
            raise
        except Exception as error:  # lazily parsed elements raise where they are first read
            raise damage(error, BROKEN) from None
