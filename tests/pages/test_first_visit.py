"""What a newcomer does: names of studies, what was lost, orders and models that belong together, the next step."""

import io
import json
import re
import zipfile

import numpy as np
import pytest
from PIL import Image

from medrnn.imaging.samples import SAMPLES, read_sample
from medrnn.imaging.words import say_all
from medrnn.ui import onward
from medrnn.ui.shell import PAGES
from medrnn.ui.state import KEY, MAX_STUDIES, Session
from medrnn.ui.study import naming
from medrnn.ui.study.naming import Opened
from tests.conftest import SAMPLES as FOLDER
from tests.pages.test_address import again, arrive
from tests.pages.test_opening import drop
from tests.pages.test_pages import CHEST, components, loaded, visit

MODEL = "pneumonia-lstm-forward"


def picture(k, side=30):
    buffer = io.BytesIO()
    Image.fromarray(np.full((side, side), k, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def pack(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def press(at, label):
    next(b for b in at.button if b.label == label).click()
    at.run()
    assert not at.exception
    return at


def choose(at, part, value):
    at.pills(key=f"read__{part}").set_value(value)
    at.run()
    assert not at.exception and not at.error
    return at.session_state[KEY]


def test_studies_that_look_alike_are_called_differently():
    one = read_sample("digit-7")
    plain = {str(k): type(one)(**{**vars(one), "title": "", "key": str(k)}) for k in range(4)}
    opened = {"0": Opened(1e9, "ill", 1), "1": Opened(1e9, "ill", 2), "2": Opened(1e9), "3": Opened(1e9)}
    names = naming.labels(plain, opened)
    assert [re.sub(r"\d\d:\d\d", "T", name) for name in names.values()] == [
        "PNG, 28 x 28 · file 1 · ill · T",
        "PNG, 28 x 28 · file 2 · ill · T",
        "PNG, 28 x 28 · T",
        "PNG, 28 x 28 · T (2)",
    ]


@pytest.mark.parametrize(
    ("sample", "name"),
    [
        ("chest-cr", "CR chest, 1955 x 1841"),
        ("ct-small", "CT, 128 x 128"),
        ("mr-series", "MR, 256 x 256, 20 frames"),
        ("digit-7", "PNG, 28 x 28"),
    ],
)
def test_an_image_is_called_by_modality_body_part_and_size(sample, name):
    study = read_sample(sample)
    assert type(study)(**{**vars(study), "title": ""}).name == name


def test_a_folder_is_told_where_it_sorts_pictures_and_never_that_of_a_patient():
    at = visit("open")
    ct = (FOLDER / "ct-small.dcm").read_bytes()
    two = pack(("all/ill/1", picture(1)), ("all/well/2", picture(2)), ("all/Meier^Anna/3", ct))
    state = drop(at, two)
    names = list(state.labels.values())
    assert "· ill ·" in names[0] and "· well ·" in names[1] and "Meier" not in str(names)
    state = drop(at, pack(("Meier/1", picture(3)), ("Meier/2", picture(4))))  # one folder sorts nothing
    assert "Meier" not in str(list(state.labels.values()))


def test_an_error_names_the_file_as_its_owner_does_and_no_mark_up_comes_of_it():
    at = visit("open")
    drop(at, pack(("a/*b*.txt", b"no image"), ("a/1.png", picture(1))))
    assert at.error[0].value.startswith("f0&#58;") or at.error[0].value.startswith("f0: ")
    assert "*b*" not in at.error[0].value and "&#42;b&#42;.txt" in at.error[0].value


def test_what_leaves_for_newer_ones_is_said_until_the_next():
    at = visit("open")
    state = drop(at, *(picture(k) for k in range(MAX_STUDIES + 2)))
    assert len(state.studies) == MAX_STUDIES
    (word,) = [one.value for one in at.info if "The oldest left" in one.value]
    assert "file 1 ·" in word and "file 2 ·" in word and "file 3" not in word
    assert list(state.labels.values())[0].startswith("PNG, 30 x 30 · file 3")
    state = drop(at, picture(99))
    assert len(state.gone) == 1


@pytest.mark.parametrize("page", ["open", "read", "memory", "map"])
def test_what_ended_with_a_session_is_said_with_the_way_back(page):
    at = arrive(page, own="2") if page != "open" else visit("open", own="2")
    assert "2 images of your own were open here" in at.info[0].value
    assert at.file_uploader(key="open__files-0")  # one drop
    drop(at, picture(1))
    assert not any("were open here" in one.value for one in at.info)
    assert at.query_params["own"] == "1" and "sample" not in at.query_params
    press(arrive(page, own="2") if page != "open" else visit("open", own="2"), "Open the sample chest X-ray")


def test_a_sample_comes_back_by_itself_and_what_does_not_is_named():
    at = visit("open", sample=CHEST, own="3")
    assert at.session_state[KEY].samples[at.session_state[KEY].current] == CHEST
    assert "3 images of your own were open here" in at.info[0].value
    assert not visit("open", sample=CHEST).info


@pytest.mark.parametrize("value", ["0", "-1", "²", "99999999", "x"])
def test_a_number_of_images_that_cannot_be_is_left_out(value):
    at = visit("open", own=value)
    assert "own" in at.info[0].value and not at.session_state[KEY].lost


def test_an_order_takes_the_model_that_reads_so_and_the_sidebar_shows_it():
    at = visit("read", loaded())
    state = choose(at, "order", "columns")
    assert (state.model, state.reading) == ("pneumonia-lstm-columns", None)
    assert at.sidebar.selectbox[1].value == "pneumonia-lstm-columns"
    assert any("pneumonia-lstm-columns reads so" in one.value for one in at.caption)
    state = choose(at, "direction", "reverse")
    assert state.model == "pneumonia-lstm-left"
    state = choose(at, "direction", "reverse")  # chosen already
    assert (state.model, state.reading) == ("pneumonia-lstm-left", None)
    at.sidebar.selectbox[1].set_value("pneumonia-gru")
    at.run()
    assert at.pills(key="read__order").value == "rows"


def test_an_order_that_no_model_reads_says_who_still_answers_and_leads_back():
    at = visit("read", loaded(model="pneumonia-lstm-raster"))
    state = choose(at, "direction", "reverse")
    assert state.model == "pneumonia-lstm-raster" and state.reading.direction == "reverse"
    assert at.info[0].value.startswith("Memory and Map still use pneumonia-lstm-raster")
    press(at, "Back to 4 x 4 patches, raster, top left to the bottom")
    assert at.pills(key="read__direction").value == "forward" and not at.info


def test_a_link_with_another_reading_offers_the_model_that_reads_so():
    at = arrive("read", sample=CHEST, model=MODEL, order="columns")
    assert at.session_state[KEY].model == MODEL
    press(at, "Use pneumonia-lstm-columns")
    assert at.session_state[KEY].model == "pneumonia-lstm-columns" and not at.info


def test_use_this_model_changes_the_sidebar_at_once():
    at = visit("open", loaded())
    at.switch_page("pages/models.py")
    again(at, model="mnist-gru")
    assert at.sidebar.selectbox[1].value == MODEL
    press(at, "Use this model")
    assert at.sidebar.selectbox[1].value == "mnist-gru"


def test_every_page_leads_on():
    assert {name for group in PAGES.values() for name in group} == set(onward.NEXT)
    for page, (words, to, _) in onward.NEXT.items():
        at = visit(page, loaded(), **({"model": MODEL} if page == "models" else {}))
        if page == "runs":
            continue  # there is none to look at
        expected = "Watch this model read" if to == "open" else words
        assert sum(b.label == expected for b in at.button) == 1, page
        press(at, expected)
        assert at.title[0].value.lower() == ("memory" if to == "open" else to)


def test_the_gallery_sends_every_sample_once_and_opens_what_is_pressed():
    at = visit("open")
    (gallery,) = components(at, "medrnn_tiles")
    assert all(f'"{name}"' in gallery.proto.json for name in SAMPLES)
    at.session_state["open-gallery"] = {"picked": "no sample"}
    at.run()
    assert not at.exception and not at.session_state[KEY].studies


def test_facts_are_grouped_and_each_is_told_once():
    study, at = read_sample("ct-small"), visit("open", loaded("ct-small"))
    (shown,) = components(at, "medrnn_facts")
    groups = {one["title"]: dict(one["rows"]) for one in json.loads(shown.proto.json)["groups"]}
    assert list(groups) == ["Image", "Geometry", "Acquisition", "What was applied"]
    assert groups["Geometry"]["Pixel spacing"] == "0.6615 x 0.6615 mm (row, column)"
    assert groups["Acquisition"]["Tube voltage"] == "120 kV" and groups["Image"]["Modality"] == "CT"
    told = [name for rows in groups.values() for name in rows]
    assert len(told) == len(set(told)) and {name for name, _ in study.tags} <= set(told)
    assert list(groups["What was applied"].values()) == list(say_all(study))
    assert Session().own == 0
