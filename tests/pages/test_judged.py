"""What stands in the header beside an answer, and what the closer looks say of it."""

import json
import re

import pytest

from medrnn.explanation.interventions.kinds import Intervention
from medrnn.ui.sidebar import NOT_KNOWN
from tests.pages.test_pages import components, loaded, visit

LSTM = "pneumonia-lstm-forward"


def said(at):
    return [m.value for m in (*at.markdown, *at.caption)]


@pytest.mark.parametrize("page", ["read", "memory", "map"])
def test_label_and_answer_stand_side_by_side_where_they_differ(page):
    at = visit(page, loaded("chest-child-normal-1"))
    assert not at.exception
    assert "**Labelled normal, the model says pneumonia.**" in said(at)
    assert any("nothing is known of adults" in words for words in said(at))
    assert any(re.search(r"sensitivity 97 % .*n = 390.*specificity 75 % .*n = 234", w) for w in said(at))
    assert any(words.startswith("72 of 100 images of its own kind") for words in said(at))
    assert not any(NOT_KNOWN in words for words in said(at))
    assert "50 %" in at.get("html")[0].proto.body and "normal" in at.get("html")[0].proto.body


def test_where_they_agree_it_says_so_and_of_no_label_nothing():
    assert "Labelled pneumonia, and the model says so too." in said(visit("memory", loaded()))
    assert not any("abelled" in words for words in said(visit("memory", loaded("chest-cr"))))
    digit = said(visit("memory", loaded("digit-7")))  # of a chest model, whose classes are no digits
    assert not any("abelled" in words for words in digit)


def test_an_image_of_another_kind_has_no_answer_for_a_badge():
    at = visit("memory", loaded("mr-brain"))
    texts = said(at)
    assert any(NOT_KNOWN in words and "gray" in words for words in texts)
    assert not any("pneumonia 98.4" in words for words in (m.value for m in at.markdown))  # a caption only
    assert any("its modality is MR" in words for words in texts)
    assert not any("images of its own kind are more usual" in words for words in texts)


def test_a_fall_from_97_to_50_percent_is_never_headed_by_what_stays():
    """Everything is forgotten at each step: the class may lead on, what moved is said first."""
    edits = (Intervention("blank", steps=tuple(range(14, 28))),)
    at = visit("memory", loaded(closer="whatif", edits=edits))
    assert not at.exception and not at.error
    heading = next(m.value for m in at.markdown if re.search(r"(falls|rises|moves) by", m.value))
    assert re.match(r"\*\*pneumonia (falls|rises) by \d+\.\d points\*\*, from 97\.4 % to \d+\.\d %", heading)
    assert re.search(r"ahead by \d+\.\d points, 94\.\d before", heading)
    assert not any("stays" in m.value for m in at.markdown)


@pytest.mark.parametrize("closer", ["answer", "order"])
def test_below_the_warning_nothing_speaks_of_another_kind_as_of_its_own(closer):
    at = visit("memory", loaded("mr-brain", closer=closer))
    assert not any("leans to" in m.value or "leads in" in m.value for m in at.markdown)
    assert any("tells of the network and not of the image: Reads from" in c.value for c in at.caption)
    assert any("sensitivity 97 %" in c.value and "says nothing" in c.value for c in at.caption)
    small = json.loads(components(at, "medrnn_player")[0].proto.json)
    assert all(colours["answer"] == colours["grid"] for colours in small["colours"].values())
    if closer == "order":
        bars = json.loads(at.get("plotly_chart")[-1].proto.spec)["data"][0]
        assert len(set(bars["marker"]["color"])) == 1 and all(
            re.fullmatch(r"\(.*%\)", t) for t in bars["text"]
        )
        assert any("None of them was trained on such images" in c.value for c in at.caption)


def test_the_saved_player_names_its_layer_direction_and_image():
    names = set()
    for choices in ({"layer": 0}, {"layer": 1}, {"model": "pneumonia-gru", "direction": "backward"}):
        small = json.loads(components(visit("memory", loaded(**choices)), "medrnn_player")[0].proto.json)
        names.add((small["title"], small["file"]))
    assert len({title for title, _ in names}) == len({file for _, file in names}) == 3
    assert any("layer 2" in title and "layer2" in file for title, file in names)
    assert any("backward" in title and "backward" in file for title, file in names)


@pytest.mark.parametrize(
    ("label", "value", "said"),
    [
        ("Units", 99_999_999, "width: expected a number from 1 to"),
        ("Steps", -3, "Steps: expected 1 or more, got -3."),
    ],
)
def test_a_run_of_values_beyond_bounds_cannot_be_started(label, value, said):
    at = visit("train")
    next(n for n in at.number_input if n.label == label).set_value(value)
    at.run()
    assert said in at.error[0].value
    assert next(b for b in at.button if b.label == "Start training").disabled


def test_what_if_adds_no_value_beyond_its_range():
    at = visit("memory", loaded(closer="whatif"))
    next(n for n in at.number_input if n.label == "Value").set_value(1e30)
    at.run()
    assert "value: expected a number from 0 to 1" in at.error[0].value
    assert next(b for b in at.button if b.label == "Add it").disabled


def test_the_answer_over_time_says_where_its_probability_lies():
    at = visit("memory", loaded(closer="answer"))
    words = next(m.value for m in at.markdown if "leads in" in m.value)
    assert re.search(
        r"\*\*pneumonia\*\* leads in \d+ of 28 steps, without a break from step \*\*\d+\*\* on", words
    )
    assert re.search(r"between \d+\.\d and \d+\.\d %; at the end it is 97\.4 %, 94\.\d points", words)
