"""DICOM segmentations and the series that they belong to, written by the tests."""

import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset

from medrnn.imaging.series.stack import read_series
from medrnn.types import Study
from tests.imaging.made import make_dataset, make_dicom, to_bytes

ROWS, COLUMNS = 5, 7  # 35 bits: frames do not end on a byte
SPACING = (0.5, 0.75)
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
OBLIQUE = (1.0, 0.0, 0.0, 0.0, 0.8, 0.6)  # its normal is (0, -0.6, 0.8)
START = np.array([-10.0, 20.0, 30.0])
STEP = 2.0
LIVER = ("10200004", "SCT")
SERIES = uid.generate_uid(entropy_srcs=["masks"])


def place(frame: float, orientation=AXIAL) -> np.ndarray:
    """Position of a frame of the series, in mm."""
    normal = np.cross(orientation[:3], orientation[3:])
    return START + frame * STEP * normal


def make_series(frames=4, orientation=AXIAL, places=None, spacing=SPACING, shape=(ROWS, COLUMNS)) -> Study:
    """A series read by the product's own reader; frame k holds 100 k + its pixel's number."""
    positions = [place(k, orientation) for k in range(frames)] if places is None else places
    files = [
        make_dicom(
            (np.arange(np.prod(shape)).reshape(shape) + 100 * k).astype(np.uint16),
            SeriesInstanceUID=SERIES,
            PixelSpacing=list(spacing),
            ImagePositionPatient=[float(v) for v in position],
            ImageOrientationPatient=list(orientation),
            InstanceNumber=k,
        )
        for k, position in enumerate(positions)
    ]
    [(_, study)] = read_series(files)
    assert isinstance(study, Study), study
    return study


def item(**tags) -> Dataset:
    made = Dataset()
    for keyword, value in tags.items():
        setattr(made, keyword, value)
    return made


def code(value: str, scheme: str, meaning: str = "free text") -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def segment(at: int, coded=LIVER, **tags) -> Dataset:
    return item(
        SegmentNumber=at,
        SegmentLabel="Meier^Anna",
        SegmentedPropertyTypeCodeSequence=[code(*coded)] if coded else [],
        **tags,
    )


def frame_group(at: int | None, position, named: int | None = None) -> Dataset:
    group = Dataset()
    if at is not None:
        group.SegmentIdentificationSequence = [item(ReferencedSegmentNumber=at)]
    if position is not None:
        group.PlanePositionSequence = [item(ImagePositionPatient=[float(v) for v in position])]
    if named is not None:
        source = item(SourceImageSequence=[item(ReferencedFrameNumber=named)])
        group.DerivationImageSequence = [source]
    return group


def make_seg(
    frames: np.ndarray,
    groups: list[Dataset],
    segments: list[Dataset] | None = None,
    kind: str = "BINARY",
    orientation=AXIAL,
    spacing=SPACING,
    between: float | None = None,
    **tags,
) -> bytes:
    """A segmentation of (frame, row, column); BINARY is packed by NumPy, the least bit first (PS3.5 8.1.1)."""
    stored = frames.astype(np.uint8) if frames.dtype == bool else frames
    ds = make_dataset(stored, len(stored))
    ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.66.7" if kind == "LABELMAP" else uid.SegmentationStorage
    ds.SegmentationType = kind
    ds.SegmentSequence = [segment(1)] if segments is None else segments
    shared = Dataset()
    if orientation is not None:
        shared.PlaneOrientationSequence = [item(ImageOrientationPatient=list(orientation))]
    measures = item(PixelSpacing=list(spacing))
    if between:
        measures.SpacingBetweenSlices = between
    shared.PixelMeasuresSequence = [measures]
    ds.SharedFunctionalGroupsSequence = [shared]
    ds.PerFrameFunctionalGroupsSequence = groups
    if kind == "BINARY":
        ds.BitsAllocated = ds.BitsStored = 1
        ds.HighBit = 0
        raw = np.packbits(stored.ravel(), bitorder="little").tobytes()
        ds["PixelData"].value = raw + b"\0" * (len(raw) % 2)
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    return to_bytes(ds)


def blobs(frames: int, seed: int = 3) -> np.ndarray:
    """(frame, row, column) bool, something in each frame."""
    made = np.random.default_rng(seed).random((frames, ROWS, COLUMNS)) > 0.6
    made[:, 0, 0] = True
    return made
