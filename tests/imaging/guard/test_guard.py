"""Guarded decoding: the same records as in this process, and a child that fails is an error, never the end."""

import io
import os
import signal
import struct
import time
import zipfile
from dataclasses import fields
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image

from medrnn.bench.made import make_slice
from medrnn.errors import ImageError
from medrnn.imaging import grids
from medrnn.imaging.files.nested import Count
from medrnn.imaging.guard import batch as guard
from medrnn.imaging.guard import nursery, wire
from medrnn.imaging.series.members import Member, read_member
from medrnn.types import Geometry, Study
from tests.conftest import SAMPLES
from tests.imaging.made import RAMP, make_dicom, to_bytes

pytestmark = pytest.mark.skipif(not guard.IS_AVAILABLE, reason="guarded decoding needs Linux")
CT = (SAMPLES / "ct-small.dcm").read_bytes()


@pytest.fixture
def batch():
    with guard.Batch() as batch:
        yield batch


@pytest.fixture(autouse=True)
def _nothing_refused():
    guard._refused.clear()


def assert_equal(a, b):
    assert type(a) is type(b)
    for field in fields(a):
        one, other = getattr(a, field.name), getattr(b, field.name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype
        elif isinstance(one, Study):
            assert_equal(one, other)
        else:
            assert one == other and type(one) is type(other), field.name


@pytest.mark.parametrize("path", [*SAMPLES.glob("*.dcm"), *SAMPLES.glob("*.[jp]*g")], ids=lambda p: p.stem)
def test_the_guard_hands_back_what_is_read_here(batch, path):
    data = path.read_bytes()
    assert_equal(batch.perform("read", data), read_member(data))


def test_values_that_are_the_stored_ones_come_back_as_one_array(batch):
    study = batch.perform("read", make_dicom()).study
    assert study.values is study.stored


def test_a_zip_is_unpacked_in_the_child(batch):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", CT)
        archive.writestr("b", b"xyz")
    assert list(batch.unpack(buffer.getvalue(), count := Count())) == [(CT, "a"), (b"xyz", "b")]
    assert count.files == 2


def test_an_error_of_the_reader_is_handed_on(batch):
    with pytest.raises(ImageError, match="truncated or damaged"):
        batch.perform("read", CT[:900])
    assert batch.perform("read", CT).study.rows == 128


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_child_that_dies_is_an_error_and_its_file_is_refused_at_once(batch, number):
    batch.perform("read", CT)
    os.kill(batch.pid, number)
    data = make_dicom(InstanceNumber=7)
    with pytest.raises(ImageError, match="made the decoder fail. Export"):
        batch.perform("read", data)
    with pytest.raises(ImageError, match="made the decoder fail before"):
        batch.perform("read", data)
    assert batch.perform("read", CT).study.rows == 128  # the next file works


def test_a_file_that_takes_too_long_is_ended(batch, monkeypatch):
    batch.perform("read", CT)
    first = batch.pid
    os.kill(first, signal.SIGSTOP)  # a decoder that never comes back
    monkeypatch.setattr(guard, "DEADLINE_S", 0.2)
    began = time.monotonic()
    with pytest.raises(ImageError, match=r"within 0.2 s, this one takes longer"):
        batch.perform("read", CT)
    assert time.monotonic() - began < 2
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    monkeypatch.undo()
    assert batch.perform("read", CT).study.rows == 128


def test_the_warm_process_may_die_too(batch):
    process = nursery.warm().process
    process.kill()
    process.wait()
    assert batch.perform("read", CT).study.rows == 128


def test_a_child_ends_with_its_batch():
    with guard.Batch() as batch:
        batch.perform("read", CT)
        pid = batch.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_file_that_needs_too_much_memory_is_an_error_and_this_process_takes_none(batch):
    side = 14_336  # 206 MB of bytes, below the limit of the header; as float64 1.6 GB, as float32 0.8 GB
    ds = pydicom.dcmread(pydicom.data.get_testdata_file("MR_small_RLE.dcm", download=False))
    ds.Rows = ds.Columns = side
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation, ds.RescaleSlope, ds.RescaleIntercept = 7, 0, "0.5", "0"
    segment = struct.pack("<16L", 1, 64, *[0] * 14) + b"\x81\x00" * (side * side // 128)
    ds.PixelData = pydicom.encaps.encapsulate([segment])
    before = _peak_mb()
    with pytest.raises(ImageError, match="fits the memory"):
        batch.perform("read", to_bytes(ds))
    assert _peak_mb() - before < 150
    assert batch.perform("read", CT).study.rows == 128


def peak_of_child_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


@pytest.mark.parametrize("intercept", [-24, 100_000], ids=["int16", "int32"])
def test_a_child_stays_below_a_gigabyte_with_200_megabytes_of_pixels(batch, monkeypatch, intercept):
    monkeypatch.setattr(guard, "DEADLINE_S", 60.0)
    side = 10_240
    values = np.tile(np.arange(side, dtype=np.int16), (side, 1))
    study = batch.perform("read", make_slice(values, intercept=intercept)).study
    assert study.values.dtype == (np.int16 if intercept == -24 else np.int32)
    np.testing.assert_array_equal(study.values[0, -1], values[-1].astype(int) + intercept)
    assert peak_of_child_mb(batch.pid) < 1000


def test_a_small_file_of_many_pixels_waits_until_no_other_large_one_is_at_work(batch, monkeypatch):
    monkeypatch.setattr(guard, "DEADLINE_S", 60.0)
    file = io.BytesIO()
    Image.new("L", (9000, 9000), 7).save(file, "PNG")
    assert len(file.getvalue()) < 1 << 20
    heard = []

    def watch(before):
        if before is not None:
            heard.append(before)
            raise InterruptedError

    with guard._turns.take("another", is_large=True), guard.Batch(watch=watch) as waits:
        assert waits.perform("read", CT).study.rows == 128  # what is small need not wait
        with pytest.raises(InterruptedError):
            waits.perform("read", file.getvalue())
    assert heard == [1]
    assert batch.perform("read", file.getvalue()).study.nbytes == 9000 * 9000


def test_a_large_zip_comes_in_parts(batch):
    inside = [bytes([k]) * (20 << 20) for k in range(5)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for k, data in enumerate(inside):
            archive.writestr(str(k), data)
    unpacked = enumerate(batch.unpack(buffer.getvalue(), count := Count()))
    found = [(bytes(one) == inside[k], name) for k, (one, name) in unpacked]
    assert found == [(True, str(k)) for k in range(5)] and count.files == 5
    assert peak_of_child_mb(batch.pid) < 350


def _peak_mb() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def test_a_record_survives_the_wire():
    study = read_member(make_dicom()).study
    member = Member(study, "s", np.arange(6.0), np.arange(3.0), 4.0)
    head, arrays = wire.encode(
        [member, ImageError("no"), (b"", b"xy"), Geometry((0, 0, 1.5), (1, 0, 0, 0, 1, 0)), None]
    )
    memory = bytearray()
    wire.write(arrays, memory.extend)
    found, error, pair, geometry, nothing = wire.decode(head, bytes(memory))
    assert_equal(found, member)
    assert isinstance(error, ImageError) and str(error) == "no"
    assert pair == (b"", b"xy") and geometry.position_mm == (0, 0, 1.5) and nothing is None


@pytest.mark.parametrize("value", [object(), {"a": 1}, np.array(["text"]), ValueError("secret"), 1j])
def test_what_is_no_record_does_not_travel(value):
    with pytest.raises(TypeError, match="expected a record"):
        wire.encode(value)


@pytest.mark.parametrize(
    "head", [b'{"array": ["<f4", [4], -8]}', b'{"array": ["|O", [1], 0]}', b'{"array": ["<f4", [999999], 0]}']
)
def test_an_array_outside_of_the_memory_is_refused(head):
    with pytest.raises(ValueError, match="array|buffer"):
        wire.decode(head, bytes(64))


def test_only_known_records_are_made():
    with pytest.raises(KeyError):
        wire.decode(b'{"record": ["Popen", {}]}', b"")


def test_pixels_cannot_be_changed_from_outside(batch):
    study = batch.perform("read", make_dicom()).study
    np.testing.assert_array_equal(study.stored[0], RAMP)
    with pytest.raises(ValueError, match="read-only"):
        study.stored[:] = 0


def test_a_mask_is_read_beside_a_study_without_its_pixels(batch):
    study = read_member(make_dicom()).study
    png = io.BytesIO()
    labels = np.zeros(study.stored.shape[1:], np.uint8)
    labels[1, 2] = 1
    Image.fromarray(labels).save(png, "PNG")
    found = batch.perform("mask", png.getvalue(), grids.blank(study))
    np.testing.assert_array_equal(found.labels[0], labels)
    assert found.study_key == study.key
    with pytest.raises(ImageError, match="Expected a mask"):
        batch.perform("mask", b"xx", grids.blank(study))
