"""Regions of an ultrasound picture, each with a scale of its own (PS3.3 C.8.5.5)."""

from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medrnn.imaging.dicom.elements import number, value_of

CM = 3  # physical units (PS3.3 C.8.5.5.1.15)
SAME = 1e-3  # relative
DIFFERENT = "The regions of the ultrasound picture have different scales; sizes in mm are not shown."
_CORNERS = ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1")
_UNITS = ("PhysicalUnitsYDirection", "PhysicalUnitsXDirection")
_DELTAS = ("PhysicalDeltaY", "PhysicalDeltaX")
_SMALLEST, _LARGEST = 1e-9, 1e6  # cm a pixel


@dataclass(frozen=True)
class Region:
    """A part of the picture in which pixels have one size.

    Attributes:
        left, top, right, bottom: its first and last column and row, counted from 0.
        spacing_mm: (row, column).
    """

    left: int
    top: int
    right: int
    bottom: int
    spacing_mm: tuple[float, float]

    def covers(self, rows: int, columns: int) -> bool:
        """True where no pixel of the picture lies outside."""
        return self.left <= 0 and self.top <= 0 and self.right >= columns - 1 and self.bottom >= rows - 1


def _region(item: Dataset) -> Region | None:
    """A region measured in cm both ways; None for any other, such as a curve over time."""
    corners = [number(value_of(item, name)) for name in _CORNERS]
    deltas = [abs(number(value_of(item, name)) or 0.0) for name in _DELTAS]
    if any(number(value_of(item, name)) != CM for name in _UNITS) or None in corners:
        return None
    if not all(_SMALLEST <= delta <= _LARGEST for delta in deltas):
        return None
    left, top, right, bottom = (int(v) for v in corners if v is not None)
    return Region(left, top, right, bottom, (10 * deltas[0], 10 * deltas[1]))


def read_regions(ds: Dataset) -> list[Region]:
    """Every region of the picture that has a size in mm."""
    items = value_of(ds, "SequenceOfUltrasoundRegions")
    found = map(_region, items) if isinstance(items, Sequence) else ()
    return [region for region in found if region is not None]


def _are_alike(a: Region, b: Region) -> bool:
    return all(abs(x - y) <= SAME * x for x, y in zip(a.spacing_mm, b.spacing_mm, strict=True))


def _places(found: list[Region]) -> str:
    return "; ".join(f"columns {r.left} to {r.right}, rows {r.top} to {r.bottom}" for r in found[:3])


def read_spacing(ds: Dataset, size: tuple[int, ...], notes: list[str]) -> tuple[float, float] | None:
    """(row, column) in mm of the region that covers the picture, else of all regions where they share one scale.

    Args:
        ds: the object.
        size: rows and columns of the picture.
        notes: takes where it holds, or that there is none.
    """
    found = read_regions(ds)
    if not found:
        return None
    whole = [region for region in found if region.covers(*size)]
    if whole:
        return whole[0].spacing_mm
    if not all(_are_alike(found[0], region) for region in found):
        notes.append(DIFFERENT)
        return None
    notes.append(f"Sizes in mm hold inside the ultrasound region only ({_places(found)}, counted from 0).")
    return found[0].spacing_mm
