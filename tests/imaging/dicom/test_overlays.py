"""Overlay planes against pydicom's own reading of them and DCMTK's drawing."""

import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image
from pydicom import uid

from medrnn.imaging import limits, read
from medrnn.imaging.guard import wire
from medrnn.imaging.samples import read_sample
from medrnn.imaging.series.stack import read_series
from medrnn.imaging.summary import summarize
from medrnn.imaging.words import say_all
from tests.imaging.made import RAMP, dataset, make_dataset, shipped, to_bytes

needs_dcmtk = pytest.mark.skipif(shutil.which("dcm2pnm") is None, reason="needs DCMTK")
SIZE = (6, 8)  # of RAMP


def drawing(shape=SIZE, seed=0):
    return np.random.default_rng(seed).random(shape) < 0.4


def describe(ds, shape, *, group=0x6000, origin=(1, 1), kind="G", frames=None, first=None):
    ds.add_new((group, 0x10), "US", shape[-2])
    ds.add_new((group, 0x11), "US", shape[-1])
    ds.add_new((group, 0x40), "CS", kind)
    ds.add_new((group, 0x50), "SS", list(origin))
    for element, vr, value in ((0x15, "IS", frames), (0x51, "US", first)):
        if value is not None:
            ds.add_new((group, element), vr, value)
    ds.add_new((group, 0x100), "US", 1)
    ds.add_new((group, 0x102), "US", 0)


def add_plane(ds, mask, **where):
    """A plane of packed bits; ``mask`` (row, column) or (frame, row, column)."""
    describe(ds, mask.shape, **where)
    packed = np.packbits(mask.ravel(), bitorder="little").tobytes()
    ds.add_new((where.get("group", 0x6000), 0x3000), "OW", packed + b"\0" * (len(packed) % 2))
    return ds


def masks(ds):
    return [plane.mask for plane in read(to_bytes(ds)).overlays]


@pytest.mark.parametrize(
    "ds", [dataset("examples_overlay.dcm"), shipped("mr-abdomen")], ids=["of pydicom", "shipped"]
)
def test_a_real_plane_is_what_pydicom_reads(ds):
    study = read(to_bytes(ds))
    expected = ds.overlay_array(0x6000)
    assert expected.sum() > 200
    (plane,) = study.overlays
    assert np.array_equal(plane.mask[0], expected) and plane.kind == "G"
    assert plane.mask.shape == study.stored.shape and plane.mask.dtype == bool
    assert say_all(study)[-1] == "overlay plane: 1, drawn over the image"
    assert summarize(study)["overlays"] == 1


@pytest.mark.parametrize(
    ("size", "origin"),
    [
        ((6, 8), (1, 1)),
        ((3, 5), (1, 1)),
        ((3, 5), (3, 2)),
        ((3, 5), (5, 6)),
        ((4, 7), (-1, -3)),
        ((30, 21), (-10, -5)),
        ((1, 1), (6, 8)),
    ],
)
def test_a_plane_is_cut_to_the_image(size, origin):
    mask = np.ones(size, bool) if size == (1, 1) else drawing(size)
    ds = add_plane(make_dataset(), mask, origin=origin)
    wide = np.zeros((60, 60), bool)
    row, column = 20 + origin[0] - 1, 20 + origin[1] - 1
    wide[row : row + size[0], column : column + size[1]] = mask
    (found,) = masks(ds)
    assert found.any() and np.array_equal(found[0], wide[20:26, 20:28])


@pytest.mark.parametrize("origin", [(7, 1), (1, 9), (-5, 1), (1, -7), (30000, -30000)])
def test_a_plane_outside_of_the_image_is_said(origin):
    study = read(to_bytes(add_plane(make_dataset(), drawing(), origin=origin)))
    assert study.overlays == () and study.overlay_bits is None
    assert study.warnings == ("An overlay plane lies outside of the image; it is not drawn.",)


def test_sixteen_planes_stay_apart_and_keep_their_kind():
    ds, planes = make_dataset(), [drawing(seed=k) for k in range(16)]
    for k, mask in enumerate(planes):
        add_plane(ds, mask, group=0x6000 + 2 * k, kind="R" if k % 3 == 0 else "G")
    study = read(to_bytes(ds))
    assert "".join(plane.kind for plane in study.overlays) == "RGGRGGRGGRGGRGGR"
    assert all(np.array_equal(p.mask[0], mask) for p, mask in zip(study.overlays, planes, strict=True))
    assert study.nbytes == study.stored.nbytes + 2 * RAMP.size
    assert say_all(study)[-1] == "overlay planes: 16, drawn over the image"


