"""What a file is, is told in one place, by what the libraries themselves write."""

import gzip
import io
import zipfile

import nibabel as nib
import numpy as np
import pytest
import tifffile
from PIL import Image

from medrnn.imaging.signatures import kind_of
from tests.imaging.made import make_dicom, wheel_file

VOLUME = np.zeros((2, 3, 4), np.int16)


def picture(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (4, 4)).save(buffer, kind)
    return buffer.getvalue()


def tiff(**options) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, VOLUME, photometric="minisblack", **options)
    return buffer.getvalue()


def header_of_a_pair(kind) -> bytes:
    image = kind(VOLUME, np.eye(4))
    return bytes(image.header.binaryblock)


def empty_zip() -> bytes:
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    return buffer.getvalue()


FILES = [
    (make_dicom(), "DICOM"), (b"II*\0" + make_dicom()[4:], "DICOM"), (wheel_file("ExplVR_LitEndNoMeta.dcm"), "DICOM"),
    (picture("PNG"), "PNG"), (picture("JPEG"), "JPEG"),
    (tiff(), "TIFF"), (tiff(byteorder=">"), "TIFF"), (tiff(bigtiff=True), "TIFF"),
    (nib.Nifti1Image(VOLUME, np.eye(4)).to_bytes(), "NIfTI"), (nib.Nifti2Image(VOLUME, np.eye(4)).to_bytes(), "NIfTI"),
    (header_of_a_pair(nib.Nifti1Pair), "NIfTI header"), (header_of_a_pair(nib.Nifti2Pair), "NIfTI header"),
    (gzip.compress(b"x"), "gzip"), (empty_zip(), "zip"), (b"PK\3\4" + bytes(40), "zip"),
    (b"", ""), (b"x", ""), (bytes(600), ""), (picture("GIF"), ""), (picture("BMP"), ""), (b"%PDF-1.7", ""),
]  # fmt: skip


@pytest.mark.parametrize(("data", "kind"), FILES)
def test_each_file_is_known(data, kind):
    assert (
        kind_of(data) == kind_of(bytearray(data)) == kind_of(memoryview(data)) == kind_of(data[:512]) == kind
    )
