"""One image read by several models, or two images by one: linked columns, maps that agree or not, small changes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.imaging.samples import SAMPLES
from medrnn.models.cards import Card
from medrnn.types import Study
from medrnn.ui import address, cached, parts
from medrnn.ui.compare import changes, files, maps, picture
from medrnn.ui.compare.ids import Ids
from medrnn.ui.compare.roles import ROLES, roles_in
from medrnn.ui.compare.seats import (
    MOST,
    Seat,
    first_models,
    other_images,
    require_grey,
    seats,
    take_image,
    title_of,
)
from medrnn.ui.foreign import plain, shown
from medrnn.ui.state import bound, session

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

CURVES = {"answer": "Answer over time", "horizon": "Memory"}
FIRST_ROWS = ("answer", "horizon", "keeps", "state")


def _keep_models() -> None:
    session().columns = st.session_state["compare__models"]


def choose_models() -> list[Card]:
    """Two to six models; at the start the chosen one with those that learnt the same."""
    state, cards = session(), cached.cards()
    own = parts.require_card()
    if asked := address.take("models", Ids(cards, MOST)):
        state.columns = asked.split(",")
    chosen = first_models(own, cards) if state.columns is None else state.columns
    chosen = [name for name in chosen if name in cards][:MOST]
    st.session_state["compare__models"] = chosen
    st.multiselect(
        "Models",
        list(cards),
        key="compare__models",
        max_selections=MOST,
        on_change=_keep_models,
        format_func=plain,
        help="Two to six models that read the image in view, a column each. The first one's answer is the class that "
        "all curves and maps are about, where the others know it. Look where they disagree, and when.",
    )
    return [cards[name] for name in chosen]


def _rows(found: Sequence[Seat]) -> list[str]:
    """Which rows stand below the pictures."""
    traces = [seat.scene.trace for seat in found if seat.scene]
    roles = roles_in(traces)
    names = {**CURVES, **{role: ROLES[role][0] for role in roles}}
    state = session()
    kept = [row for row in state.rows or FIRST_ROWS if row in names]
    st.session_state["compare__rows"] = kept

    def keep() -> None:
        state.rows = tuple(row for row in names if row in st.session_state["compare__rows"])

    st.pills(
        "Rows",
        list(names),
        selection_mode="multi",
        key="compare__rows",
        on_change=keep,
        format_func=names.__getitem__,
        help="What stands below the pictures. Answer over time: had the reading ended here. Memory: how much the "
        "end still "
        "depends on each step, one scale for all columns. The others are gates and states of the last layer.",
    )
    return [row for row in names if row in kept]


def _choose_map(found: Sequence[Seat]) -> tuple[str, str]:
    """The method of the maps, of those that are right for every model, and its baseline."""
    from medrnn.explanation.attribution.baselines import BASELINES
    from medrnn.explanation.attribution.methods import METHODS, methods_for

    state, fit = session(), [methods_for(seat.card) for seat in found]
    methods = {name: how for name, how in METHODS.items() if all(name in one for one in fit)}
    for name, values in (("method", methods), ("baseline", BASELINES)):
        setattr(state, name, address.take(name, values) or getattr(state, name))
    left, right = st.columns(2)
    with left:
        bound(
            st.selectbox,
            "Maps",
            list(methods),
            "method",
            format_func=lambda name: methods[name].title,
            help="Which pixels moved the class's score, by one method for all columns. It does not show where a "
            "finding is; look whether the models lean on the same places.",
        )
    if methods[state.method].has_baseline:
        with right:
            bound(
                st.selectbox,
                "Baseline",
                list(BASELINES),
                "baseline",
                format_func=lambda name: BASELINES[name],
                help="What is compared with what is read. Another baseline asks another question, so the map may "
                "change.",
            )
    return state.method, state.baseline


def _all(found: list[Seat], title: str, place: "DeltaGenerator", *, is_same: bool) -> None:
    """Columns, then what can be said of them together.

    Args:
        found: from left to right.
        title: of the saved picture.
        place: for the choices of what is shown.
        is_same: all are of one image.
    """
    with parts.guarded():
        with place, st.popover("Rows and maps", icon=":material/tune:"):
            rows = _rows(found)
            method, baseline = _choose_map(found)
        with st.spinner("Reading, with the states of every step and a map each"):
            picture.show(found, rows, method, baseline, title)
        files.downloads(found)
        maps.view(found, method, baseline, is_same=is_same)
        changes.view(found)


def _head() -> "tuple[DeltaGenerator, DeltaGenerator]":
    """The places for what is compared and for what is shown of it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return st.container(width="stretch"), st.container(width="content")


def one_image(study: Study) -> dict[str, str]:
    """Several models on the study in view; returns what the address keeps."""
    what, place = _head()
    with what:
        cards = choose_models()
    if len(cards) < 2:
        st.info("Choose at least two models to compare.")
        return {"models": ",".join(card.id for card in cards)} if cards else {}
    require_grey(study, cards)
    sample = session().samples.get(study.key, "")
    with parts.guarded():
        found = seats([(study, card, title_of(card), sample) for card in cards])
    if found:
        names = ", ".join(seat.title for seat in found)
        _all(found, f"{plain(study.name)} read by {names}.", place, is_same=True)
    return {"models": ",".join(card.id for card in cards), **_shared()}


def _shared() -> dict[str, str]:
    return {"method": session().method, "baseline": session().baseline}


def _beside(study: Study) -> tuple[Study, str] | None:
    """The image that stands beside the one in view."""
    state, others = session(), other_images(study)
    if not others:
        st.info("Open a second image on the page Open.")
        return None
    if asked := address.take("beside", SAMPLES):
        opened = {sample: key for key, sample in state.samples.items()}
        state.second = opened.get(asked, f"sample/{asked}")
    bound(
        st.selectbox,
        "Second image",
        list(others),
        "second",
        format_func=others.__getitem__,
        help="Another image that is open, or a sample, read by the same model. Look at which step the two readings "
        "part, and which gates move there.",
    )
    return take_image(state.second)


def two_images(study: Study) -> dict[str, str]:
    """Two images through the chosen model; returns what the address keeps."""
    card, state = parts.require_card(), session()
    what, place = _head()
    with what:
        beside = _beside(study)
    if beside is None:
        return {}
    wanted = [(study, state.samples.get(study.key, "")), beside]
    for one, _ in wanted:
        require_grey(one, [card])
    with parts.guarded():
        found = seats([(one, card, plain(one.name), sample) for one, sample in wanted])
    if len(found) == len(wanted):
        st.caption(f"Both read by {shown(card.title)}, the model in the sidebar.")
        names = " and ".join(seat.title for seat in found)
        _all(found, f"{names} read by {plain(card.title)}.", place, is_same=False)
    return _shared() | ({"beside": beside[1]} if beside[1] else {})
