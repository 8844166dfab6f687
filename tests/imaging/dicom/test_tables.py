"""Lookup tables as files have them: empty, of another depth than they say, or not meant for display."""

import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medrnn.imaging import read
from medrnn.imaging.deidentify.copy import deidentify
from medrnn.imaging.windowing import display
from medrnn.imaging.words import say_all
from tests.imaging.made import RAMP, make_dataset, make_dicom, to_bytes
from tests.imaging.same import roundtrip

BYTES = RAMP.astype(np.uint8)
XRF = uid.XRayRadiofluoroscopicImageStorage


def item(entries=None, first=0, bits=16, *, vr="OW", kind=None) -> Dataset:
    """One item of a LUT sequence; without entries its elements are there and empty."""
    made = Dataset()
    made.add_new("LUTDescriptor", "US", None if entries is None else [len(entries) % 65536, first, bits])
    if kind is not None:
        made.ModalityLUTType = kind
    words = None if entries is None else np.asarray(entries, "<u2").tobytes()
    made.add_new("LUTData", vr, words)
    return made


def half(descriptor=None, data=None) -> Dataset:
    made = Dataset()
    made.add_new("LUTDescriptor", "US", descriptor)
    made.add_new("LUTData", "OW", data)
    return made


@pytest.mark.parametrize("name", ["ModalityLUTSequence", "VOILUTSequence"])
@pytest.mark.parametrize(
    "items", [[], [Dataset()], [item()], [item(), Dataset()]], ids=["none", "bare", "empty", "two"]
)
def test_an_empty_table_is_no_table(name, items):
    data = make_dicom(BYTES, RescaleSlope=2, RescaleIntercept=-5, **{name: Sequence(items)})
    study = roundtrip(data)
    assert np.array_equal(study.values[0], BYTES.astype(int) * 2 - 5)
    assert study.windows == () and study.warnings == read(data).warnings == ()


def test_empty_rescale_beside_empty_tables_is_none_either():
    tags = {"RescaleSlope": None, "RescaleIntercept": None}
    empty = {name: Sequence([item(kind="")]) for name in ("ModalityLUTSequence", "VOILUTSequence")}
    study = roundtrip(make_dicom(BYTES, **tags, **empty))
    assert study.values is study.stored and study.warnings == ()


@pytest.mark.parametrize("wrong", [half([4, 0, 16]), half(None, bytes(8)), half([4, 0, 16], bytes(6))])
def test_half_a_voi_lut_is_said_and_those_behind_it_keep_their_places(wrong):
    tables = Sequence([item(), wrong, item(np.arange(48) * 1365)])
    study = read(make_dicom(VOILUTSequence=tables))
    assert [name for name, _ in study.windows] == ["LUT 3"]
    assert study.warnings == ("A VOI LUT of the file is short or damaged; the others are offered.",)
    copy = read(deidentify(make_dicom(VOILUTSequence=tables)))
    assert copy.windows == study.windows
    np.testing.assert_allclose(display(copy), RAMP * 1365 / 65535, atol=1e-5)


def test_a_second_item_counts_where_the_first_is_empty():
    entries = np.arange(48)[::-1] * 3
    study = roundtrip(make_dicom(ModalityLUTSequence=Sequence([item(), item(entries, kind="US")])))
    assert np.array_equal(study.values[0], entries[RAMP])


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 15, 16])
@pytest.mark.parametrize("vr", ["OW", "US"])
def test_a_modality_lut_of_any_depth_is_looked_up(bits, vr):
    entries = (np.linspace(0, 1, 40) ** 2 * (2**bits - 1)).astype(int)
    table = item(entries, 4, bits, kind="OD")
    if vr == "US":
        table.add_new("LUTData", "US", entries.tolist())
    study = roundtrip(make_dicom(ModalityLUTSequence=Sequence([table])))
    assert np.array_equal(study.values[0], entries[np.clip(RAMP.astype(int) - 4, 0, 39)])
    assert say_all(study)[0] == "modality LUT"


def test_entries_of_a_modality_lut_that_outgrow_its_bits_are_kept():
    entries = np.arange(48) * 80
    assert (
        roundtrip(make_dicom(ModalityLUTSequence=Sequence([item(entries, 0, 8, kind="US")]))).values.max()
        == 47 * 80
    )


def test_a_modality_lut_begins_below_signed_values():
    array, entries = RAMP.astype(np.int16) - 30, np.arange(100, 148)
    study = roundtrip(make_dicom(array, ModalityLUTSequence=Sequence([item(entries, 65536 - 30, kind="US")])))
    assert np.array_equal(study.values[0], RAMP + 100)


@pytest.mark.parametrize(
    ("said", "held"), [(16, 14), (16, 12), (16, 10), (16, 8), (12, 10), (14, 12), (12, 8)]
)
def test_a_voi_lut_that_holds_fewer_bits_than_it_says_is_not_drawn_dark(said, held):
    entries = np.rint(np.linspace(0, 2**held - 1, 48)).astype(int)
    study = roundtrip(make_dicom(VOILUTSequence=Sequence([item(entries, 0, said)])))
    np.testing.assert_allclose(display(study), entries[RAMP] / (2**held - 1), atol=1e-4)


