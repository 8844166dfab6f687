"""Image files written by the tests, and those that lie in the pydicom wheel."""

import io
import warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom import uid
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.tag import Tag

from tests.conftest import SAMPLES

RAMP = np.arange(48, dtype=np.uint16).reshape(6, 8)


def wheel_file(name: str) -> bytes:
    return Path(pydicom.data.get_testdata_file(name, download=False)).read_bytes()


def dataset(name: str) -> pydicom.FileDataset:
    return pydicom.dcmread(io.BytesIO(wheel_file(name)))


def shipped(name: str) -> pydicom.FileDataset:
    return pydicom.dcmread(SAMPLES / f"{name}.dcm")


def to_bytes(ds: Dataset) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the writer's, on what is wrong on purpose
        ds.save_as(buffer, enforce_file_format=False)
    return buffer.getvalue()


def make_dataset(array: np.ndarray = RAMP, frames: int = 0, **tags) -> Dataset:
    """(row, column), (row, column, 3), or with ``frames`` (frame, row, column), uncompressed."""
    ds = Dataset()
    ds.preamble, ds.file_meta = bytes(128), FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    ds.SOPClassUID = uid.CTImageStorage
    shape = array.shape[1:] if frames else array.shape
    ds.Rows, ds.Columns = shape[:2]
    if frames:
        ds.NumberOfFrames = frames
    ds.SamplesPerPixel = 3 if len(shape) == 3 else 1
    ds.PhotometricInterpretation = "RGB" if len(shape) == 3 else "MONOCHROME2"
    if len(shape) == 3:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated = ds.BitsStored = 8 * array.dtype.itemsize
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(array.dtype.kind == "i")
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    raw = array.tobytes()
    ds.add_new("PixelData", "OW", raw + b"\0" * (len(raw) % 2))
    return ds


def make_dicom(array: np.ndarray = RAMP, frames: int = 0, **tags) -> bytes:
    ds = make_dataset(array, frames, **tags)
    for name in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        if name in ds:
            ds[name].VR = "SS" if ds.PixelRepresentation else "US"
    return to_bytes(ds)


def encapsulated(array: np.ndarray, streams: list[bytes], syntax: str, **tags) -> bytes:
    """Compressed frames under the tags of ``array`` (row, column[, 3])."""
    ds = make_dataset(array, **tags)
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = encapsulate(streams)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    return to_bytes(ds)


def set_raw(ds: Dataset, keyword: str, value: bytes) -> None:
    """What no writer would write: any bytes under a tag."""
    tag = Tag(keyword)
    vr = pydicom.datadict.dictionary_VR(tag)
    ds[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)
