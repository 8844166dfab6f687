"""Decimal strings that were written with a comma, "0,5", against PS3.5 6.2; read as what they are."""

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from medrnn.imaging.dicom.elements import number, value_of

SAID = "Some numbers of the file are written with a decimal comma; they are read as such."
HOLDERS = (  # what may hold numbers that an image is shown with
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "PixelMeasuresSequence",
    "PixelValueTransformationSequence", "FrameVOILUTSequence", "PlanePositionSequence", "PlaneOrientationSequence",
)  # fmt: skip


def _numbers(raw: RawDataElement) -> list[float] | None:
    """The numbers of an element with a comma in it, None for any other."""
    if not isinstance(raw.value, bytes) or b"," not in raw.value or _kind(raw) != "DS":
        return None
    texts = raw.value.decode("ascii", "replace").strip(" \0").split("\\")
    found = [number(text.replace(",", ".")) for text in texts if text.count(",") <= 1]
    return [v for v in found if v is not None] if None not in found and len(found) == len(texts) else None


def _kind(raw: RawDataElement) -> str | None:
    try:
        return raw.VR or dictionary_VR(BaseTag(raw.tag))
    except KeyError:
        return None


def mend(ds: Dataset) -> bool:
    """Put numbers in the place of texts with a comma; True where there was one.

    Args:
        ds: a data set that was just read, which is changed.
    """
    is_mended = False
    for tag in list(ds.keys()):
        raw = ds.get_item(tag)
        found = _numbers(raw) if isinstance(raw, RawDataElement) else None
        if found:
            ds[tag] = DataElement(tag, "DS", found if len(found) > 1 else found[0])
            is_mended = True
    for name in HOLDERS:
        for item in (value_of(ds, name) or []) if name in ds else []:
            is_mended |= mend(item)
    return is_mended


def say(ds: Dataset, notes: list[str]) -> None:
    """As ``mend``, with a warning."""
    if mend(ds):
        notes.append(SAID)
