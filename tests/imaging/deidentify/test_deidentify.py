"""Whatever a file says of a person, the exported one does not say it; the picture stays the same."""

import io
from functools import cache

import numpy as np
import pydicom
import pytest
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

from medrnn.errors import ConfigError, ImageError
from medrnn.imaging import read
from medrnn.imaging.deidentify import copy as module
from medrnn.imaging.deidentify.copy import deidentify, deidentify_all
from medrnn.imaging.deidentify.rules import Words
from medrnn.imaging.dicom.privacy import KNOWN
from medrnn.imaging.series.stack import read_series
from tests.conftest import SAMPLES
from tests.imaging.made import make_dataset, make_dicom, to_bytes, wheel_file
from tests.imaging.planted import PIXELS, WORD, leaks, planted_file
from tests.markers import marked_file, traces

SALT = bytes(range(32))
IDENTITIES = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")
WHEEL = (
    "CT_small.dcm",
    "MR_small.dcm",
    "examples_overlay.dcm",
    "rtdose.dcm",
    "examples_ybr_color.dcm",
    "693_J2KI.dcm",
)
SHIPPED = sorted(path.name for path in SAMPLES.glob("*.dcm"))
FIXED = {
    "ANONYMOUS",
    module.METHOD,
    "113100",
    "DCM",
    "Basic Application Confidentiality Profile",
    "HU",
    "US",
    "OD",
    "1",
    "1H",
}
planted = cache(planted_file)


def source(name: str) -> bytes:
    path = SAMPLES / name
    return path.read_bytes() if path.exists() else wheel_file(name)


def parsed(data: bytes) -> pydicom.FileDataset:
    return pydicom.dcmread(io.BytesIO(data))


def every_uid(ds: Dataset) -> set[str]:
    """UIDs at every level, also of the meta, that no standard registers."""
    found = {
        str(value)
        for part in (ds, ds.file_meta)
        for element in part.iterall()
        if element.VR == "UI"
        for value in ([element.value] if isinstance(element.value, str) else element.value or [])
    }
    return {value for value in found if value and value not in uid.UID_dictionary} - {
        uid.PYDICOM_IMPLEMENTATION_UID
    }


def texts(ds: Dataset) -> set[str]:
    """Values of every VR that holds free text, a name, a date or a time."""
    kinds = ("LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT", "AE", "AS", "DA", "TM", "DT")
    values = (element.value for element in ds.iterall() if element.VR in kinds)
    return {
        str(v) for value in values if value for v in (value if isinstance(value, MultiValue) else [value])
    }


def test_no_marker_of_any_attribute_of_the_dictionary_passes():
    assert len(leaks(planted())) == 3
    made = deidentify(planted())
    assert leaks(made) == []
    assert np.array_equal(read(made).stored[0], PIXELS)
    assert len(made) < 4096


def test_the_markers_of_the_other_tests_do_not_pass():
    data, pixels = marked_file()
    assert len(traces(data)) == 2
    made = deidentify(data)
    assert traces(made) == []
    assert np.array_equal(read(made).stored[0], pixels)


@pytest.mark.parametrize("keyword", ["PatientComments", "StudyDescription", "StationName"])
def test_a_hole_in_the_allow_list_is_seen(monkeypatch, keyword):
    monkeypatch.setattr(module, "ALLOWED", module.ALLOWED | {keyword: Words({WORD.decode()})})
    assert leaks(deidentify(planted())) == [WORD.decode()]


def test_a_hole_deep_in_a_functional_group_is_seen(monkeypatch):
    macro = {"CodeMeaning": Words({WORD.decode()})}
    hole = {"PerFrameFunctionalGroupsSequence": {"PixelMeasuresSequence": macro}}
    monkeypatch.setattr(module, "ALLOWED", module.ALLOWED | hole)
    ds = make_dataset(PixelSpacing=[1, 1])
    ds.PerFrameFunctionalGroupsSequence = Sequence([Dataset()])
    ds.PerFrameFunctionalGroupsSequence[0].PixelMeasuresSequence = Sequence([Dataset()])
    ds.PerFrameFunctionalGroupsSequence[0].PixelMeasuresSequence[0].CodeMeaning = WORD.decode()
    assert leaks(deidentify(to_bytes(ds))) == [WORD.decode()]


@pytest.mark.parametrize("name", [*WHEEL, *SHIPPED])
def test_no_text_and_no_uid_of_a_real_file_passes(name):
    data = source(name)
    old, made = parsed(data), deidentify(data)
    new = parsed(made)
    assert leaks(made, every_uid(old)) == []
    assert texts(new) <= FIXED
    known = {*KNOWN["BodyPartExamined"], *new.get("ImageType", [])}
    assert leaks(made, {text for text in texts(old) if len(text) > 5} - known) == []