def test_a_voi_lut_that_reaches_a_quarter_of_white_is_drawn_as_it_says():
    entries = np.linspace(0, 20_000, 48).astype(int)
    study = roundtrip(make_dicom(VOILUTSequence=Sequence([item(entries, 0, 16)])))
    np.testing.assert_allclose(display(study), entries[RAMP] / 65535, atol=1e-5)


@pytest.mark.skipif(shutil.which("dcm2pnm") is None, reason="needs DCMTK")
@pytest.mark.parametrize("held", [10, 12, 14])
def test_its_depth_is_what_dcmtk_finds_in_the_entries(tmp_path, held):
    entries = np.rint(np.linspace(0, 1, 48) ** 2 * (2**held - 1)).astype(int)
    data = make_dicom(VOILUTSequence=Sequence([item(entries, 0, 16)]))
    (tmp_path / "a.dcm").write_bytes(data)
    command = ["dcm2pnm", "-q", "+Mv", "+Wl", "1", "+on2", tmp_path / "a.dcm", tmp_path / "a.png"]
    subprocess.run(command, check=True)
    peer = np.asarray(Image.open(tmp_path / "a.png"), float) / 65535
    np.testing.assert_allclose(display(read(data)), peer, atol=2e-3)


def xray(sop, how, **tags) -> bytes:
    table = item(np.arange(256) ** 2, kind="US")
    how = (
        {"ModalityLUTSequence": Sequence([table])}
        if how == "LUT"
        else {"RescaleSlope": 2, "RescaleIntercept": 7}
    )
    ds = make_dataset(BYTES, SOPClassUID=sop, WindowCenter=20, WindowWidth=30, **how, **tags)
    ds.file_meta.MediaStorageSOPClassUID = sop
    return to_bytes(ds)


@pytest.mark.skipif(shutil.which("dcm2pnm") is None, reason="needs DCMTK")
@pytest.mark.parametrize("how", ["LUT", "rescale"])
@pytest.mark.parametrize("relation", ["LIN", "LOG"])
@pytest.mark.parametrize("sop", [uid.XRayAngiographicImageStorage, XRF, uid.ComputedRadiographyImageStorage])
def test_the_transform_of_xa_and_xrf_is_not_for_display_as_in_dcmtk(tmp_path, sop, how, relation):
    data = xray(sop, how, PixelIntensityRelationship=relation)
    (tmp_path / "a.dcm").write_bytes(data)
    subprocess.run(["dcm2pnm", "-q", "+Wi", "1", "+on2", tmp_path / "a.dcm", tmp_path / "a.png"], check=True)
    peer, study = np.asarray(Image.open(tmp_path / "a.png"), float) / 65535, roundtrip(data)
    np.testing.assert_allclose(display(study), peer, atol=2e-3)
    is_left = sop != uid.ComputedRadiographyImageStorage
    assert np.array_equal(study.values, study.stored) == is_left
    assert any("not to a display" in note for note in study.warnings) == is_left


def test_xa_without_a_class_is_known_by_its_modality():
    ds = make_dataset(BYTES, Modality="XA", RescaleSlope=2, RescaleIntercept=7)
    del ds.SOPClassUID
    for data in (to_bytes(ds), deidentify(to_bytes(ds))):
        assert np.array_equal(read(data).values[0], BYTES)


def coloured(said, entries, array=BYTES) -> bytes:
    tags = {"PhotometricInterpretation": "PALETTE COLOR"}
    for colour in ("Red", "Green", "Blue"):
        tags[f"{colour}PaletteColorLookupTableDescriptor"] = [len(entries), 0, said]
        tags[f"{colour}PaletteColorLookupTableData"] = np.asarray(entries, "<u2").tobytes()
    return make_dicom(array, **tags)


@pytest.mark.parametrize(("said", "held"), [(8, 8), (16, 8), (16, 12), (12, 12), (16, 16), (8, 12)])
def test_a_palette_of_words_is_as_bright_as_its_entries(said, held):
    entries = np.rint(np.linspace(0, 2**held - 1, 48)).astype(int)
    study = roundtrip(coloured(said, entries))
    np.testing.assert_allclose(display(study)[..., 1], entries[RAMP] / (2**held - 1), atol=1e-4)


def test_more_than_256_colours_of_8_bits_are_told_apart():
    array = (np.arange(48, dtype=np.uint16) * 6).reshape(6, 8)
    entries = np.arange(300) % 256
    assert np.array_equal(roundtrip(coloured(8, entries, array)).colour[0, :, :, 0], entries[array])


def test_a_grey_image_with_an_empty_palette_is_grey():
    tags = {
        f"{c}PaletteColorLookupTable{what}": None
        for c in ("Red", "Green", "Blue")
        for what in ("Descriptor", "Data")
    }
    assert np.array_equal(roundtrip(make_dicom(BYTES, **tags)).values[0], BYTES)
