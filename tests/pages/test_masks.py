"""The section "Mask" of the page Open: nothing, a good mask, a bad one, and one that is drawn."""

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from medrnn.imaging.masks.figures import measure_labels
from medrnn.imaging.masks.read import draw_mask
from medrnn.imaging.samples import read_sample
from medrnn.ui.state import KEY, Session
from tests.conftest import ROOT

CHEST = "chest-child-pneumonia-1"
ADD, UNDO, CLEAR = "Add the region as mask", "Undo", "Clear"


@pytest.fixture
def at():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state[KEY] = Session()
    app.session_state[KEY].add(read_sample(CHEST), CHEST)
    return app.run()


def state(at) -> Session:
    return at.session_state[KEY]


def mask_of(at):
    return state(at).masks.get(state(at).current)


def make_png(inside: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(inside.astype(np.uint8) * 255).save(file, "PNG")
    return file.getvalue()


def uploader(at):
    return next(one for one in at.file_uploader if one.key.startswith("open__mask-"))


def upload(at, data: bytes, name="Meier^Anna.png"):
    uploader(at).upload(name, data)
    return at.run()


def press(at, label: str):
    next(b for b in at.button if b.label == label).click()
    return at.run()


def drag(at, rows, columns, frame=0, **more):
    """What the viewer sends after R and a drag, for one run; after L with an outline."""
    at.session_state["open-viewer"] = {"region": {"row": rows, "column": columns, "frame": frame, **more}}
    at.run()
    at.session_state["open-viewer"] = {}
    return at


def inside_of(study):
    made = np.zeros((study.rows, study.columns), bool)
    made[4:9, 2:8] = True
    return made


def test_with_nothing_there_is_an_uploader_and_no_figures(at):
    assert not at.exception and not at.error and not at.table
    assert mask_of(at) is None and not at.get("download_button")
    uploader(at)


def test_a_good_mask_is_kept_with_its_figures_and_a_download(at):
    study = state(at).study
    upload(at, make_png(inside_of(study)))
    assert not at.exception and not at.error
    np.testing.assert_array_equal(mask_of(at).labels[0], inside_of(study))
    inside = study.values[0][inside_of(study)].astype(float)
    row = at.table[0].value.iloc[0]
    assert (row["Label"], row["Pixels"]) == ("label 1", "30")
    assert row["Mean"] == f"{inside.mean():.5g}" and row["SD"] == f"{inside.std():.5g}"
    assert [b.proto.label for b in at.get("download_button")] == ["Download (.nii.gz)"]
    assert any("does not say where it lies" in warning.value for warning in at.warning)


def test_a_bad_mask_is_one_sentence_and_the_one_before_stays(at):
    study = state(at).study
    upload(at, make_png(inside_of(study)))
    before = mask_of(at)
    upload(at, make_png(np.ones((3, 4))))
    assert not at.exception and len(at.error) == 1
    assert f"{study.rows} rows x {study.columns} columns" in at.error[0].value
    assert "3 rows x 4 columns" in at.error[0].value
    assert mask_of(at) is before
    at.run()
    assert len(at.error) == 1 and mask_of(at) is before
    upload(at, make_png(inside_of(study)))
    assert not at.error


def test_no_name_of_an_upload_is_shown(at):
    upload(at, b"no mask")
    assert "got something else" in at.error[0].value and "Meier" not in at.error[0].value


def test_regions_of_the_viewer_are_added_undone_and_cleared(at):
    study = state(at).study
    at.toggle(key="open__mask_draw").set_value(True).run()
    assert next(b for b in at.button if b.label == ADD).disabled
    drag(at, [4, 9], [2, 8])
    assert mask_of(at) is None and any("x 2, y 4, 6 x 5 pixels" in c.value for c in at.caption)
    press(at, ADD)
    np.testing.assert_array_equal(mask_of(at).labels[0], inside_of(study))
    assert mask_of(at).source == "drawn"
    press(drag(at, [0, 1], [0, 1]), ADD)
    assert mask_of(at).labels.sum() == 31
    np.testing.assert_array_equal(
        mask_of(at).labels, draw_mask(study, 0, [(2, 4, 6, 5), (0, 0, 1, 1)]).labels
    )
    assert at.table[0].value.iloc[0]["Pixels"] == "31"
    press(at, UNDO)
    assert mask_of(at).labels.sum() == 30
    press(at, CLEAR)
    assert mask_of(at) is None and not at.table and not at.exception
    assert next(b for b in at.button if b.label == UNDO).disabled


@pytest.mark.parametrize(("rows", "frame"), [([0, 10_000], 0), ([3, 3], 0), ([0, 2], 1)])
def test_a_region_outside_the_study_is_not_taken(at, rows, frame):
    at.toggle(key="open__mask_draw").set_value(True).run()
    drag(at, rows, [0, 2], frame)
    assert not at.exception and next(b for b in at.button if b.label == ADD).disabled


def test_a_mask_read_takes_the_place_of_a_drawn_one(at):
    at.toggle(key="open__mask_draw").set_value(True).run()
    press(drag(at, [0, 1], [0, 1]), ADD)
    upload(at, make_png(inside_of(state(at).study)))
    assert mask_of(at).source == "PNG"
    assert next(b for b in at.button if b.label == UNDO).disabled


def test_a_mask_stays_with_its_study_and_goes_with_it(at):
    chest = state(at).current
    upload(at, make_png(inside_of(state(at).study)))
    other = read_sample("chest-child-normal-1")
    state(at).add(other, "chest-child-normal-1")
    at.run()
    assert not at.exception and not at.table and list(state(at).masks) == [chest]
    state(at).forget(chest)
    at.run()
    assert state(at).masks == {} and not at.exception


def test_the_figures_are_those_of_the_mask_in_view(at):
    study = state(at).study
    state(at).masks[study.key] = draw_mask(study, 0, [(0, 0, 3, 3)])
    at.run()
    [expected] = measure_labels(mask_of(at), study)
    assert at.table[0].value.iloc[0]["Mean"] == f"{expected.mean:.5g}"


def test_the_overlay_is_the_frame_in_view_and_coarse_where_the_image_is_large():
    from medrnn.types import Study, Window
    from medrnn.ui.study import masks

    def look():
        import streamlit as st

        from medrnn.ui.state import session
        from medrnn.ui.study import masks

        study = session().study
        st.session_state["found"] = [masks.overlay(study, frame) for frame in range(study.frames)]

    pixels = np.zeros((2, 10, 2 * masks.SIDE), np.uint8)
    study = Study("key", "PNG", pixels, pixels, Window(0, 1, "computed"))
    session = Session()
    session.add(study)
    session.masks["key"] = draw_mask(study, 1, [(masks.SIDE, 0, masks.SIDE, 10)])
    at = AppTest.from_function(look)
    at.session_state[KEY] = session
    at.run()
    first, second = at.session_state["found"]
    assert first is None and second.box == (0, 0, 2 * masks.SIDE, 10)
    assert second.values.shape == (10, masks.SIDE) and second.values.dtype == np.float32
    assert second.values[:, : masks.SIDE // 2].sum() == 0 and (second.values[:, masks.SIDE // 2 :] == 1).all()
    assert (second.limit, second.signed, second.label) == (1, False, "mask, drawn region")


def test_an_outline_becomes_the_pixels_inside_it(at):
    study, corners = state(at).study, [[3.0, 2.0], [20.5, 4.25], [12.0, 19.5]]
    at.toggle(key="open__mask_draw").set_value(True).run()
    drag(at, [2, 20], [3, 21], outline=corners)
    assert any("outline of 3 corners, x 3, y 2, 18 x 18 pixels" in c.value for c in at.caption)
    press(at, ADD)
    np.testing.assert_array_equal(mask_of(at).labels, draw_mask(study, 0, [np.array(corners)]).labels)
    assert 100 < mask_of(at).labels.sum() < 18 * 18 / 2 + 18
    press(drag(at, [0, 1], [0, 1]), ADD)
    assert mask_of(at).labels[0, 0, 0] == 1 and len(at.error) == 0


def test_an_outline_with_nothing_inside_is_a_sentence_and_what_was_drawn_stays(at):
    at.toggle(key="open__mask_draw").set_value(True).run()
    press(drag(at, [4, 9], [2, 8]), ADD)
    press(drag(at, [4, 5], [2, 3], outline=[[2.1, 4.1], [2.2, 4.1], [2.2, 4.2]]), ADD)
    assert not at.exception and "Draw a larger one" in at.error[0].value
    assert mask_of(at).labels.sum() == 30
    press(drag(at, [0, 1], [0, 1]), ADD)
    assert mask_of(at).labels.sum() == 31 and not at.error
