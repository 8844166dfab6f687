"""A DICOM file with a marker wherever a person could be named, for the tests that search for it."""

import io

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence

WORD, NUMBER = "ZZMARKER", "19770708"
TEXTS = {
    "PatientName": f"{WORD}^Anna",
    "PatientID": WORD + NUMBER,
    "InstitutionName": WORD,
    "AccessionNumber": WORD,
    "InstitutionAddress": WORD,
    "PatientComments": WORD,
    "TextValue": WORD,
    "LongCodeValue": WORD,
    "RetrieveURL": f"https://{WORD}",
    "BodyPartExamined": WORD,
    "ViewPosition": WORD,
    "PatientPosition": WORD,
    "RetrieveAETitle": WORD,
    "StudyDescription": WORD,
    "SeriesDescription": WORD,
    "ProtocolName": WORD,
    "Manufacturer": WORD,
    "PatientBirthDate": NUMBER,
    "StudyDate": NUMBER,
    "StudyTime": "070707",
    "AcquisitionDateTime": NUMBER + "0707",
    "StudyInstanceUID": f"1.2.{NUMBER}",
    "SeriesInstanceUID": f"1.2.{NUMBER}.1",
    "InstanceNumber": NUMBER,
    "SeriesNumber": NUMBER,
    "WindowCenterWidthExplanation": WORD,
    "RescaleType": WORD,
}


def _nested(depth: int) -> Dataset:
    item = Dataset()
    item.CodeMeaning = WORD
    item.PersonName = WORD
    item.UID = f"1.2.{NUMBER}"
    block = item.private_block(0x0043, WORD, create=True)
    block.add_new(0x01, "LO", WORD)
    if depth > 1:
        item.ContentSequence = Sequence([_nested(depth - 1)])
    return item


def _overlay(ds: Dataset) -> None:
    ds.add_new(0x60000010, "US", 28)
    ds.add_new(0x60000011, "US", 28)
    ds.add_new(0x60000022, "LO", WORD)
    ds.add_new(0x60001500, "LO", WORD)
    ds.add_new(0x60003000, "OW", (WORD * 13).encode()[:98])


def marked_file() -> tuple[bytes, np.ndarray]:
    """The file's bytes and its 28 x 28 pixels; the marker is in every text VR, three levels deep, and round it."""
    pixels = np.random.default_rng(3).integers(0, 256, (28, 28), np.uint8)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = uid.SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = f"1.2.{NUMBER}.2"
    meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    meta.ImplementationVersionName = WORD
    meta.SourceApplicationEntityTitle = WORD
    meta.PrivateInformationCreatorUID = f"1.2.{NUMBER}"
    meta.PrivateInformation = WORD.encode()
    ds = FileDataset(None, {}, file_meta=meta, preamble=(WORD * 16).encode())
    ds.SOPClassUID, ds.SOPInstanceUID = uid.SecondaryCaptureImageStorage, f"1.2.{NUMBER}.2"
    ds.Modality, ds.Rows, ds.Columns, ds.SamplesPerPixel = "CR", 28, 28, 1
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PhotometricInterpretation, ds.RescaleSlope, ds.RescaleIntercept = "MONOCHROME2", 1, 0
    for keyword, value in TEXTS.items():
        setattr(ds, keyword, value)
    ds.RequestAttributesSequence = Sequence([_nested(3)])
    block = ds.private_block(0x0029, WORD, create=True)
    block.add_new(0x01, "UT", WORD)
    block.add_new(0x02, "SQ", Sequence([_nested(1)]))
    _overlay(ds)
    ds.PixelData = pixels.tobytes()
    ds.add_new(0xFFFCFFFC, "OB", (WORD * 4).encode())
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True)
    return file.getvalue(), pixels


def traces(data: bytes | str) -> list[str]:
    """Which markers stand in it, in UTF-8 or UTF-16."""
    raw = data.encode() if isinstance(data, str) else data
    spellings = {w: (w.encode(), w.encode("utf-16-le"), w.encode("utf-16-be")) for w in (WORD, NUMBER)}
    return [word for word, forms in spellings.items() if any(form in raw for form in forms)]
