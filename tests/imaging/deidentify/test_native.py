"""A de-identified file reads as the same picture, whatever its samples and tables were written in."""

from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom import uid
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence

from medrnn.errors import ImageError
from medrnn.imaging import read
from medrnn.imaging.deidentify.copy import deidentify
from tests.conftest import SAMPLES
from tests.imaging.deidentify.test_deidentify import parsed
from tests.imaging.dicom.test_values import SIGNED, group
from tests.imaging.made import RAMP, dataset, encapsulated, make_dataset, make_dicom, to_bytes
from tests.imaging.planted import WORD, leaks
from tests.imaging.same import agree, assert_same, roundtrip

WHEEL_IMAGES = 40  # at least so many files of the wheel can be read
GREY = np.arange(64, dtype=np.uint8).reshape(8, 8)
COLOUR = np.random.default_rng(2).integers(0, 256, (8, 8, 3), np.uint8)


def test_every_image_of_the_wheel_stays_the_same():
    count = 0
    for path in Path(pydicom.data.__file__).parent.glob("test_files/**/*.dcm"):
        try:
            before = read(path.read_bytes())
        except ImageError:
            continue
        assert_same(before, read(deidentify(path.read_bytes())))
        count += 1
    assert count >= WHEEL_IMAGES


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.dcm")))
def test_every_shipped_image_stays_the_same(name):
    roundtrip((SAMPLES / name).read_bytes())


@pytest.mark.parametrize(
    "array",
    [RAMP, SIGNED, RAMP.astype(np.uint8)[:3, :3], RAMP.astype(np.uint32), SIGNED.astype(np.int8), COLOUR],
)
@pytest.mark.parametrize("tags", [{}, {"PresentationLUTShape": "INVERSE"}, {"PixelPaddingValue": 7}])
def test_samples_of_every_size_and_sign_stay_the_same(array, tags):
    after = roundtrip(make_dicom(array, **tags))
    assert np.array_equal(after.stored[0], array)


@pytest.mark.parametrize(("name", "kind"), [("FloatPixelData", "<f4"), ("DoubleFloatPixelData", "<f8")])
def test_float_samples_stay_the_same(name, kind):
    values = np.array([[0.5, -1e9], [np.nan, np.pi]], kind)
    ds = make_dataset(values.view(np.uint32 if kind == "<f4" else np.uint64))
    del ds.PixelData, ds.BitsStored, ds.HighBit, ds.PixelRepresentation
    setattr(ds, name, values.tobytes())
    assert np.array_equal(roundtrip(to_bytes(ds)).stored[0], values, equal_nan=True)


@pytest.mark.parametrize(("frames", "rows", "columns"), [(1, 5, 3), (3, 4, 6)])
def test_one_bit_stays_one_bit(frames, rows, columns):
    bits = np.random.default_rng(1).integers(0, 2, (frames, rows, columns), np.uint8)
    ds = make_dataset(bits, frames=frames)
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 1, 1, 0
    raw = np.packbits(bits.ravel(), bitorder="little").tobytes()
    ds.PixelData = raw + b"\0" * (len(raw) % 2)
    assert np.array_equal(roundtrip(to_bytes(ds)).stored, bits)


@pytest.mark.parametrize("signed", [0, 1])
def test_an_overlay_in_unused_bits_is_gone(signed):
    samples = np.arange(64, dtype=np.uint16).reshape(8, 8) * 64 % 4096
    text = np.unpackbits(np.frombuffer(WORD, np.uint8)).astype(np.uint16).reshape(8, 8) << 15
    ds = make_dataset(samples | text, BitsStored=12, HighBit=11)
    ds.PixelRepresentation = signed
    made = deidentify(to_bytes(ds))
    written = np.frombuffer(parsed(made).PixelData, "<u2").reshape(8, 8)
    sign = np.where(samples & 0x800, 0xF000, 0) if signed else 0
    assert np.array_equal(written, samples | sign)
    assert_same(read(to_bytes(ds)), read(made))


def test_bytes_behind_the_pixels_are_gone():
    ds = make_dataset()
    ds.PixelData += WORD * 3
    ds.DataSetTrailingPadding = WORD * 5
    made = deidentify(to_bytes(ds))
    assert leaks(made) == []
    assert len(parsed(made).PixelData) == RAMP.nbytes


