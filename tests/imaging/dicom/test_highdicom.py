"""Segmentations as highdicom writes them, an implementation of its own, agree with what it was given."""

import io

import highdicom as hd
import numpy as np
import pydicom
import pytest
from pydicom import uid
from pydicom.sr.codedict import codes

from medrnn.imaging.masks.read import read_mask
from medrnn.imaging.series.stack import read_series
from tests.imaging.made import make_dataset, to_bytes

ROWS, COLUMNS, FRAMES = 9, 11, 5
SERIES, STUDY, FRAME = (uid.generate_uid(entropy_srcs=[name]) for name in ("series", "study", "frame"))


def make_slices():
    slices = []
    for k in range(FRAMES):
        ds = make_dataset(np.full((ROWS, COLUMNS), k, np.uint16))
        told = {
            "StudyInstanceUID": STUDY, "SeriesInstanceUID": SERIES, "FrameOfReferenceUID": FRAME,
            "SOPInstanceUID": uid.generate_uid(entropy_srcs=[str(k)]), "InstanceNumber": k + 1, "Modality": "CT",
            "PatientID": "1", "PatientName": "A^B", "PatientBirthDate": "", "PatientSex": "", "StudyDate": "",
            "StudyTime": "", "AccessionNumber": "", "StudyID": "", "ReferringPhysicianName": "",
            "PixelSpacing": [0.5, 0.75], "SliceThickness": 2.0, "ImageOrientationPatient": [1, 0, 0, 0, 0.8, 0.6],
            "ImagePositionPatient": [5.0, -1.2 * k, 1.6 * k],
        }  # fmt: skip
        for keyword, value in told.items():
            setattr(ds, keyword, value)
        slices.append(pydicom.dcmread(io.BytesIO(to_bytes(ds))))
    return slices


def describe(number, code):
    return hd.seg.SegmentDescription(
        number, f"free text {number}", codes.SCT.MorphologicallyAbnormalStructure, code,
        hd.seg.SegmentAlgorithmTypeValues.MANUAL, tracking_uid=uid.generate_uid(), tracking_id="free text",
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL", "LABELMAP"])
@pytest.mark.parametrize("omits_empty", [True, False])
def test_a_segmentation_of_two_labels_comes_back(kind, omits_empty):
    slices, labels = make_slices(), np.zeros((FRAMES, ROWS, COLUMNS), np.uint8)
    labels[1, 2:5, 3:8], labels[3, :, 4], labels[1, 6:, :2] = 1, 2, 2
    [(_, study)] = read_series([to_bytes(ds) for ds in slices[::-1]])
    seg = hd.seg.Segmentation(
        source_images=slices[::2] + slices[1::2],
        pixel_array=np.concatenate([labels[::2], labels[1::2]]),
        segmentation_type=kind,
        segment_descriptions=[describe(1, codes.SCT.Lesion), describe(2, codes.SCT.Liver)],
        series_instance_uid=uid.generate_uid(),
        series_number=2,
        sop_instance_uid=uid.generate_uid(),
        instance_number=1,
        manufacturer="a",
        manufacturer_model_name="a",
        software_versions="1",
        device_serial_number="1",
        omit_empty_frames=omits_empty,
        max_fractional_value=200,
    )
    mask = read_mask(to_bytes(seg), study)
    np.testing.assert_array_equal(mask.labels, labels)
    assert mask.names == ("Lesion", "Liver") and study.geometry.slice_mm == pytest.approx(2)
    assert len(mask.warnings) == (kind == "FRACTIONAL")
