"""What an address brings is taken once a visit; a link within the app brings its own."""

import pytest
from streamlit.testing.v1 import AppTest

from medrnn.imaging.samples import read_sample
from medrnn.ui.state import KEY
from tests.conftest import ROOT
from tests.pages.test_pages import CHEST, loaded

MODEL = "pneumonia-lstm-forward"


def arrive(name, session=None, **address):
    """A deep link to a page as the first thing of a visit."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.switch_page(f"pages/{name}.py")
    if session:
        at.session_state[KEY] = session
    return again(at, **address)


def again(at, **address):
    """Another run with this address, as a browser sends it that has not heard of the new one yet."""
    at.query_params.clear()
    at.query_params.update(address)
    at.run()
    assert not at.exception
    return at


def state(at):
    return at.session_state[KEY]


def test_a_closer_look_that_a_link_opened_can_be_closed():
    asked = {"sample": CHEST, "model": MODEL, "view": "gates", "step": "9", "layer": "2"}
    at = arrive("memory", **asked)
    assert (state(at).closer, state(at).step, state(at).layer) == ("gates", 8, 1)
    at.button(key="lab__look-gates").click()
    again(at, **asked)
    assert state(at).closer == ""
    again(at, **asked)
    assert state(at).closer == "" and state(at).layer == 1
    assert at.query_params == {
        "sample": CHEST,
        "model": MODEL,
        "layer": "2",
        "direction": "forward",
        "step": "9",
    }


def test_a_step_does_not_come_back_with_another_study():
    session = loaded()
    session.add(read_sample("chest-child-normal-1"), "chest-child-normal-1")
    asked = {"model": MODEL, "step": "9"}
    at = arrive("memory", session, **asked)
    assert state(at).step == 8
    at.sidebar.selectbox[0].set_value(next(iter(session.studies)))
    again(at, **asked)
    assert state(at).step is None
    again(at, **asked)
    assert state(at).step is None


def test_a_reading_does_not_come_back_with_another_model():
    asked = {"sample": CHEST, "model": MODEL, "order": "columns", "direction": "reverse"}
    at = arrive("read", **asked)
    assert state(at).reading.title == "columns, right to left"
    at.sidebar.selectbox[1].set_value("pneumonia-gru")
    again(at, **asked)
    assert state(at).model == "pneumonia-gru" and state(at).reading is None


def test_a_map_keeps_what_was_chosen_after_the_link():
    asked = {"sample": CHEST, "model": MODEL, "method": "saliency", "target": "normal"}
    at = arrive("map", **asked)
    assert (state(at).maps, state(at).target) == (["saliency"], "normal")
    at.selectbox(key="medrnn__target").set_value("pneumonia")
    again(at, **asked)
    assert (state(at).maps, state(at).target) == (["saliency"], "pneumonia")


def test_a_link_to_a_card_shows_it_and_leaves_the_model_in_use():
    at = arrive("read", sample=CHEST, model=MODEL)
    for asked in ("pneumonia-gru", "mnist-rnn", "pneumonia-gru"):
        at.switch_page("pages/models.py")
        for _ in range(2):
            again(at, model=asked)
            assert state(at).model == MODEL and at.query_params["model"] == asked
        at.switch_page("pages/read.py")
        again(at)
        assert state(at).model == MODEL
    at.switch_page("pages/models.py")
    again(at)  # from the sidebar: the model in use
    assert at.query_params["model"] == MODEL


@pytest.mark.parametrize("model", ["gone", "x" * 999, "![a](http://b)"])
def test_a_link_to_a_card_that_is_gone_is_said(model):
    at = arrive("about")
    at.switch_page("pages/models.py")
    again(at, model=model)
    assert "which is no model here" in at.info[0].value and "![" not in at.info[0].value
    assert at.query_params["model"] == MODEL


def test_what_a_link_of_another_page_left_in_the_address_is_no_word_worth():
    at = arrive("read", sample=CHEST, model=MODEL, order="rows", direction="forward")
    assert not at.info
    at.switch_page("pages/memory.py")
    again(at, sample=CHEST, model="pneumonia-gru", order="rows", step="3", view="gates")
    assert not at.info and state(at).step is None and state(at).closer == "" and state(at).model == MODEL
