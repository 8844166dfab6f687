"""Every page in its three states: nothing loaded, loaded, wrong. Scripts run for real, only the browser is missing."""

import io
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import medrnn
from medrnn.imaging.samples import read_sample
from medrnn.models.catalog import list_cards
from medrnn.ui.state import KEY, Session
from tests.conftest import ROOT, SAMPLES

IMAGE_PAGES = ["open", "read", "memory", "map", "compare"]
OTHER_PAGES = ["data", "train", "runs", "learn", "models", "about"]
SAID = "Research and teaching only, not for diagnosis"
CHEST = "chest-child-pneumonia-1"
LSTM = "pneumonia-lstm-forward"


def visit(name, session=None, **address):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if session:
        at.session_state[KEY] = session
    for key, value in address.items():
        at.query_params[key] = value
    at.run()
    return at.switch_page(f"pages/{name}.py").run() if name != "open" else at


def loaded(sample=CHEST, **choices):
    session = Session(**choices)
    session.add(read_sample(sample), sample)
    return session


def assert_header(at, name):
    """Title and research-only line stand on a page in every state."""
    assert at.title[0].value.lower() == name
    assert any(SAID in caption.value for caption in at.caption)


def header(component):
    """The JSON header of a component's packed bytes."""
    raw = component.proto.bytes
    return json.loads(raw[4 : 4 + int.from_bytes(raw[:4], "little")])


def components(at, name):
    return [c for c in at.get("bidi_component") if c.proto.component_name == name]


@pytest.mark.parametrize("name", IMAGE_PAGES)
def test_with_nothing_loaded_a_page_offers_a_sample_that_opens(name):
    at = visit(name)
    assert not at.exception and not at.error
    assert_header(at, name)
    assert "No image yet" in at.info[0].value
    next(b for b in at.button if b.label == "Open the sample chest X-ray").click()
    at.run()
    assert not at.exception and not at.error and not at.info
    assert at.session_state[KEY].study.title


def picture_of(at, name):
    """The digest in the small JSON of the page's large picture."""
    kinds = {"memory": "medrnn_player", "map": "medrnn_maps", "compare": "medrnn_columns"}
    (shown,) = components(at, kinds.get(name, "medrnn_viewer"))
    return json.loads(shown.proto.json)["digest"]


@pytest.mark.parametrize("name", IMAGE_PAGES)
def test_loaded_it_shows_its_picture_and_the_research_only_line(name):
    session, other = loaded(), loaded("chest-child-normal-1")
    at = visit(name, session)
    assert not at.exception and not at.error
    assert_header(at, name)
    sent = [header(c).get("digest") for c in components(at, "medrnn_carry")]
    assert picture_of(at, name) in sent  # what is to be drawn has been sent
    assert picture_of(at, name) != picture_of(visit(name, other), name)


@pytest.mark.parametrize("name", OTHER_PAGES)
def test_a_page_without_an_image_shows_what_it_is_for_and_the_research_only_line(name):
    at = visit(name, loaded())
    assert not at.exception and not at.error
    assert_header(at, name)
    shown = {
        "data": lambda: [i.value for i in at.info if i.value.startswith("No data yet")],
        "train": lambda: [b.label for b in at.button if b.label == "Start training"],
        "runs": lambda: [i.value for i in at.info if i.value.startswith("No run yet")],
        "models": lambda: set(at.dataframe[0].value["Model"]) == set(list_cards()) and ["all"],
        "learn": lambda: [b.label for b in at.button if b.label.startswith("1. ")],
        "about": lambda: [f.value for f in at.get("latex")],
    }
    assert shown[name]()


@pytest.mark.parametrize("name", ["read", "memory", "map"])
def test_a_colour_image_is_a_sentence_with_the_cure_at_hand(name):
    at = visit(name, loaded("us-colour"))
    assert not at.exception
    assert_header(at, name)
    assert "This image is in colour" in at.warning[0].value
    assert components(at, "medrnn_viewer")  # the image itself is there
    next(t for t in at.toggle if t.label == "Convert to grey").set_value(True)
    at.run()
    assert not at.exception and not at.error and not any("in colour, and" in w.value for w in at.warning)
    assert at.query_params["grey"] == "on"
    again = visit("open", sample="us-colour", grey="on")
    assert again.session_state[KEY].from_colour == {again.session_state[KEY].current}


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "empty"),
        (b"no image at all", "image"),
        ((SAMPLES / "ct-small.dcm").read_bytes()[:20_000], "truncated|ends|shorter"),
    ],
)
def test_a_wrong_file_is_a_sentence_and_the_study_before_stays(data, match):
    at = visit("open", loaded())
    at.file_uploader(key="open__files-0").upload("a.dcm", data)
    at.run()
    assert not at.exception
    assert re.search(match, at.error[0].value)
    assert at.session_state[KEY].study.title == "Child's chest, pneumonia"


