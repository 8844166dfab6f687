"""A name written into any tag stays in the file."""

import datetime

import numpy as np
import pydicom
import pytest
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.summary import summarize
from tests.imaging.made import make_dataset, set_raw, to_bytes

MARKER = b"ZZMARKER"
TEXT_TAGS = [
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientComments",
    "StudyDescription",
    "SeriesDescription",
    "InstitutionName",
    "Manufacturer",
    "StationName",
    "ProtocolName",
    "ImageComments",
    "AccessionNumber",
    "StudyInstanceUID",
    "SOPInstanceUID",
    "SOPClassUID",
    "StudyDate",
    "ContentTime",
    "PatientAge",
    "BodyPartExamined",
    "ViewPosition",
    "Laterality",
    "Modality",
    "PatientPosition",
    "KVP",
    "Exposure",
    "SliceThickness",
    "EchoTime",
    "RepetitionTime",
    "FlipAngle",
    "MagneticFieldStrength",
    "SpacingBetweenSlices",
    "RescaleSlope",
    "RescaleIntercept",
    "RescaleType",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "WindowCenterWidthExplanation",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "BurnedInAnnotation",
    "PresentationLUTShape",
    "PixelPaddingValue",
    "InstanceNumber",
    "SpecificCharacterSet",
    "ReferringPhysicianName",
    "ImageType",
    "LossyImageCompression",
]
NEEDED = [
    "Rows",
    "NumberOfFrames",
    "PhotometricInterpretation",
    "SamplesPerPixel",
    "BitsAllocated",
    "PlanarConfiguration",
]


def said(data: bytes) -> str:
    """Everything that leaves the package, but for pixels and keys."""
    try:
        study = read(data)
    except ImageError as error:
        return repr(error) + repr(error.__cause__)
    shown = summarize(study)
    return repr(
        (study.tags, study.warnings, study.applied, study.photometric, study.name, study.window, shown)
    )


@pytest.mark.parametrize("keyword", TEXT_TAGS)
def test_a_marker_in_a_tag_never_leaves_and_the_image_is_still_read(keyword):
    ds = make_dataset(Modality="CT")
    set_raw(ds, keyword, MARKER)
    data = to_bytes(ds)
    assert MARKER in data
    assert "ZZMARKER" not in said(data).upper()
    assert read(data).frames == 1


@pytest.mark.parametrize("keyword", NEEDED)
def test_a_marker_in_a_needed_tag_is_an_error_without_it(keyword):
    ds = make_dataset(np.zeros((4, 4, 3), np.uint8))
    set_raw(ds, keyword, MARKER)
    assert "ZZMARKER" not in said(to_bytes(ds))


def test_markers_everywhere_at_once_in_every_text_vr():
    ds = make_dataset(Modality="US")
    for i, vr in enumerate(
        ("AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT")
    ):
        ds[(0x0009, 0x1000 + i)] = pydicom.dataelem.RawDataElement(
            pydicom.tag.Tag(0x0009, 0x1000 + i), vr, 8, MARKER, 0, False, True
        )
    item = Dataset()
    item.CodeMeaning = "ZZMARKER"
    ds.AnatomicRegionSequence = Sequence([item])
    ds.PatientName = "ZZMARKER^Anna"
    assert "ZZMARKER" not in said(to_bytes(ds))
    del ds.PixelData
    assert "ZZMARKER" not in said(to_bytes(ds))


def test_numbers_that_look_like_dates_do_not_pass():
    birth = datetime.date(1980, 1, 1).strftime("%Y%m%d")
    study = read(to_bytes(make_dataset(KVP=birth, SliceThickness=birth, Exposure=birth, EchoTime=birth)))
    assert [name for name, _ in study.tags] == [
        "Kind of object",
        "Bits allocated",
        "Bits stored",
        "Transfer syntax",
    ]


def test_the_technical_tags_pass():
    ds = make_dataset(Modality="CT", BodyPartExamined="CHEST", ViewPosition="AP", KVP=120, SliceThickness=2.5)
    tags = dict(read(to_bytes(ds)).tags)
    assert tags == {
        "Kind of object": uid.CTImageStorage.name,
        "Modality": "CT",
        "Body part": "CHEST",
        "View": "AP",
        "Bits allocated": "16",
        "Bits stored": "16",
        "Slice thickness": "2.5 mm",
        "Tube voltage": "120 kV",
        "Transfer syntax": "Explicit VR Little Endian",
    }
