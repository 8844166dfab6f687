"""Malformed files: each ends in one of the project's errors or in an image that can be drawn, and soon."""

import io
import os
import struct
import time
import zlib

import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medrnn import imaging
from medrnn.errors import ImageError
from medrnn.imaging.windowing import display
from tests.conftest import SAMPLES
from tests.imaging.made import RAMP, make_dataset, to_bytes

SOON_S = 5.0
CT = (SAMPLES / "ct-small.dcm").read_bytes()


def settle(data: bytes) -> str:
    """Read and draw; the error's sentence, or "" where an image came out. Anything else fails the test."""
    began = time.monotonic()
    try:
        study = imaging.read(data)
        for frame in {0, study.frames - 1}:
            drawn = display(study, frame)
            assert drawn.dtype == np.float32
            assert np.isfinite(drawn).all()
            assert drawn.min() >= 0 and drawn.max() <= 1
        said = ""
    except ImageError as error:
        said = str(error)
        assert said.endswith(".") and "Traceback" not in said and "ZZMARKER" not in said
    assert time.monotonic() - began < SOON_S
    return said


def boundaries() -> list[int]:
    """Where each top-level element of the CT begins."""
    ds = pydicom.dcmread(io.BytesIO(CT))
    last = ds["PixelData"].file_tell
    starts = {element.file_tell for element in ds if 0 < element.file_tell <= last}
    return sorted(starts | {0, 64, 128, 131, 132, 144})


@pytest.mark.parametrize("shift", [0, 1])
@pytest.mark.parametrize("at", boundaries())
def test_a_dicom_file_cut_at_any_boundary_is_no_image(at, shift):
    assert settle(CT[: at + shift])


def nested(depth: int) -> bytes:
    """Sequences in sequences, written out as bytes so that the writer's own recursion is no limit."""
    head = struct.pack("<HH2sHL", 0x0040, 0xA730, b"SQ", 0, 0xFFFFFFFF)
    head += struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
    tail = struct.pack("<HHL", 0xFFFE, 0xE00D, 0) + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    plain = to_bytes(make_dataset())
    at = plain.index(struct.pack("<HH", 0x7FE0, 0x0010))
    return plain[:at] + head * depth + tail * depth + plain[at:]


def many_elements(count: int) -> bytes:
    plain = to_bytes(make_dataset())
    at = plain.index(struct.pack("<HH", 0x7FE0, 0x0010))
    some = b"".join(
        struct.pack("<HH2sH", 0x0051, 0x1000 + k % 0xE000, b"LO", 2) + b"x " for k in range(count)
    )
    return plain[:at] + some + plain[at:]


def with_length(value: int) -> bytes:
    """The length of the pixel data, replaced."""
    plain = bytearray(to_bytes(make_dataset()))
    at = plain.index(struct.pack("<HH", 0x7FE0, 0x0010)) + 8
    plain[at : at + 4] = struct.pack("<L", value)
    return bytes(plain)


def lying(**tags) -> bytes:
    return to_bytes(make_dataset(**tags))


def rle(rows: int, columns: int) -> bytes:
    ds = pydicom.dcmread(pydicom.data.get_testdata_file("MR_small_RLE.dcm", download=False))
    ds.Rows, ds.Columns = rows, columns
    return to_bytes(ds)


def palette(entries: int, first: int) -> bytes:
    ds = make_dataset(
        np.arange(48, dtype=np.uint8).reshape(6, 8) * 5, PhotometricInterpretation="PALETTE COLOR"
    )
    for colour in ("Red", "Green", "Blue"):
        setattr(ds, f"{colour}PaletteColorLookupTableDescriptor", [256, first, 16])
        setattr(ds, f"{colour}PaletteColorLookupTableData", bytes(2 * entries))
    return to_bytes(ds)


def markup() -> bytes:
    ds = make_dataset(PatientName="<script>ZZMARKER</script>", StudyDescription="=cmd|'/c ZZMARKER'!A1")
    ds.BodyPartExamined, ds.WindowCenterWidthExplanation = "<B>ZZMARKER</B>", "{{ZZMARKER}}"
    return to_bytes(ds)