def test_several_files_become_several_studies_and_a_bad_one_is_named():
    at = visit("open")
    png = io.BytesIO()
    Image.fromarray(np.eye(30, dtype=np.uint8) * 255).save(png, "PNG")
    files = [("IM1", (SAMPLES / "ct-small.dcm").read_bytes()), ("b.txt", b"text"), ("c", png.getvalue())]
    at.file_uploader(key="open__files-0").set_value([(n, d, "application/octet-stream") for n, d in files])
    at.run()
    assert not at.exception
    assert at.error[0].value.startswith("b.txt: Expected")
    assert [s.kind for s in at.session_state[KEY].studies.values()] == ["DICOM", "PNG"]


def test_an_upload_is_called_by_what_it_is():
    at = visit("open")
    at.file_uploader(key="open__files-0").upload("Meier^Anna.dcm", (SAMPLES / "ct-small.dcm").read_bytes())
    at.run()
    (name,) = at.sidebar.selectbox[0].options
    assert re.fullmatch(r"CT, 128 x 128 · \d\d:\d\d", name)


def test_read_shows_an_answer_of_each_cell_side_by_side_on_one_scale():
    at = visit("read", loaded())
    (chart,) = (json.loads(c.proto.spec) for c in at.get("plotly_chart") if "answers-" in c.proto.id)
    bars = chart["data"][0]
    assert len(bars["x"]) == 3 and bars["base"] == 0.5  # the threshold is the middle
    texts = [a["text"] for a in chart["layout"]["annotations"]]
    for x, model in zip(bars["x"], at.multiselect(key="read__models").value, strict=True):
        p = 100 * float(medrnn.predict(model, read_sample(CHEST)).probabilities[1])
        said = f"pneumonia {p:.1f} %" if p > 50 else f"normal {100 - p:.1f} %"
        assert f"<b>{said}</b>" in texts and 50 + 100 * x == pytest.approx(p, abs=1e-3)
    assert {"normal", "pneumonia"} <= set(texts)
    assert sum(" ms" in link.proto.label for link in at.get("page_link")) == 3


def test_choosing_a_reading_that_no_model_knows_offers_to_train_one():
    at = visit("read", loaded())
    for part, value in (("order", "raster"), ("direction", "reverse")):
        at.button_group(key=f"read__{part}").set_value(value)
        at.run()
    assert not at.exception and not at.error
    assert "No model reads 4 x 4 patches, raster, the bottom to top left yet" in at.info[1].value
    assert at.info[0].value.startswith("Memory and Map still use pneumonia-lstm-raster, which reads")
    assert not any("answers-" in c.proto.id for c in at.get("plotly_chart"))
    next(b for b in at.button if b.label == "Train one on this reading")


def test_a_crop_box_by_numbers_is_what_the_model_reads_and_a_wrong_one_is_a_sentence():
    at = visit("read", loaded("chest-cr"))
    for name, value in (("X", 200), ("Y", 300), ("Width", 1000), ("Height", 900)):
        next(n for n in at.number_input if n.label == name).set_value(value)
    next(b for b in at.button if b.label == "Use this box").click()
    at.run()
    assert not at.exception and not at.error
    assert at.session_state[KEY].crop == (200, 300, 1000, 900)
    assert any("x 200, y 300, 1000 x 900" in caption.value for caption in at.caption)
    next(n for n in at.number_input if n.label == "X").set_value(1500)
    next(b for b in at.button if b.label == "Use this box").click()
    at.run()
    assert "inside 1841 x 1955" in at.error[0].value
    assert at.session_state[KEY].crop == (200, 300, 1000, 900)


@pytest.mark.parametrize(
    ("model", "symbols"),
    [("pneumonia-lstm-forward", "ifgoCh"), ("pneumonia-gru", "zrnh"), ("pneumonia-rnn-forward", "h")],
)
def test_memory_sends_every_gate_of_the_chosen_part(model, symbols):
    at = visit("memory", loaded(model=model, layer=1))
    head = header(components(at, "medrnn_carry")[0])
    assert head["arrays"]["states"]["shape"] == [len(symbols), 28, 128]
    small = json.loads(components(at, "medrnn_player")[0].proto.json)
    assert [gate["symbol"] for gate in small["gates"]] == list(symbols)