def test_groups_beyond_the_sixteenth_are_no_overlays():
    assert masks(add_plane(make_dataset(), drawing(), group=0x6020)) == []


def test_an_empty_plane_is_left_out_without_a_word():
    ds = add_plane(make_dataset(), np.zeros(SIZE, bool))
    add_plane(ds, drawing(), group=0x6004)
    study = read(to_bytes(ds))
    assert len(study.overlays) == 1 and np.array_equal(study.overlays[0].mask[0], drawing())
    assert study.warnings == ()


@pytest.mark.parametrize(
    ("where", "frames", "drawn"),
    [
        ({"frames": 2, "first": 2}, 2, {1: 0, 2: 1}),
        ({"frames": 4}, 4, {0: 0, 1: 1, 2: 2, 3: 3}),
        ({"frames": 3, "first": 3}, 3, {2: 0, 3: 1}),
        ({"frames": 1}, 1, {0: 0}),
        ({"first": 4}, 1, {3: 0}),
        ({}, 1, {0: 0, 1: 0, 2: 0, 3: 0}),
    ],
)
def test_frames_of_a_plane_lie_over_those_that_it_names(where, frames, drawn):
    ds = make_dataset(np.stack([RAMP] * 4)[:, :5, :7], 4)  # 35 bits: frames end within a byte
    mask = drawing((frames, 5, 7))
    (found,) = masks(add_plane(ds, mask, **where))
    expected = np.zeros((4, 5, 7), bool)
    for to, source in drawn.items():
        expected[to] = mask[source]
    assert np.array_equal(found, expected)


def embedded(bit, *, array=RAMP, allocated=16, stored=12, high=11, frames=0, order="<"):
    """Pixels with a plane in a bit that they leave free."""
    mask = drawing(array.shape)
    ds = make_dataset(array.astype(f"{order}u{allocated // 8}"), frames, BitsStored=stored, HighBit=high)
    ds.BitsAllocated = allocated
    used = array.astype(f"u{allocated // 8}") << (high + 1 - stored)
    raw = (used | mask.astype(used.dtype) << bit).astype(f"{order}u{allocated // 8}").tobytes()
    ds.add_new("PixelData", "OW", raw)
    describe(ds, array.shape)
    ds.add_new(0x60000100, "US", allocated)
    ds.add_new(0x60000102, "US", bit)
    return ds, mask


@pytest.mark.parametrize("bit", [12, 13, 15])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_plane_in_unused_bits_is_found_and_is_no_part_of_the_values(bit, order):
    ds, mask = embedded(bit, order=order)
    if order == ">":
        ds.file_meta.TransferSyntaxUID = uid.ExplicitVRBigEndian
    study = read(to_bytes(ds))
    assert np.array_equal(study.overlays[0].mask[0], mask) and mask.any()
    assert np.array_equal(study.stored[0], RAMP)


def test_planes_in_unused_bits_of_bytes_and_of_several_frames_are_found():
    ds, mask = embedded(
        7, array=np.stack([RAMP, RAMP + 1, RAMP + 2]), allocated=8, stored=6, high=5, frames=3
    )
    (found,) = masks(ds)
    assert np.array_equal(found, mask)


def test_bits_of_the_image_are_no_plane():
    ds, _ = embedded(13)
    ds[0x60000102].value = 11
    study = read(to_bytes(ds))
    assert study.overlays == () and "bits that belong to the image" in study.warnings[0]


@needs_dcmtk
@pytest.mark.parametrize("case", ["data", "shifted", "embedded", "frames"])
def test_a_plane_is_where_dcmtk_draws_it(tmp_path, case):
    gentle = np.full((12, 16), 100, np.uint16)
    ds = make_dataset(np.stack([gentle] * 3), 3) if case == "frames" else make_dataset(gentle)
    if case == "embedded":
        ds, _ = embedded(14, array=gentle)
    elif case == "frames":
        add_plane(ds, drawing((2, 12, 16)), frames=2, first=2)
    else:
        add_plane(ds, drawing((9, 9)), origin=(-3, 11) if case == "shifted" else (1, 1))
    (tmp_path / "a.dcm").write_bytes(to_bytes(ds))
    (found,) = masks(ds)
    for frame in range(len(found)):
        pictures = []
        for switch in (["-O"], ["+O", "1", "+Omr", "+Osf", "1"]):
            command = ["dcm2pnm", "-q", "+F", str(frame + 1), "+Ww", "100", "4000", *switch, "+on"]
            subprocess.run([*command, tmp_path / "a.dcm", tmp_path / "a.png"], check=True)
            pictures.append(np.asarray(Image.open(tmp_path / "a.png").convert("L")))
        assert np.array_equal(pictures[0] != pictures[1], found[frame])
    assert found.any()


