"""A series on the pages: its slices on a sheet, an answer a slice, all of it along the slices, its mask, its map."""

import base64
import io
import json
import re
from dataclasses import replace

import numpy as np
import plotly.io as pio
import pytest

from medrnn.datasets.slices import MS
from medrnn.imaging.samples import read_sample_mask
from medrnn.models.along import read_along
from medrnn.models.catalog import find_card, load_model
from medrnn.models.predict import predict
from medrnn.sequences import read_study
from medrnn.ui.state import KEY
from tests.pages.test_lab_tracks import told
from tests.pages.test_pages import components, loaded, visit

SAMPLE, MODEL = "ms-flair", "ms-slices"


def text(at):
    return " ".join(one.value for kind in ("markdown", "caption", "info") for one in getattr(at, kind))


def figures(at):
    return [pio.from_json(chart.proto.spec, skip_invalid=True) for chart in at.get("plotly_chart")]


def numbers(values):
    """Plotly writes arrays as bytes in base 64."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values)


def with_mask(opened, **choices):
    return loaded(SAMPLE, model=MODEL, masks={opened.key: read_sample_mask(SAMPLE, opened)}, **choices)


@pytest.fixture(scope="module")
def opened():
    return loaded(SAMPLE, model=MODEL).study


def test_memory_reads_it_slice_by_slice_and_says_at_which_frame_most_counts(opened):
    at = visit("memory", loaded(SAMPLE, model=MODEL, closer="along"))
    assert not at.exception and not at.error
    card, model = find_card(MODEL), load_model(MODEL)
    reading = read_study(opened, MS, frame=at.session_state["medrnn_session"].frame)
    found = predict(model, card, reading)
    most = int(found.weights.argmax())
    assert f"Frame **{reading.frames[most] + 1:.4g}** counts most" in text(at)
    assert "Reads from the first slice and back" in text(at)
    (figure,) = figures(at)
    np.testing.assert_allclose(numbers(figure.data[0].y), 100 * found.slices[:, -1], atol=1e-3)


def test_the_whole_series_stands_beside_the_area_of_its_mask(opened):
    at = visit("memory", with_mask(opened, closer="along"))
    next(one for one in at.toggle if one.label == "Read the whole series").set_value(True).run()
    assert not at.exception and not at.error
    found = read_along(load_model(MODEL), find_card(MODEL), opened)
    assert f"**{found.blocks:,} blocks** of the whole series" in text(at)
    bars = next(trace for figure in figures(at) for trace in figure.data if trace.name == "mask")
    assert len(numbers(bars.y)) == opened.frames and sum(numbers(bars.y)) == pytest.approx(
        1061 * 4 / 100
    )  # voxels of 4 mm2


def test_the_share_of_the_mask_of_each_slice_is_a_track(opened):
    at = visit("memory", with_mask(opened, closer="tracks"))
    assert not at.exception and not at.error
    assert "share of lesions" in json.dumps(told(at))


def test_read_shows_the_sheet_and_from_which_frames_it_is_cut():
    at = visit("read", loaded(SAMPLE, model=MODEL))
    assert not at.exception and not at.error
    assert "12 slices of 32 x 32 values" in text(at)
    assert "pixels of frames" in text(at)


@pytest.mark.parametrize("page", ["map", "models", "open", "compare"])
def test_the_other_pages_take_it_too(page):
    at = visit(page, loaded(SAMPLE, model=MODEL))
    assert not at.exception and not at.error


@pytest.mark.parametrize("page", ["memory", "map"])
def test_the_three_cuts_stand_at_the_frame_of_the_step(opened, page):
    at = visit(page, loaded(SAMPLE, model=MODEL))
    at.session_state[KEY].step = 3
    at.run()
    reading = read_study(opened, MS, frame=at.session_state[KEY].frame)
    data = told(at, "medrnn_cuts")
    frame, row, column = data["start"]
    reads, (x, y, width, height) = data["reads"], reading.crop
    assert (frame, reads["start"], reads["frames"]) == (reading.frames[3], 3, list(reading.frames))
    assert y <= row < y + height and x <= column < x + width
    other = told(at, {"memory": "medrnn_player", "map": "medrnn_maps"}[page])
    assert (other["link"], other["start"], other["places"]) == (reads["link"], 3, reads["places"])
    assert reads["places"][3][1].startswith(f"frame {frame + 1} of {opened.frames}, H ")
    next(one for one in at.toggle if one.label == "Three cuts at this step").set_value(False).run()
    assert not at.exception and not components(at, "medrnn_cuts")


def test_a_frame_that_is_chosen_in_the_cuts_is_the_step_of_the_page(opened):
    at = visit("memory", loaded(SAMPLE, model=MODEL, closer="tracks"))
    link = told(at, "medrnn_cuts")["reads"]["link"]
    at.session_state["memory-cuts"] = {"step": {"digest": link, "at": 4}}
    at.run()
    assert at.session_state[KEY].step == 4
    assert "Step 5 (frame 44 of 91, H 14.5 mm) is chosen" in text(at)
    at.run()  # in the browser the player has gone there long ago
    assert [told(at, name)["start"] for name in ("medrnn_player", "medrnn_tracks")] == [4, 4]
    assert told(at, "medrnn_tracks")["places"] == told(at, "medrnn_player")["places"]
    at.session_state["memory-player"] = {"step": {"digest": told(at, "medrnn_player")["digest"], "at": 9}}
    at.run()
    assert told(at, "medrnn_cuts")["reads"]["start"] == 9


def test_a_series_without_distances_has_no_cuts_and_says_why(opened):
    session = loaded(SAMPLE, model=MODEL)
    bare = replace(opened, key="bare", spacing_mm=None, geometry=None)
    session.add(bare)
    at = visit("memory", session)
    assert not at.exception and not components(at, "medrnn_cuts")
    assert "No cuts here. Cuts need the pixel spacing in mm" in text(at)
    assert told(at, "medrnn_player")["places"][0] == ["frame 1", "frame 1 of 91"]


def test_an_image_has_no_cuts():
    at = visit("memory", loaded())
    assert not at.exception and not components(at, "medrnn_cuts")
    assert told(at, "medrnn_player")["places"] == []


def test_what_a_point_of_a_figure_says_names_the_frame_of_its_step():
    at = visit("memory", loaded(SAMPLE, model=MODEL, closer="along"))
    (figure,) = figures(at)
    assert figure.data[0].hovertemplate[2].startswith("step 3 (here frame 42)")


def test_one_image_is_refused_with_the_cure():
    at = visit("memory", loaded("mr-brain", model=MODEL))
    assert not at.exception
    assert any("Expected a series of slices, got one image" in one.value for one in at.error)


def test_train_offers_the_slices_of_a_set_of_series():
    at = visit("train", loaded(SAMPLE, learn_from=MODEL))
    assert not at.exception and not at.error
    assert "For 1,000 series of 12 slices of 32 x 32 pixels" in text(at)
    assert any(one.label == "Change training series at random" for one in at.selectbox)


OURS = {  # sentences about what is read; of a card's own texts and of what can be opened nothing is changed
    "memory": [
        "while it read the series slice by slice",
        "96 of 100 series of its own kind are more usual than this one.",
    ],
    "map": ["Each is a test on this series, with its threshold", "Choose the class lesion above"],
    "models": [
        "multiply-adds a series",
        "Series: 1,000 train, 150 validation, 300 test.",
        "119 of 150 series labelled lesion are called lesion",
        "300 test series",
    ],
    "read": ["multiply-adds a series", "The series as a sequence"],
}


@pytest.mark.parametrize("page", OURS)
def test_sentences_say_series_where_one_is_read(page):
    at = visit(page, loaded(SAMPLE, model=MODEL), **({"model": MODEL} if page == "models" else {}))
    said = text(at)
    assert [words for words in OURS[page] if words not in said] == []


def test_a_half_life_in_mm_goes_along_the_series(opened):
    at = visit("memory", loaded(SAMPLE, model=MODEL, closer="retention"))
    (said,) = (one.value for one in at.caption if "the middle unit has lost half" in one.value)
    steps, mm = (
        float(found) for found in re.match(r"After (\S+) steps \((\S+) mm along the series\)", said).groups()
    )
    assert mm == pytest.approx(2 * steps, rel=0.02)  # slices of 2 mm


def test_the_file_of_a_trace_says_which_frame_each_step_read(opened):
    import medrnn
    from medrnn.explanation.export import pack_trace
    from medrnn.models.inference import infer

    card, model = find_card(MODEL), load_model(MODEL)
    reading = read_study(opened, MS, frame=45)
    inference = infer(card, reading, device="cpu", found=predict(model, card, reading))
    packed = pack_trace(medrnn.trace(model, reading.sequence), reading, inference)
    with np.load(io.BytesIO(packed)) as file:
        np.testing.assert_array_equal(file["frames"], reading.frames)


def test_beside_a_model_of_images_each_says_what_it_read_and_maps_lie_apart():
    at = visit("compare", loaded(SAMPLE, columns=[MODEL, "pneumonia-gru"]))
    assert not at.exception and not at.error
    series, image = told(at, "medrnn_columns")["columns"]
    assert "reads frames 40 to 51 of 91" in series["facts"]
    assert "reads frame 46 of 91 alone" in image["facts"]
    assert (series["cells"]["scan"]["name"], image["cells"]["scan"]["name"]) == ("series", "image")
    assert series["cells"]["answer"]["meaning"] == "had the series ended here"
    assert (series["places"][0][0], image["places"]) == ("frame 40", [])
    assert "one is of the slices of a series, another of one image" in text(at)


def test_two_series_through_one_model_have_maps_on_sheets_of_one_kind(opened):
    session = loaded(SAMPLE, model=MODEL, mode="images")
    shifted = replace(opened, key="shifted", values=np.roll(opened.values, 3, 1), stored=opened.stored)
    session.add(shifted)
    session.second = opened.key
    at = visit("compare", session)
    assert not at.exception and not at.error
    assert [column["line"] for column in told(at, "medrnn_columns")["columns"]] == ["slice", "slice"]
    assert "The series are not laid over each other" in text(at)
    assert "The changed series, as ms-slices reads them" in text(at)
