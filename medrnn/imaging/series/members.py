"""One file as a member of a series: what is decoded, and where its header says that it lies.

UIDs serve for grouping as their SHA-256 and stay in this package.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import pydicom

from medrnn.imaging import read
from medrnn.imaging.dicom import planes
from medrnn.imaging.dicom.elements import number, value_of
from medrnn.imaging.guard.buffers import Data, opened
from medrnn.imaging.silence import silenced
from medrnn.types import Study

_HEADER = (
    "SeriesInstanceUID", "FrameOfReferenceUID", "ImagePositionPatient", "ImageOrientationPatient", "InstanceNumber",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Member:
    """One decoded file and its place in a series.

    Attributes:
        study: the file by itself.
        series: SHA-256 of the UIDs of its series and frame of reference; "" for what is no part of a series:
            not DICOM, several frames, neither place nor number.
        orientation: (6,) float64, direction in which columns are counted, then that of rows, or None.
        position: (3,) float64 in mm, or None; with an orientation or not at all.
        instance: the instance number, or None.
    """

    study: Study
    series: str = ""
    orientation: np.ndarray | None = None
    position: np.ndarray | None = None
    instance: float | None = None


def read_member(data: Data) -> Member:
    """Decode a file of any kind, and read where a single-frame DICOM image lies.

    Raises:
        ImageError: as ``medrnn.imaging.read``.
    """
    study = read(data)
    if study.kind != "DICOM" or study.frames != 1:
        return Member(study)
    with silenced():
        try:
            ds = pydicom.dcmread(
                opened(data), stop_before_pixels=True, force=True, specific_tags=list(_HEADER)
            )
            uids = [str(value_of(ds, name, "")) for name in _HEADER[:2]]
            orientation, position = (
                planes.orientation_of(ds),
                planes.read_vector(ds, "ImagePositionPatient", 3),
            )
            instance = number(value_of(ds, "InstanceNumber"))
        except Exception:  # a damaged header: the image stands by itself
            return Member(study)
    if orientation is None or position is None:
        orientation = position = None
    if not uids[0] or (position is None and instance is None):
        return Member(study)
    key = hashlib.sha256("\0".join(uids).encode()).hexdigest()
    return Member(study, key, orientation, position, instance)