def test_data_of_a_big_endian_file_is_turned():
    ds, mask = make_dataset(), drawing()
    packed = np.packbits(mask.ravel(), bitorder="little")
    describe(ds, SIZE)
    ds.add_new(0x60003000, "OW", packed.view("<u2").astype(">u2").tobytes())
    ds.file_meta.TransferSyntaxUID = uid.ExplicitVRBigEndian
    assert np.array_equal(masks(ds)[0][0], mask)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda ds: ds.add_new(0x60003000, "OW", b"\xff" * 4), "less than its size says"),
        (lambda ds: ds.__delitem__(0x60003000), "has no data"),
        (lambda ds: ds.add_new(0x60000010, "US", 0), "says no size"),
        (lambda ds: ds.__delitem__(0x60000011), "says no size"),
        (lambda ds: ds.add_new(0x60000050, "SS", [1]), "says no size or no place"),
        (lambda ds: ds.add_new(0x60000015, "IS", 3), "less than its size says"),
        (lambda ds: ds.add_new(0x60000051, "US", 2), "outside of the image"),
        (lambda ds: ds.add_new(0x60000010, "US", 65535), "less than its size says"),
    ],
)
def test_a_damaged_plane_is_said_and_the_others_are_drawn(spoil, said):
    ds = add_plane(make_dataset(), drawing())
    spoil(ds)
    add_plane(ds, drawing(seed=5), group=0x6002, kind="R")
    study = read(to_bytes(ds))
    assert [plane.kind for plane in study.overlays] == ["R"]
    assert np.array_equal(study.overlays[0].mask[0], drawing(seed=5))
    assert len(study.warnings) == 1 and said in study.warnings[0]


def test_a_plane_in_compressed_pixels_is_said():
    ds = dataset("MR_small_RLE.dcm")
    describe(ds, (64, 64))
    ds.add_new(0x60000100, "US", 16)
    ds.add_new(0x60000102, "US", 15)
    assert "unused bits of compressed pixels" in " ".join(read(to_bytes(ds)).warnings)


def test_planes_beyond_the_memory_are_left_out_and_the_image_stays(monkeypatch):
    ds = make_dataset(RAMP.astype(np.uint8))
    for k in range(9):  # more than 8 planes take two bytes a pixel
        add_plane(ds, drawing(seed=k), group=0x6000 + 2 * k)
    monkeypatch.setattr(limits, "LIMIT_BYTES", RAMP.size)
    study = read(to_bytes(ds))
    assert study.overlay_bits is None and say_all(study) == ("window (computed)",)
    assert "larger than the memory" in study.warnings[0]


def test_colour_has_planes_too():
    ds = add_plane(make_dataset(np.zeros((6, 8, 3), np.uint8)), drawing())
    assert np.array_equal(masks(ds)[0][0], drawing())


def test_words_of_a_plane_stay_in_the_file():
    ds = add_plane(make_dataset(), drawing())
    for element, vr in ((0x22, "LO"), (0x45, "LO"), (0x1500, "LO")):
        ds.add_new((0x6000, element), vr, "ZZMARKER")
    ds.add_new(0x60000040, "CS", "ZZMARKER")
    study = read(to_bytes(ds))
    assert study.overlay_kinds == ("G",)
    assert "ZZMARKER" not in repr((vars(study), study.overlays, summarize(study)))


def test_slices_of_a_series_keep_their_planes():
    made = []
    for k in range(3):
        ds = make_dataset(RAMP, SeriesInstanceUID="1.2.3", SOPInstanceUID=f"1.2.3.{k}", InstanceNumber=k + 1)
        made.append(to_bytes(add_plane(ds, drawing(seed=k)) if k != 1 else ds))
    ((_, study),) = read_series(made)
    (plane,) = study.overlays
    assert np.array_equal(plane.mask, [drawing(seed=0), np.zeros(SIZE, bool), drawing(seed=2)])
    assert say_all(study)[-1] == "overlay plane: 1, drawn over the image"


def test_planes_and_tables_pass_between_processes():
    study = read_sample("mr-abdomen")
    head, arrays = wire.encode(study)
    memory = bytearray()
    wire.write(arrays, memory.extend)
    back = wire.decode(head, memory)
    assert back.windows == study.windows and len(study.windows) == 2
    assert np.array_equal(back.overlays[0].mask, study.overlays[0].mask)
