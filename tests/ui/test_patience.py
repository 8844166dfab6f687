"""Long work begins only when it is asked for, and only for what it was asked for."""

from streamlit.testing.v1 import AppTest

from medrnn.ui.state import KEY, Session


def page(products, about):
    import streamlit as st

    from medrnn.ui.lab.long_work import is_agreed

    st.write("done" if is_agreed("work", products, about) else "waits")


def shown(at):
    assert not at.exception
    return at.markdown[0].value


def test_short_work_is_done_at_once():
    assert shown(AppTest.from_function(page, args=(1e9, "a")).run()) == "done"


def test_long_work_waits_for_the_button_and_for_another_again():
    at = AppTest.from_function(page, args=(5e10, "a")).run()
    assert shown(at) == "waits" and "20 s" in at.button[0].label
    at.button[0].click().run()
    assert shown(at) == "done"
    at.run()
    assert shown(at) == "done" and not at.button
    at.session_state[KEY] = Session(agreed={"work": "b"})
    assert shown(at.run()) == "waits"
