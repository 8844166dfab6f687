"""Where in its series each step of a reading of slices lies."""

from dataclasses import dataclass

from medrnn.imaging import reslice
from medrnn.imaging.grids import is_uneven
from medrnn.sequences.series import is_inside
from medrnn.types import Reading, Study


@dataclass(frozen=True)
class SlicePlace:
    """The place of a slice that one step reads.

    Attributes:
        frame: counted from 0, between two frames a fraction.
        count: how many frames the series has.
        mm: along the normal, from the origin of the patient's axes (DICOM PS3.3 C.7.6.2.1.1); None where the file does
            not say where its frames lie, or they lie at unequal distances.
        side: letters of the patient's side on which that is, such as "H"; empty without mm.
    """

    frame: float
    count: int
    mm: float | None = None
    side: str = ""

    @property
    def is_inside(self) -> bool:
        """False where nothing was acquired: the step reads black."""
        return is_inside(self.frame, self.count)

    @property
    def nearest(self) -> int:
        """The frame of the file that lies nearest."""
        return min(max(int(self.frame + 0.5), 0), self.count - 1)


def _along_normal(study: Study, frame: float) -> tuple[float | None, str]:
    """Distance from the patient's origin along the normal in mm, never below 0, and the side on which that is."""
    geometry = study.geometry
    if geometry is None or not geometry.slice_mm or is_uneven(study):
        return None, ""
    normal = reslice.directions(geometry)[0]
    mm = float(normal @ geometry.position_mm) + frame * geometry.slice_mm
    return abs(mm), reslice.name_direction(normal if mm >= 0 else -normal)


def slice_places(reading: Reading, study: Study) -> tuple[SlicePlace, ...]:
    """Where each step reads, in reading order; empty of an image, whose steps all lie in one frame.

    Args:
        reading: of the study.
        study: the series.
    """
    return tuple(SlicePlace(at, study.frames, *_along_normal(study, at)) for at in reading.frames)


def mm_between(reading: Reading, study: Study) -> float | None:
    """Distance of two slices that are read one after the other, in mm; None where the file does not say."""
    apart = study.geometry.slice_mm if study.geometry else None
    if not apart or len(reading.frames) < 2:
        return None
    return abs(reading.frames[-1] - reading.frames[0]) / (len(reading.frames) - 1) * apart


def box_of(reading: Reading) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """What a reading of slices takes of its series, as edges (from, to) along frame, row and column.

    Counted in samples from the outer edge of the first one, so that sample ``k`` reaches from ``k`` to ``k + 1``; of
    frames half of the distance of two slices beyond the first and the last.
    """
    x, y, width, height = reading.crop
    low, high = min(reading.frames), max(reading.frames)
    half = (high - low) / (len(reading.frames) - 1) / 2 if len(reading.frames) > 1 else 0.5
    return (low + 0.5 - half, high + 0.5 + half), (y, y + height), (x, x + width)