def test_the_file_around_the_data_set_is_new():
    new = parsed(deidentify(planted()))
    assert new.preamble == bytes(128)
    assert new.file_meta.TransferSyntaxUID == uid.ExplicitVRLittleEndian
    assert new.file_meta.MediaStorageSOPInstanceUID == new.SOPInstanceUID
    assert set(new.file_meta.keys()) == {0x00020000 + i for i in (0, 1, 2, 3, 0x10, 0x12, 0x13)}
    assert not any(e.tag.is_private or e.tag.group >> 8 in (0x50, 0x60) for e in new.iterall())


def test_the_file_says_how_it_was_de_identified():
    new = parsed(deidentify(planted()))
    assert (new.PatientIdentityRemoved, new.LongitudinalTemporalInformationModified) == ("YES", "REMOVED")
    assert len(new.DeidentificationMethod) <= 64
    (code,) = new.DeidentificationMethodCodeSequence
    assert (code.CodeValue, code.CodingSchemeDesignator) == ("113100", "DCM")
    assert code.CodeMeaning == "Basic Application Confidentiality Profile"
    assert (new.PatientName, new.PatientID, new.StudyDate, new.Modality) == ("ANONYMOUS", "", "", "OT")


def test_uids_agree_within_an_export_and_not_between_two():
    plain = [
        make_dicom(StudyInstanceUID="1.2.3", SOPInstanceUID=f"1.2.3.{i}", SeriesInstanceUID="1.2")
        for i in (1, 2)
    ]
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = uid.CTImageStorage, "1.2.3.1"
    third = make_dicom(StudyInstanceUID="1.2.3", ReferencedImageSequence=Sequence([reference]))
    first, second, third = (parsed(d) for d in deidentify_all([*plain, third]))
    assert first.StudyInstanceUID == second.StudyInstanceUID == third.StudyInstanceUID
    assert first.SOPInstanceUID != second.SOPInstanceUID
    assert third.ReferencedImageSequence[0].ReferencedSOPInstanceUID == first.SOPInstanceUID
    assert third.ReferencedImageSequence[0].ReferencedSOPClassUID == uid.CTImageStorage
    (again,) = deidentify_all(plain[:1])
    assert not every_uid(parsed(again)) & every_uid(first)
    assert all(value.startswith("2.25.") and len(value) <= 64 for value in every_uid(first))


def test_a_salt_makes_the_result_repeatable_and_a_short_one_is_refused():
    assert deidentify(planted(), salt=SALT) == deidentify(planted(), salt=SALT)
    assert deidentify(planted()) != deidentify(planted())
    with pytest.raises(ConfigError, match="at least 16 bytes, got 0"):
        deidentify(planted(), salt=b"")


def test_missing_and_private_uids_are_made_up():
    ds = make_dataset()
    ds.SOPClassUID = "1.2.19770708"
    made = deidentify(to_bytes(ds))
    new = parsed(made)
    assert leaks(made) == []
    assert new.SOPClassUID == uid.SecondaryCaptureImageStorage
    assert len({new[name].value for name in IDENTITIES[:3]}) == 3
    assert "FrameOfReferenceUID" not in new


def test_a_series_stays_a_series():
    files = [
        make_dicom(
            SeriesInstanceUID="1.2.3", FrameOfReferenceUID="1.2.4", InstanceNumber=str(9 - z), PixelSpacing=[0.7, 0.7],
            ImagePositionPatient=[-10.5, 3, 2.5 * z], ImageOrientationPatient=[1, 0, 0, 0, 1, 0], RescaleSlope=z + 1,
        )
        for z in (2, 0, 1)
    ]  # fmt: skip
    ((_, before),), ((_, after),) = read_series(files), read_series(deidentify_all(files))
    assert after.geometry == before.geometry
    assert after.geometry.slice_mm == 2.5
    assert np.array_equal(after.values, before.values)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"ZZMARKER" * 99, "something else"),
        ((SAMPLES / "digit-4.png").read_bytes(), "Expected a DICOM file, got PNG"),
        (wheel_file("CT_small.dcm")[:20_000], "truncated or damaged"),
        (wheel_file("rtplan.dcm"), "without pixels"),
        (wheel_file("image_dfl.dcm")[:2000], "Expected"),
        (make_dicom(Rows=60_000, Columns=60_000), "at most 512 MB"),
    ],
)
def test_what_is_no_image_is_refused(data, message):
    with pytest.raises(ImageError, match=message) as caught:
        deidentify(data)
    assert "ZZMARKER" not in str(caught.value)
    good = make_dicom()
    wrong, right = deidentify_all([data, good])
    assert isinstance(wrong, ImageError)
    assert read(right).frames == 1
