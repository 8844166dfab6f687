"""Which bits of a word are the sample: Bits Stored of them, the topmost at High Bit (PS3.5 8.1.1)."""

from pydicom.dataset import Dataset
from pydicom.encaps import get_frame

from medrnn.imaging.dicom import codecs
from medrnn.imaging.dicom.codestream import jpeg2000_size, jpeg_size
from medrnn.imaging.dicom.elements import number, value_of

SENSELESS = "The file's high bit makes no sense; the lowest bits were taken."


def _said(ds: Dataset) -> tuple[int, int, int] | None:
    """Bits allocated, bits stored, high bit; None where one is missing."""
    names = ("BitsAllocated", "BitsStored", "HighBit")
    allocated, stored, high = (number(value_of(ds, name)) for name in names)
    if allocated is None or stored is None or high is None or "PixelData" not in ds:
        return None
    return int(allocated), int(stored), int(high)


def _is_sane(allocated: int, stored: int, high: int) -> bool:
    return 1 <= stored <= high + 1 <= allocated


def _precision(ds: Dataset, frames: int) -> int | None:
    """Bits of a sample as the first compressed frame says them."""
    is_j2k = ds.file_meta.TransferSyntaxUID in codecs.JPEG2000
    source = get_frame(ds.PixelData, 0, number_of_frames=frames)
    size = jpeg2000_size(source) if is_j2k else jpeg_size(source)
    return size.bits if size else None


def bits_below(ds: Dataset, frames: int) -> int:
    """How many bits lie below the lowest one of a sample, 0 for nearly every file.

    A codec hands on samples without the bits around them, unless its stream holds words up to the high bit.
    """
    said = _said(ds)
    if said is None or not _is_sane(*said) or said[2] == said[1] - 1:
        return 0
    _, stored, high = said
    if ds.file_meta.TransferSyntaxUID in codecs.SYNTAXES and (_precision(ds, frames) or 0) <= high:
        return 0
    return high + 1 - stored


def say_senseless(ds: Dataset, notes: list[str]) -> None:
    """A warning where the high bit lies outside of the word, or too low for the bits stored."""
    said = _said(ds)
    if said is not None and not _is_sane(*said):
        notes.append(SENSELESS)
