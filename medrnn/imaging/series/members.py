"""One file as a member of a series: what is decoded, and what its header says of its place and its part in it.

UIDs serve for grouping as their SHA-256 and stay in this package, as the marks do.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset

from medrnn.imaging import faults, read
from medrnn.imaging.buffers import Data, opened
from medrnn.imaging.dicom import planes
from medrnn.imaging.dicom.elements import number, value_of
from medrnn.imaging.silence import silenced
from medrnn.types import Study

MARKS = {  # what may tell two slices at one place apart, the first that does counts: the tag that says it
    "time": "TemporalPositionIdentifier",
    "time index": "TemporalPositionIndex",
    "b-value": "DiffusionBValue",
    "direction": "DiffusionGradientOrientation",
    "echo time": "EchoTime",
    "echo": "EchoNumbers",
    "inversion time": "InversionTime",
    "flip angle": "FlipAngle",
    "tube voltage": "KVP",
    "cardiac phase": "NominalPercentageOfCardiacPhase",
    "trigger time": "TriggerTime",
    "frame time": "FrameReferenceTime",
    "image type": "ImageType",
    "kernel": "ConvolutionKernel",
    "acquisition": "AcquisitionNumber",
    "acquisition time": "AcquisitionTime",
    "content time": "ContentTime",
}
_UIDS = ("SeriesInstanceUID", "FrameOfReferenceUID", "StudyInstanceUID", "SOPInstanceUID")
_PLACE = ("ImagePositionPatient", "ImageOrientationPatient", "SliceLocation", "InstanceNumber")
_PATIENT = ("PatientID", "IssuerOfPatientID")
_HEADER = (*_UIDS, *_PLACE, *MARKS.values())
Marks = tuple[tuple[str, float | str], ...]


@dataclass(frozen=True, eq=False)
class Member:
    """One decoded file and its place in a series.

    Attributes:
        study: the file by itself.
        series, frame, exam: SHA-256 of the UIDs of its series, frame of reference and examination, "" where there is
            none; the series is "" for what is no part of one: not DICOM, several frames, neither place nor number.
        same: SHA-256 of its own UID, "" where there is none: what two copies of one image have in common.
        orientation: (6,) float64, direction in which columns are counted, then that of rows, or None.
        position: (3,) float64 in mm, or None; with an orientation or not at all.
        location: mm along some axis (SliceLocation), or None.
        instance: the instance number, or None.
        marks: (name of ``MARKS``, a number, or the SHA-256 of what is none) of those that the file says.
        patient: keyed SHA-256 of the patient's id and who gave it, "" where there is none or nobody asked;
            ``series.numbers`` makes a number of it.
    """

    study: Study
    series: str = ""
    frame: str = ""
    exam: str = ""
    same: str = ""
    orientation: np.ndarray | None = None
    position: np.ndarray | None = None
    location: float | None = None
    instance: float | None = None
    marks: Marks = ()
    patient: str = ""


def _digest(value: Any) -> str:
    return hashlib.sha256(str(value).encode()).hexdigest() if value else ""


def _mark(value: Any) -> float | str:
    """A number as it is; several (a direction) to three digits, and texts, as their SHA-256."""
    found = number(value)
    if found is not None:
        return found
    parts = [value] if isinstance(value, str) or not hasattr(value, "__len__") else list(value)
    numbers = [number(part) for part in parts]
    return _digest(
        [str(part) if n is None else round(n, 3) + 0.0 for part, n in zip(parts, numbers, strict=True)]
    )


def _marks(ds: Dataset) -> Marks:
    said = ((name, value_of(ds, tag)) for name, tag in MARKS.items())
    return tuple((name, _mark(value)) for name, value in said if value is not None)


def _place(ds: Dataset, study: Study) -> Member:
    series, frame, exam, same = (_digest(value_of(ds, name, "")) for name in _UIDS)
    orientation, position = planes.orientation_of(ds), planes.read_vector(ds, "ImagePositionPatient", 3)
    if orientation is None or position is None:
        orientation = position = None
    location, instance = (number(value_of(ds, name)) for name in _PLACE[2:])
    if study.frames != 1 or (position is None and location is None and instance is None):
        series = ""
    return Member(study, series, frame, exam, same, orientation, position, location, instance, _marks(ds))


def _patient(ds: Dataset, salt: str) -> str:
    """The patient's id, which nobody can find from this without the salt, and nobody with it but by trying all."""
    said = [str(value_of(ds, name, "") or "").strip() for name in _PATIENT]
    if not salt or not said[0]:
        return ""
    return hmac.new(salt.encode(), "\0".join(said).encode(), hashlib.sha256).hexdigest()


def read_member(data: Data, salt: str = "") -> Member:
    """Decode a file of any kind, and read what the header of a DICOM image says of its series.

    Args:
        data: the whole file.
        salt: random, of one set of files, where its patients are to be told apart.

    Raises:
        ImageError: as ``medrnn.imaging.read``.
    """
    study = read(data)
    if study.kind != "DICOM":
        return Member(study)
    with silenced():
        try:
            ds = pydicom.dcmread(
                opened(data), stop_before_pixels=True, force=True, specific_tags=[*_HEADER, *_PATIENT]
            )
            return replace(_place(ds, study), patient=_patient(ds, salt))
        except Exception as error:  # a damaged header: the image stands by itself
            if faults.is_ours(error):
                faults.report(error)
            return Member(study)
