"""What is read of an address, and what is said of the rest."""

from dataclasses import fields

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from medrnn.ui.address import KINDS, KNOWN, UNFIT, Address, LeftOut, describe, read

PAGES = ("open", "read", "memory", "map", "data", "train", "runs", "compare", "learn", "models", "about")


def test_every_name_has_its_kind_its_sentence_and_its_field():
    names = [one.name for one in fields(Address)]
    assert list(KINDS) == names == list(UNFIT)
    assert {name for known in KNOWN.values() for name in known} <= set(names)


def test_a_whole_address_becomes_a_record():
    values = {
        "sample": "ct-small",
        "model": "Mein Modell",
        "layer": "2",
        "step": "9",
        "direction": "backward",
    }
    found, left = read({name: [value] for name, value in values.items()}, "memory")
    assert (
        found == Address("ct-small", model="Mein Modell", direction="backward", layer=1, step=8)
        and left == {}
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "00",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "1e3",
        "0x1",
        "²",
        "①",
        "٣",
        "１",
        "1_0",
        "9" * 5000,
        "1000000",
        "a",
    ],
)
def test_a_step_is_a_number_from_1_in_plain_digits(text):
    found, left = read({"step": [text]}, "memory")
    assert found == Address() and left == {"step": LeftOut("step", text)}


@pytest.mark.parametrize("text", ["", "a" * 256, "é" * 128, "a\0b", "a\nb", "\ud800", "a\u202eb"])
def test_a_name_is_one_that_a_folder_can_have(text):
    assert read({"run": [text]}, "runs") == (Address(), {"run": LeftOut("run", text)})
    assert read({"run": ["é" * 127]}, "runs")[0].run == "é" * 127


def test_what_stands_twice_or_is_unknown_is_left_out():
    found, left = read({"step": ["1", "2"], "view": ["gates"], "run": ["a"], "x" * 999: ["1"]}, "memory")
    assert found == Address(view="gates")
    assert [one.why for one in left.values()] == ["repeated", "unknown", "unknown"]


def test_the_word_is_one_calm_sentence_and_bounded():
    assert describe([LeftOut("step", "²")]) == (
        "The address asked for step “²”, which is no step of this reading; it was left out."
    )
    assert describe([LeftOut("step", "1", "repeated"), LeftOut("x", "1", "unknown")]) == (
        "The address asked for step more than once, and for x, which this page does not know; they were left out."
    )
    many = describe([LeftOut("z" * 10**5, "![](http://a)" * 10**5, "unknown")] * 10**4)
    assert len(many) < 600 and "9997 more" in many
    assert "http://" not in describe([LeftOut("model", "![](http://a)")])


anything = st.dictionaries(
    st.one_of(st.sampled_from(list(KINDS)), st.text()), st.lists(st.text(), max_size=3)
)


@given(anything, st.sampled_from(PAGES))
@example({"step": []}, "memory")
def test_any_address_can_be_read_and_said(values, page):
    found, left = read(values, page)
    assert set(left) | {one.name for one in fields(found) if getattr(found, one.name) is not None} == set(
        values
    )
    assert describe(list(left.values())) if left else True
