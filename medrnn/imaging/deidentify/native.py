"""Samples and lookup tables written anew: uncompressed, little endian, nothing behind the last of them."""

import numpy as np
from pydicom import config
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from medrnn.imaging.deidentify.allowed import LARGEST
from medrnn.imaging.dicom import compression
from medrnn.imaging.dicom.elements import number, value_of
from medrnn.imaging.dicom.palette import COLOURS, read_palette
from medrnn.imaging.dicom.presentation import PADDINGS
from medrnn.imaging.dicom.tables import read_table
from medrnn.types import Study


def _little(array: np.ndarray) -> bytes:
    """In little endian, padded to an even length."""
    raw = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    return raw + b"\0" * (len(raw) % 2)


def _descriptor(entries: int, first: int, bits: int) -> tuple[str, list[int]]:
    """VR and value of a LUT descriptor: 65536 entries are written 0, and never signed (PS3.3 C.7.6.3.1.5)."""
    return "SS" if first < 0 else "US", [entries % 65536, first, bits]


def _grey(study: Study) -> str:
    return study.photometric if study.photometric in ("MONOCHROME1", "PALETTE COLOR") else "MONOCHROME2"


def _write_size(new: Dataset, old: Dataset, study: Study) -> None:
    new.Rows, new.Columns, new.SamplesPerPixel = study.rows, study.columns, study.samples_per_pixel
    is_colour = study.stored.ndim == 4
    new.PhotometricInterpretation = "RGB" if is_colour else _grey(study)
    if is_colour:
        new.PlanarConfiguration = 0
    if "NumberOfFrames" in old or study.frames > 1:
        new.NumberOfFrames = study.frames


def _write_floats(new: Dataset, stored: np.ndarray) -> None:
    new.BitsAllocated = 8 * stored.dtype.itemsize
    if new.BitsAllocated == 32:
        new.add_new("FloatPixelData", "OF", _little(stored))
    else:
        new.add_new("DoubleFloatPixelData", "OD", _little(stored))


def write_samples(new: Dataset, old: Dataset, study: Study) -> None:
    """The image pixel module (PS3.3 C.7.6.3) of the decoded samples: interleaved, YBR as RGB, one bit packed."""
    stored = study.stored
    _write_size(new, old, study)
    if stored.dtype.kind == "f":
        _write_floats(new, stored)
        return
    is_bitmap = number(value_of(old, "BitsAllocated")) == 1
    new.BitsAllocated = 1 if is_bitmap else 8 * stored.dtype.itemsize
    bits = int(number(value_of(old, "BitsStored")) or new.BitsAllocated)
    new.BitsStored = min(new.BitsAllocated, max(1, bits))
    new.HighBit = new.BitsStored - 1
    new.PixelRepresentation = int(stored.dtype.kind == "i")
    raw = _little(np.packbits(stored.ravel(), bitorder="little") if is_bitmap else stored)
    new.add_new("PixelData", "OB" if new.BitsAllocated <= 8 else "OW", raw)


def write_shape(new: Dataset, old: Dataset, study: Study) -> None:
    """Polarity as it was read (PS3.3 C.11.6), and whether the samples ever were compressed with loss."""
    if study.inverted and new.PhotometricInterpretation != "MONOCHROME1":
        new.PresentationLUTShape = "INVERSE"
    elif "PresentationLUTShape" in old:
        new.PresentationLUTShape = "IDENTITY"
    stated = str(value_of(old, "LossyImageCompression", "")).strip()
    if any(name == compression.NAME for name, _ in study.tags):
        new.LossyImageCompression = "01"
    elif stated == "00":
        new.LossyImageCompression = "00"


def write_padding(new: Dataset, old: Dataset) -> None:
    """Padding value and range limit as 16-bit numbers, of that sign in which they fit."""
    kinds = ("SS", "US") if new.get("PixelRepresentation") else ("US", "SS")
    ends = {"US": (0, 65535), "SS": (-32768, 32767)}
    for name in PADDINGS["PixelData"]:
        value = number(value_of(old, name))
        if value is None:
            continue
        fitting = [kind for kind in kinds if ends[kind][0] <= value <= ends[kind][1]]
        if fitting:
            new.add_new(name, fitting[0], int(value))


def write_float_padding(new: Dataset, study: Study) -> None:
    """The smallest and the largest of the padded float pixels: numbers of the picture, never those of the header."""
    if study.stored.dtype.kind != "f" or study.padding is None:
        return
    padded = study.stored[study.padding]
    names = PADDINGS["FloatPixelData" if padded.itemsize == 4 else "DoubleFloatPixelData"]
    for name, value in zip(names, (padded.min(), padded.max()), strict=True):
        setattr(new, name, float(value))


def write_palette(new: Dataset, old: Dataset) -> None:
    """The palette entry by entry, a word each, without alpha; segmented ones become plain (PS3.3 C.7.9)."""
    found = read_palette(old)
    kind, descriptor = _descriptor(len(found.entries), found.first, found.said)
    for column, colour in enumerate(COLOURS):
        name = f"{colour}PaletteColorLookupTable"
        new.add_new(f"{name}Descriptor", kind, descriptor)
        new.add_new(f"{name}Data", "OW", _little(found.entries[:, column]))


def copy_table(old: Dataset, is_little: bool) -> Dataset:
    """One lookup table with as many entries as its descriptor claims, without its explanation.

    An item without anything stands for a table that is empty or damaged, so that the others keep their places.
    """
    new, table = Dataset(), read_table(old, is_little)
    if table is None:
        return new
    new.add_new("LUTDescriptor", *_descriptor(table.entries.size, table.first, table.said))
    new.add_new("LUTData", "OW", _little(table.entries))
    if str(value_of(old, "ModalityLUTType", "")) in ("HU", "US", "OD"):
        new.ModalityLUTType = old.ModalityLUTType
    elif "ModalityLUTType" in old:
        new.ModalityLUTType = "US"
    return new


def write_rescale(new: Dataset, old: Dataset) -> None:
    """Slope and intercept as a pair; where the reader finds no sense in them, neither, and the unit is unknown."""
    if "RescaleSlope" not in old and "RescaleIntercept" not in old:
        return
    slope = number(value_of(old, "RescaleSlope", 1))
    intercept = number(value_of(old, "RescaleIntercept", 0))
    if not slope or intercept is None or max(abs(slope), abs(intercept)) > LARGEST:
        new.RescaleType = "US"
        return
    for name, value in (("RescaleSlope", slope), ("RescaleIntercept", intercept)):
        new.add(decimals(name, [value]))


def _decimal(value: float) -> str:
    """The shortest text of exactly this number; longer than 16 characters only if the source broke that rule too."""
    text = repr(value).removesuffix(".0")
    return text.replace("0.", ".", 1) if len(text) > 16 and text.lstrip("-").startswith("0.") else text


def decimals(keyword: str, values: list[float]) -> DataElement:
    """A decimal string element (PS3.5 6.2) that reads as exactly these numbers."""
    texts = [_decimal(float(v)) for v in values]
    return DataElement(keyword, "DS", texts if len(texts) > 1 else texts[0], validation_mode=config.IGNORE)
