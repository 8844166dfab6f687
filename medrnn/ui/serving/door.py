"""The door of the app: beyond its capacity newcomers see a sentence and their number, and come in by themselves."""

import os
from functools import cache

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from medrnn.errors import ConfigError
from medrnn.ui.serving.visitors import Visitors
from medrnn.ui.state import session

PLACES = 120  # people; two cores answer so many in time, see `bench load`
ARRIVALS = 2  # first runs at once: more make each slower and everybody wait
LOOK_S = 3  # between two looks whether somebody before has left


def capacity() -> int:
    """How many people may be in: ``$MEDRNN_PLACES``, else ``PLACES``.

    Raises:
        ConfigError: it is no whole number above 0.
    """
    said = os.environ.get("MEDRNN_PLACES") or str(PLACES)
    if not (said.isascii() and said.isdigit() and len(said) < 7 and int(said)):
        raise ConfigError(f"Expected a whole number of people above 0 in MEDRNN_PLACES, got {said[:20]!r}.")
    return int(said)


@cache
def _visitors() -> Visitors:
    return Visitors(capacity(), ARRIVALS, runtime.get_instance().is_active_session)


def _me() -> str:
    context = get_script_run_ctx()
    assert context is not None, "only a page's script comes to the door"
    return context.session_id


def is_in() -> bool:
    """Whether the visitor may see the app; who was let in stays in, also after a lost connection."""
    if not runtime.exists():
        return True
    if session().is_in:
        _visitors().return_to(_me())
        return True
    session().is_in = _visitors().ask(_me()) == 0
    return session().is_in


def words(number: int, inside: int, places: int) -> str:
    """What one reads who waits."""
    why = "Many people are coming in" if inside < places else f"{inside} people are in"
    return f"{why}; you are number {number} in line. This page goes on by itself."


def wait() -> None:
    """Show the number in line until it is the visitor's turn, then run the page again.

    The script waits here, so that nothing else runs for those in line; Streamlit stops it when the tab is closed.
    """
    visitors, place, shown = _visitors(), st.empty(), ""
    while number := visitors.ask(_me()):
        said = words(number, visitors.inside, visitors.places)
        if said != shown:
            place.info(said, icon=":material/hourglass_top:")
            shown = said
        visitors.wait(_me(), LOOK_S)
        session()  # here Streamlit stops the script of a closed tab
    session().is_in = True
    st.rerun()


def settle() -> None:
    """The visitor's first run is over."""
    if runtime.exists():
        _visitors().settle(_me())