def test_the_chosen_step_comes_back_and_stands_in_the_address():
    at = visit("memory", loaded())
    at.session_state["memory-player"] = {"step": 5}
    at.run()
    assert at.session_state[KEY].step == 5
    assert at.query_params["step"] == "6"
    assert any("Step 6 is chosen" in caption.value for caption in at.caption)


def test_an_address_brings_sample_model_and_step():
    at = visit("open", sample=CHEST, model="pneumonia-gru-forward")
    assert at.session_state[KEY].study.title.startswith("Child's chest")
    assert at.session_state[KEY].model == "pneumonia-gru-forward"


def test_study_and_model_stay_when_pages_change():
    at = visit("read", loaded(model="pneumonia-gru"))
    for name in ("memory", "map", "models", "open"):
        at.switch_page(f"pages/{name}.py").run()
        assert not at.exception
        assert at.session_state[KEY].model == "pneumonia-gru"
        assert at.session_state[KEY].study is not None


def test_another_study_takes_the_old_choices_away():
    session = loaded(step=4, target="pneumonia")
    session.add(read_sample("chest-child-normal-1"), "chest-child-normal-1")
    at = visit("memory", session)
    at.sidebar.selectbox[0].set_value(next(iter(session.studies)))
    at.run()
    assert not at.exception
    assert at.session_state[KEY].target == "" and at.session_state[KEY].step is None


def test_a_session_holds_a_bounded_number_of_studies(rng):
    from medrnn import imaging
    from medrnn.ui.state import MAX_STUDIES

    session = Session()
    for _ in range(MAX_STUDIES + 3):
        png = io.BytesIO()
        Image.fromarray(rng.integers(0, 255, (9, 9), np.uint8)).save(png, "PNG")
        session.add(imaging.read(png.getvalue()))
    assert len(session.studies) == MAX_STUDIES
    assert session.study is list(session.studies.values())[-1]


def test_nothing_of_one_session_is_seen_by_another():
    first = visit("open")
    first.file_uploader(key="open__files-0").upload("a", (SAMPLES / "ct-small.dcm").read_bytes())
    first.run()
    (key,), (name,) = first.session_state[KEY].studies, first.sidebar.selectbox[0].options
    shown = repr([element.proto for page in (first.main, first.sidebar) for element in page if element.proto])
    assert key in shown and name in shown  # so that the next lines could fail
    for page in IMAGE_PAGES + OTHER_PAGES:
        second = visit(page)
        shown = repr(
            [element.proto for page in (second.main, second.sidebar) for element in page if element.proto]
        )
        assert key not in shown and name not in shown
        assert not second.session_state[KEY].studies


def _out_of_memory():
    import torch

    from medrnn.models.devices import memory_guard
    from medrnn.ui import parts

    with parts.guarded(), memory_guard():
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")


def test_running_out_of_gpu_memory_is_one_sentence_with_the_cure_at_hand():
    at = AppTest.from_function(_out_of_memory, default_timeout=60).run()
    assert not at.exception
    assert at.error[0].value == "The GPU's memory ran out. Run on the CPU, or take a smaller batch."
    at.button[0].click()
    at.run()
    assert at.session_state[KEY].device == "cpu"


def test_the_first_page_is_out_before_torch_is_imported():
    code = f"""
import sys
from streamlit.testing.v1 import AppTest
from medrnn.ui import shell
shell._load = lambda: None  # what warms torch afterwards
at = AppTest.from_file({str(ROOT / "app.py")!r}, default_timeout=60)
at.query_params["sample"] = {CHEST!r}
at.run()
assert at.title[0].value == "Open" and not at.exception, at.exception
sys.exit("torch" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=90).returncode == 0


def test_of_several_files_the_first_that_can_be_read_is_shown():
    at = visit("open", loaded())
    pictures = []
    for level in (50, 200):
        png = io.BytesIO()
        Image.fromarray(np.full((30, 30), level, np.uint8)).save(png, "PNG")
        pictures.append(png.getvalue())
    at.file_uploader(key="open__files-0").set_value(
        [("a", b"text", ""), *(("p", data, "") for data in pictures)]
    )
    at.run()
    assert not at.exception and at.error[0].value.startswith("a: Expected")
    assert at.session_state[KEY].study.stored[0, 0, 0] == 50
