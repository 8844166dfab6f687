"""What is kept of a visitor's own image: once, each kind beside the others."""

from streamlit.testing.v1 import AppTest


def _script() -> None:
    import streamlit as st

    from medrnn.ui.cached import images

    made = st.session_state.setdefault("made", [])
    key = ("the content key of an upload", 1)
    first = images._known.get(key, lambda: made.append("known") or True)
    other = images._ranges.get(key, lambda: made.append("range") or (0.0, 1.0))
    assert (first, other) == (True, (0.0, 1.0))


def test_kinds_under_one_key_are_kept_apart_and_made_once():
    at = AppTest.from_function(_script).run().run()
    assert not at.exception
    assert at.session_state["made"] == ["known", "range"]
