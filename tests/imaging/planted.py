"""A DICOM file with marker bytes in every attribute of the standard's dictionary, nested too, and round it."""

import warnings
from collections.abc import Iterable, Mapping

import numpy as np
from pydicom import uid
from pydicom.datadict import DicomDictionary
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from medrnn.imaging.deidentify.allowed import ALLOWED
from medrnn.imaging.deidentify.rules import Rule
from tests.imaging.made import make_dataset, to_bytes

WORD, DIGITS = b"ZZMARKER", b"19770708"
ROOT_UID = "1.2.19770708"
NEEDED = {
    "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "NumberOfFrames", "PixelData", "FloatPixelData", "DoubleFloatPixelData",
    "ModalityLUTSequence",
}  # fmt: skip
DATED = ("DA", "DT", "TM", "AS")
PIXELS = np.random.default_rng(5).integers(0, 4096, (16, 16), np.uint16)


class _Planter:
    """Counts what it plants, so that no two UIDs are equal."""

    count = 0

    def value(self, vr: str) -> bytes:
        if vr == "UI":
            self.count += 1
            raw = f"{ROOT_UID}.{self.count}".encode()
        else:
            raw = DIGITS if vr in DATED else WORD
        return raw + b"\0" * (len(raw) % 2)

    def plant(self, ds: Dataset, tag: int, vr: str) -> None:
        vr = vr.split(" or ")[0]
        value = self.value(vr)
        ds[Tag(tag)] = RawDataElement(Tag(tag), vr, len(value), value, 0, False, True)

    def leaf(self, rules: Mapping[str, Rule]) -> Dataset:
        """An item with every text VR, a private block, and every attribute that may pass at this place."""
        ds = Dataset()
        seen: set[str] = set()
        for tag, (vr, _, _, _, keyword) in DicomDictionary.items():
            is_new = vr not in seen and vr not in ("SQ", "OB or OW", "US or SS")
            is_plain = 0x0008 <= tag >> 16 < 0x5000 and keyword not in NEEDED
            if is_plain and (keyword in rules and vr != "SQ" or is_new):
                self.plant(ds, tag, vr)
                seen.add(vr)
        self.private(ds, 0x0029)
        for keyword, rule in rules.items():
            if isinstance(rule, Mapping):
                setattr(ds, keyword, Sequence([self.leaf(rule), self.leaf(rule)]))
        return ds

    def private(self, ds: Dataset, group: int) -> None:
        ds.add_new((group, 0x0010), "LO", WORD.decode())
        for i, vr in enumerate(("LO", "UI", "OB", "UN", "UT", "PN", "DA")):
            self.plant(ds, (group << 16) + 0x1000 + i, vr)

    def whole(self, ds: Dataset) -> None:
        """Every attribute of the dictionary but the needed ones; sequences hold leaves, 50xx and 60xx too."""
        for tag, (vr, _, _, _, keyword) in DicomDictionary.items():
            if tag >> 16 <= 0x0003 or tag >> 16 >= 0xFFFA or keyword in NEEDED or vr == "NONE":
                continue
            if vr == "SQ":
                rules = ALLOWED.get(keyword)
                inner = self.leaf(rules if isinstance(rules, Mapping) else {})
                ds.add_new(tag, "SQ", Sequence([inner]))
            else:
                self.plant(ds, tag, vr)
        for tag, vr in (
            (0x60000022, "LO"), (0x60001500, "LO"), (0x60003000, "OW"), (0x60023000, "OB"), (0x50000020, "CS"),
            (0x50002600, "LO"), (0x50003000, "OB"), (0xFFFCFFFC, "OB"),
        ):  # fmt: skip
            self.plant(ds, tag, vr)
        self.private(ds, 0x0009)
        self.private(ds, 0x0029)


def planted_file() -> bytes:
    """A CT of 16 x 16 pixels, ``PIXELS``; every planted UID begins with ``ROOT_UID``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's, on a marker as character set
        return to_bytes(_planted())


def _planted() -> Dataset:
    planter = _Planter()
    ds = make_dataset(PIXELS, BitsStored=12, HighBit=11)
    planter.whole(ds)
    ds.add_new("SOPClassUID", "UI", uid.CTImageStorage)
    ds.PixelData = PIXELS.tobytes() + WORD * 8
    ds.preamble = WORD * 16
    meta = ds.file_meta
    meta.MediaStorageSOPClassUID = uid.CTImageStorage
    for tag, vr in ((0x00020003, "UI"), (0x00020012, "UI"), (0x00020100, "UI")):
        planter.plant(meta, tag, vr)
    for tag, vr in ((0x00020013, "SH"), (0x00020016, "AE"), (0x00020017, "AE"), (0x00020102, "OB")):
        planter.plant(meta, tag, vr)
    return ds


def leaks(data: bytes, more: Iterable[str] = ()) -> list[str]:
    """Which markers, and which words of ``more``, stand in the bytes, in UTF-8 or UTF-16."""
    words = (WORD.decode(), DIGITS.decode(), ROOT_UID, *more)
    return [w for w in words if any(w.encode(code) in data for code in ("utf-8", "utf-16-le", "utf-16-be"))]