def functional_groups(count: int) -> bytes:
    ds = make_dataset(np.stack([RAMP] * 3), frames=3)
    ds.PerFrameFunctionalGroupsSequence = Sequence([Dataset() for _ in range(count)])
    return to_bytes(ds)


LENGTHS = (0, 1, 95, 97, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)
SIZES = ((60_000, 60_000), (65_535, 1), (1, 65_535), (7, 8))
HEADERS = {
    "deep sequences 100": lambda: nested(100),
    "deep sequences 5,000": lambda: nested(5_000),
    "deep sequences 50,000": lambda: nested(50_000),
    "20,000 elements": lambda: many_elements(20_000),
    **{f"pixel data of length {v:#x}": lambda v=v: with_length(v) for v in LENGTHS},
    **{f"{r} x {c} claimed": lambda r=r, c=c: lying(Rows=r, Columns=c) for r, c in SIZES},
    **{f"{n} frames claimed": lambda n=n: lying(NumberOfFrames=n) for n in (2, 10**6, 2**31 - 1)},
    **{f"{n} samples": lambda n=n: lying(SamplesPerPixel=n) for n in (0, 2, 3, 255)},
    **{f"{n} bits": lambda n=n: lying(BitsAllocated=n) for n in (0, 1, 7, 12, 24, 64, 128)},
    "more bits stored than allocated": lambda: lying(BitsStored=32),
    "high bit beyond the sample": lambda: lying(HighBit=40),
    **{f"slope {v}": lambda v=v: lying(RescaleSlope=v, RescaleIntercept="0") for v in ("0", "-1", "1e38", "1E-38")},
    **{f"window width {v}": lambda v=v: lying(WindowCenter="0", WindowWidth=v) for v in ("0", "-5", "1e-30", "1e30")},
    **{f"spacing {v}": lambda v=v: lying(PixelSpacing=v) for v in (["0", "0"], ["-1", "1"], ["1"], ["1e-40", "1e40"])},
    "padding outside the type": lambda: lying(PixelPaddingValue=65_535, PixelPaddingRangeLimit=0),
    "RLE that claims 65,535 x 65,535": lambda: rle(65_535, 65_535),
    "RLE that claims 20,000 x 20,000": lambda: rle(20_000, 20_000),
    "RLE that claims 65 x 64": lambda: rle(65, 64),
    "short palette": lambda: palette(10, 0),
    "empty palette": lambda: palette(0, 0),
    "palette that begins at 200": lambda: palette(256, 200),
    "markup and formulas in text": markup,
    "fewer functional groups than frames": lambda: functional_groups(1),
    "more functional groups than frames": lambda: functional_groups(9),
    "text": lambda: b"ZZMARKER " * 500,
    "HTML": lambda: b"<html><script>ZZMARKER</script></html>",
    "GIF": lambda: b"GIF89a" + bytes(100),
    "PDF": lambda: b"%PDF-1.7\n" + bytes(200),
    "ZIP": lambda: b"PK\x03\x04" + bytes(200),
    "ELF": lambda: b"\x7fELF" + bytes(200),
    "DICM and zeros": lambda: bytes(128) + b"DICM" + bytes(500),
    "DICM and noise": lambda: bytes(128) + b"DICM" + np.random.default_rng(0).bytes(5_000),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_a_lying_header_is_an_error_or_an_image(name):
    settle(HEADERS[name]())


def png(chunks: dict[bytes, bytes] | None = None, size=(6, 8)) -> bytes:
    """A grey PNG; ``chunks`` replaces or adds."""
    raw = b"".join(b"\0" + row.tobytes() for row in RAMP.astype(np.uint8)[: size[0], : size[1]])
    first = struct.pack(">LLBBBBB", size[1], size[0], 8, 0, 0, 0, 0)
    parts = {b"IHDR": first, b"IDAT": zlib.compress(raw), b"IEND": b"", **(chunks or {})}
    order = [b"IHDR", *(k for k in parts if k not in (b"IHDR", b"IDAT", b"IEND")), b"IDAT", b"IEND"]
    lengths, sums = (
        [struct.pack(">L", len(parts[k])) for k in order],
        [zlib.crc32(k + parts[k]) for k in order],
    )
    packed = [n + k + parts[k] + struct.pack(">L", c) for n, k, c in zip(lengths, order, sums, strict=True)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def picture(kind: str, **how) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray((RAMP * 5).astype(np.uint8)).save(buffer, kind, **how)
    return buffer.getvalue()


def tiff_tag(tag: int, value: int) -> bytes:
    """A TIFF in which the first entry of that tag holds another value."""
    data = bytearray(picture("TIFF"))
    at = data.index(struct.pack("<H", tag), 8)
    data[at + 8 : at + 12] = struct.pack("<L", value)
    return bytes(data)


def header(width: int, height: int, depth: int = 8, colour: int = 0) -> bytes:
    return png({b"IHDR": struct.pack(">LLBBBBB", width, height, depth, colour, 0, 0, 0)})


PNG_SIZES = ((0, 5), (2**31 - 1, 2**31 - 1), (60_000, 60_000), (9, 6), (8, 7))
DEPTHS = ((3, 0), (16, 0), (8, 3), (8, 9))
TAGS = ((256, 0), (256, 60_000), (257, 2**31), (258, 77), (259, 9999), (262, 99), (273, 2**31), (279, 2**31))
RASTERS = {
    **{f"PNG cut at {n}": lambda n=n: png()[:n] for n in (8, 20, 33, 41, 60)},
    **{f"PNG of {w} x {h}": lambda w=w, h=h: header(w, h) for w, h in PNG_SIZES},
    **{f"PNG of depth {d}, colour {c}": lambda d=d, c=c: header(8, 6, d, c) for d, c in DEPTHS},
    "PNG bomb": lambda: png({b"IDAT": zlib.compress(bytes(30_000_000))}),
    "PNG text bomb": lambda: png({b"zTXt": b"k\0\0" + zlib.compress(bytes(100_000_000))}),
    "PNG with a broken checksum": lambda: png()[:-20] + b"xxxx" + png()[-16:],
    **{f"JPEG cut at {n}": lambda n=n: picture("JPEG")[:n] for n in (3, 20, 160, 300)},
    "JPEG of 65,535 x 65,535": lambda: picture("JPEG").replace(b"\x08\x00\x06\x00\x08", b"\x08\xff\xff\xff\xff"),
    "JPEG of height 0": lambda: picture("JPEG").replace(b"\x08\x00\x06\x00\x08", b"\x08\x00\x00\x00\x08"),
    **{f"TIFF cut at {n}": lambda n=n: picture("TIFF")[:n] for n in (4, 8, 60, 120)},
    **{f"TIFF tag {t} = {v}": lambda t=t, v=v: tiff_tag(t, v) for t, v in TAGS},
    "TIFF that points to itself": lambda: b"II*\0" + struct.pack("<LHL", 8, 0, 8),
}  # fmt: skip


@pytest.mark.parametrize("name", RASTERS)
def test_a_malformed_raster_is_an_error_or_an_image(name):
    settle(RASTERS[name]())


def test_the_battery_is_as_large_as_promised():
    assert 2 * len(boundaries()) + len(HEADERS) + len(RASTERS) >= 80


BASES = [
    CT,
    *((SAMPLES / name).read_bytes() for name in ("us-palette.dcm", "mr-multiframe.dcm", "bone-scan.dcm")),
]
BASES += [picture("PNG"), picture("JPEG"), picture("TIFF"), picture("TIFF", compression="tiff_lzw")]
EXAMPLES = int(os.environ.get("MEDRNN_FUZZ", "80"))  # `make test-long` takes more


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES <= 80, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(
    base=st.integers(0, len(BASES) - 1),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8)), max_size=6
    ),
    cut=st.floats(0.3, 1),
)
def test_a_real_file_with_changed_bytes_is_an_error_or_an_image(base, changes, cut):
    data = bytearray(BASES[base])
    for place, some in changes:
        at = int(place**3 * len(data))  # mostly headers
        data[at : at + len(some)] = some
    settle(bytes(data[: int(cut * len(data)) if cut < 0.7 else len(data)]))
