"""Whether an image was ever compressed with loss, and how (PS3.3 C.7.6.1.1.5)."""

from typing import Any

from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.multival import MultiValue

from medrnn.imaging.dicom import codecs
from medrnn.imaging.dicom.codestream import is_irreversible
from medrnn.imaging.dicom.elements import number, value_of

NAME = "Lossy compression"
SYNTAXES = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLSNearLossless)
METHODS = {  # defined terms (PS3.3 C.7.6.1.1.5.1)
    "ISO_10918_1": "JPEG",
    "ISO_14495_1": "JPEG-LS near-lossless",
    "ISO_15444_1": "JPEG 2000",
    "ISO_15444_15": "high-throughput JPEG 2000",
    "ISO_18181_1": "JPEG XL",
    "ISO_13818_2": "MPEG2",
    "ISO_14496_10": "MPEG-4 AVC",
    "ISO_23008_2": "HEVC",
}
LARGEST_RATIO = 99_999


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, MultiValue | list) else [] if value is None else [value]


def is_lossy(ds: Dataset, frames: int) -> bool:
    """True where the file says so, or its own compression loses something.

    Args:
        ds: an image whose pixels are still there.
        frames: how many it has.
    """
    syntax = ds.file_meta.TransferSyntaxUID
    if str(value_of(ds, "LossyImageCompression", "")).strip() == "01" or syntax in SYNTAXES:
        return True
    return syntax in codecs.JPEG2000 and is_irreversible(get_frame(ds.PixelData, 0, number_of_frames=frames))


def describe(ds: Dataset) -> str:
    """The methods and ratios that the file names, such as "JPEG 10:1"; "yes" where it names none."""
    ratios = [number(v) for v in _listed(value_of(ds, "LossyImageCompressionRatio"))]
    words = [str(v).strip().upper() for v in _listed(value_of(ds, "LossyImageCompressionMethod"))]
    said = [METHODS[word] for word in words if word in METHODS]
    said += [f"{v:g}:1" for v in ratios if v is not None and 1 <= v <= LARGEST_RATIO]
    return " ".join(said[:8]) or "yes"
