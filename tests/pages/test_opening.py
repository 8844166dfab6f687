"""What is dropped on the page Open: series, zips, volumes, and files that are no image."""

import gc
import io
import time
import warnings
import zipfile

import nibabel as nib
import numpy as np
import pydicom
import pytest

from medrnn.bench.made import make_body, make_slice
from medrnn.errors import ImageError
from medrnn.imaging.guard import batch as guard
from medrnn.ui.serving import room
from medrnn.ui.state import KEY
from tests.conftest import SAMPLES
from tests.imaging.test_malformed import HEADERS, RASTERS
from tests.markers import marked_file, traces
from tests.pages.test_pages import components, header, loaded, visit

SLICES = [make_slice(make_body(40, seed=k), 9 - k, 2.0 * k) for k in range(9)]


def pack(files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for k, data in enumerate(files):
            archive.writestr(f"Meier^Anna/{k}", data)
    return buffer.getvalue()


def drop(at, *files):
    """As a browser does it: the names tell nothing."""
    key = f"open__files-{at.session_state[KEY].uploads if KEY in at.session_state else 0}"
    at.file_uploader(key=key).set_value(
        [(f"f{k}", data, "application/octet-stream") for k, data in enumerate(files)]
    )
    at.run()
    assert not at.exception
    return at.session_state[KEY]


@pytest.mark.parametrize("files", [SLICES[::-1], [pack(SLICES)]], ids=["files", "zip"])
def test_a_series_becomes_one_study_that_scrolls(files):
    at = visit("open")
    state = drop(at, *files)
    assert [s.frames for s in state.studies.values()] == [9] and not at.error
    np.testing.assert_array_equal(state.study.values, [make_body(40, seed=k) for k in range(9)])
    carried = [header(one) for one in components(at, "medrnn_carry")]
    (sent,) = [one for one in carried if "total" in one]
    assert (sent["total"], sent["arrays"]["pixels"]["shape"]) == (9, [9, 40, 40])
    assert "Meier" not in str([e.value for e in at.markdown]) + str(at.sidebar.selectbox[0].options)


def drop_named(at, **files):
    """With their names, "__" for the dot."""
    named = [(name.replace("__", "."), data, "application/octet-stream") for name, data in files.items()]
    at.file_uploader(key="open__files-0").set_value(named)
    at.run()
    assert not at.exception
    return at.session_state[KEY]


def test_a_nifti_header_and_its_pixels_dropped_together_are_one_volume():
    values = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    parts = nib.Nifti1Pair(values, np.eye(4)).file_map
    for part in parts.values():
        part.fileobj = io.BytesIO()
    nib.Nifti1Pair(values, np.eye(4), file_map=parts).to_file_map()
    pixels, head = (parts[name].fileobj.getvalue() for name in ("image", "header"))
    state = drop_named(visit("open"), a__img=pixels, a__hdr=head)
    assert not state.errors and np.array_equal(state.study.values, values[::-1, ::-1].transpose(2, 1, 0))


def test_what_a_disc_held_beside_its_images_is_said_and_its_echoes_have_names():
    from tests.imaging.series.test_series import make_slice as tagged

    echoes = {f"I{e}{k}": tagged(k, 2.0 * k, EchoTime=5 * e) for e in (1, 2) for k in range(3)}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in {"DICOMDIR": b"x", "start.exe": b"MZ", **echoes}.items():
            archive.writestr(name, data)
    state = drop(visit("open"), buffer.getvalue())
    assert [s.frames for s in state.studies.values()] == [3, 3] and not state.errors
    assert all(
        "1 DICOMDIR" in s.warnings[-1] and "1 file(s)" in s.warnings[-1] for s in state.studies.values()
    )
    assert [
        f"echo time {t} ms" in label for t, label in zip((5, 10), state.labels.values(), strict=True)
    ] == [True] * 2


def test_who_wants_more_than_there_is_room_for_hears_so_and_keeps_what_is_open(monkeypatch):
    at = visit("open", loaded())
    before = at.session_state[KEY].study
    state = drop(at, SLICES[0])
    assert len(state.studies) == 2
    monkeypatch.setattr(room, "most_bytes", lambda: room.held_bytes() + 100)
    state = drop(at, SLICES[1])
    assert len(state.studies) == 2 and before.key in state.studies
    assert "all visitors together hold" in at.error[0].value
    at.file_uploader(key=f"open__deidentify-{state.exports}").set_value([("a", SLICES[0] * 2, "")])
    at.run()
    assert any("all visitors together hold" in one.value for one in at.error)


def test_what_a_session_drops_makes_room():
    at = visit("open")
    state = drop(at, SLICES[0])
    gc.collect()
    held, size = room.held_bytes(), state.study.nbytes
    state.forget_all()
    del state, at
    gc.collect()
    assert room.held_bytes() == held - size


def test_a_volume_opens():
    at = visit("open")
    data = nib.Nifti1Image(np.arange(60, dtype=np.int16).reshape(5, 4, 3), np.diag([2, 3, 4, 1])).to_bytes()
    state = drop(at, data)
    assert (state.study.kind, state.study.frames, state.study.rows) == ("NIfTI", 3, 4)


def test_the_uploader_is_empty_afterwards_and_takes_the_next():
    at = visit("open")
    drop(at, SLICES[0])
    assert at.file_uploader[0].key == "open__files-1" and not at.file_uploader[0].value
    assert len(drop(at, (SAMPLES / "ct-small.dcm").read_bytes()).studies) == 2


def test_what_is_no_zip_after_all_is_a_sentence_beside_the_rest():
    at = visit("open", loaded())
    state = drop(at, b"PK\3\4" + bytes(90), SLICES[0])
    assert len(at.error) == 1 and "whole zip file" in at.error[0].value
    assert len(state.studies) == 2


def test_the_app_survives_every_malformed_file_and_keeps_the_study():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the writer's, on what is wrong on purpose
        battery = [make() for make in (HEADERS | RASTERS).values()]
    wrong, right = [], 0
    with guard.Batch() as batch:
        for data in battery:
            try:
                batch.perform("read", data)
                right += 1
            except ImageError as error:
                wrong.append(data)
                assert str(error).endswith(".") and "ZZMARKER" not in str(error)
    assert right > 20 and len(wrong) > 50
    at = visit("open", loaded())
    before = at.session_state[KEY].study
    plain = [data for data in wrong if data[:4] != b"PK\3\4"]
    state = drop(at, *plain)
    assert state.study is before and len(state.studies) == 1
    assert len(state.errors) == len(plain) and len(at.error) == 5
    assert any(f"{len(plain) - 5} more files" in c.value for c in at.caption)
    assert len(components(at, "medrnn_carry")) >= 1


def test_files_are_handed_back_without_the_person():
    data, _ = marked_file()
    at = visit("open")
    at.file_uploader(key="open__deidentify-0").set_value(
        [(f"f{k}", one, "application/octet-stream") for k, one in enumerate((data, b"no image", SLICES[0]))]
    )
    at.run()
    assert not at.exception and not at.error
    assert any(m.value == "2 file(s) written, 1 left out because they cannot be read." for m in at.markdown)
    packed = at.session_state[KEY].exported.data
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["0001.dcm", "0003.dcm", "manifest.json"]
        assert [traces(archive.read(name)) for name in archive.namelist()] == [[], [], []]
    assert not at.session_state[KEY].studies  # nothing was opened


def test_what_cannot_be_written_anew_is_a_sentence():
    at = visit("open", loaded())
    at.file_uploader(key="open__deidentify-0").upload("a", b"no image")
    at.run()
    assert "got something else" in at.error[0].value


def test_a_whole_series_in_a_zip_is_written_anew_under_one_salt(monkeypatch):
    """800 slices take longer than one file may."""
    monkeypatch.setattr(guard, "DEADLINE_S", 2.0)
    at = visit("open")
    slices = [make_slice(make_body(16, seed=k), k + 1, 2.0 * k) for k in range(800)]
    began = time.monotonic()
    at.file_uploader(key="open__deidentify-0").set_value([("a", pack(slices), "application/zip")])
    at.run(timeout=150)
    assert not at.exception and not at.error
    assert time.monotonic() - began > 2.0
    made = at.session_state[KEY].exported
    assert (made.written, made.wrong) == (800, ())
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        files = [pydicom.dcmread(io.BytesIO(archive.read(f"{k + 1:04}.dcm"))) for k in range(800)]
    assert len({ds.SeriesInstanceUID for ds in files}) == 1
    assert len({ds.SOPInstanceUID for ds in files}) == 800
    assert all((ds.pixel_array == make_body(16, seed=k)).all() for k, ds in enumerate(files))
    assert not at.session_state[KEY].decoded