def jpeg_comment(stream: bytes, marker: int) -> bytes:
    """The stream with a comment, an application segment, and bytes behind its end."""
    segments = [b"\xff" + bytes([code]) + (2 + len(WORD)).to_bytes(2) + WORD for code in (marker, 0xE5)]
    return stream[:2] + b"".join(segments) + stream[2:] + WORD


def j2k_comment(stream: bytes) -> bytes:
    at = 4 + int.from_bytes(stream[4:6])  # behind SIZ
    return stream[:at] + b"\xff\x64" + (4 + len(WORD)).to_bytes(2) + b"\0\x01" + WORD + stream[at:] + WORD


COMPRESSED = {
    uid.JPEGBaseline8Bit: lambda: jpeg_comment(imagecodecs.jpeg_encode(GREY, level=95), 0xFE),
    uid.JPEGLosslessSV1: lambda: jpeg_comment(imagecodecs.ljpeg_encode(GREY), 0xFE),
    uid.JPEGLSLossless: lambda: jpeg_comment(imagecodecs.jpegls_encode(GREY), 0xFE),
    uid.JPEG2000Lossless: lambda: j2k_comment(imagecodecs.jpeg2k_encode(GREY, codecformat="j2k", level=0)),
}


@pytest.mark.parametrize("syntax", COMPRESSED)
def test_comments_in_a_compressed_stream_are_gone(syntax):
    data = encapsulated(GREY, [COMPRESSED[syntax]()], syntax)
    assert data.count(WORD) >= 2
    made = deidentify(data)
    assert leaks(made) == []
    assert_same(read(data), read(made))
    assert parsed(made).get("LossyImageCompression") == ("01" if syntax == uid.JPEGBaseline8Bit else None)


def test_a_jpeg_of_eight_bits_under_a_header_of_sixteen_is_written_as_it_was_read():
    ds = make_dataset(GREY, BitsAllocated=16, BitsStored=8, HighBit=7)
    ds.file_meta.TransferSyntaxUID = uid.JPEGLSLossless
    ds.PixelData = encapsulate([imagecodecs.jpegls_encode(GREY)])
    ds["PixelData"].VR = "OB"
    before, after = read(to_bytes(ds)), read(deidentify(to_bytes(ds)))
    assert agree(before.stored, after.stored)
    assert agree(before.values, after.values)
    assert before.window == after.window


@pytest.mark.parametrize("entries", [4, 256, 40_000, 65_536])
@pytest.mark.parametrize("first", [0, -3])
def test_a_palette_is_written_entry_by_entry(entries, first, rng):
    tags = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in ("Red", "Green", "Blue"):
        tags[f"{colour}PaletteColorLookupTableData"] = rng.integers(0, 65_536, entries, np.uint16).tobytes()
    ds = make_dataset(RAMP.astype(np.int16) - 5, **tags)
    kind = "SS" if first < 0 else "US"
    for colour in ("Red", "Green", "Blue"):
        ds.add_new(f"{colour}PaletteColorLookupTableDescriptor", kind, [entries % 65_536, first, 16])
    assert roundtrip(to_bytes(ds)).colour.dtype == np.uint16


def test_a_palette_carries_nothing_behind_its_entries_and_a_segmented_one_becomes_plain():
    ds = dataset("examples_palette.dcm")
    for colour in ("Red", "Green", "Blue"):
        name = f"{colour}PaletteColorLookupTable"
        ds.add_new(f"Segmented{name}Data", "OW", getattr(ds, f"{name}Data"))
    made = parsed(deidentify(to_bytes(ds)))
    assert not any(e.keyword.startswith("Segmented") for e in made)
    assert len(made.RedPaletteColorLookupTableData) == 512


def test_lookup_tables_are_cut_and_lose_their_explanation():
    lut = np.array([7, 5, 1000, 3, 2], np.uint16)
    tables = [group(LUTExplanation=WORD.decode()) for _ in range(2)]
    for table, more in zip(tables, (b"", WORD), strict=True):
        table.add_new("LUTDescriptor", "US", [5, 2, 16])
        table.add_new("LUTData", "OW", lut.tobytes() + more)
    tables[0].ModalityLUTType = WORD.decode()
    data = make_dicom(ModalityLUTSequence=Sequence(tables[:1]), VOILUTSequence=Sequence(tables[1:]))
    made = deidentify(data)
    assert leaks(made) == []
    assert_same(read(data), read(made))
    assert parsed(made).VOILUTSequence[0].LUTData == lut.tobytes()
    assert parsed(made).ModalityLUTSequence[0].ModalityLUTType == "US"
