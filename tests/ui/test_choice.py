"""One choice shared by two pictures and the page: what was said last counts, however long the others remember."""

import pytest
from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from medrnn.ui.components.choice import latest

    wish = st.session_state.get("wish")
    name = st.session_state.get("name", "one")
    for member in ("a", "b"):
        value = latest(name, member, "step", wish, lambda said: None if said is None else said["at"])
    st.write(f"value {value}")


@pytest.fixture
def at():
    return AppTest.from_function(page).run()


def say(at, member, value):
    at.session_state[member] = {"step": {"at": value}}
    return shown(at.run())


def shown(at):
    assert not at.exception
    return at.markdown[0].value.removeprefix("value ")


def test_what_was_said_last_counts(at):
    assert shown(at) == "None"
    assert say(at, "a", 3) == "3"
    assert say(at, "b", 5) == "5"  # a still says 3
    assert shown(at.run()) == "5"
    assert say(at, "a", 4) == "4"
    assert say(at, "b", 5) == "4"  # b says nothing new


def test_a_new_wish_of_the_page_counts_until_something_is_said(at):
    say(at, "a", 3)
    at.session_state["wish"] = 9
    assert shown(at.run()) == "9"
    assert shown(at.run()) == "9"
    assert say(at, "b", 2) == "2"
    at.session_state["wish"] = 2  # an echo
    assert shown(at.run()) == "2"


def test_what_a_picture_said_is_not_lost_when_it_goes_and_not_said_again_when_it_comes_back(at):
    say(at, "a", 3)
    del at.session_state["a"]  # Streamlit drops the state of a picture that is not drawn
    assert shown(at.run()) == "3"
    say(at, "b", 6)
    assert shown(at.run()) == "6"


def test_another_name_is_another_choice(at):
    say(at, "a", 3)
    at.session_state["name"] = "two"
    at.session_state["a"] = {"step": None}
    assert shown(at.run()) == "None"
    at.session_state["name"] = "one"
    assert shown(at.run()) == "3"
