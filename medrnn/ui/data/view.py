"""The page Data: which set, how it is made, what it holds, what is wrong with it."""

import streamlit as st

from medrnn import plots
from medrnn.config.what import named
from medrnn.datasets.examine import Examined
from medrnn.datasets.examine_words import say_findings, say_found
from medrnn.datasets.own import is_own
from medrnn.datasets.records import Dataset
from medrnn.datasets.report import counts_rows
from medrnn.datasets.shipped import DATASETS
from medrnn.errors import MedrnnError
from medrnn.models.class_names import name_class
from medrnn.plots.data import WORDS
from medrnn.ui import address, cached, figure, parts
from medrnn.ui.data import actions, bring, controls, offered, pairs, wall
from medrnn.ui.foreign import plain, say_error, shown
from medrnn.ui.state import session

COPIES = ("Leaks:", "Contradiction")  # of them those that copies make
WARNED = (  # how lines begin that say what makes a test worth little or nothing
    "Leak",
    "Contradiction",
    "Missing",
    "One patient",
    "Few patients",
)


def _take(name: str) -> None:
    session().on_data = name


def _keep() -> None:
    state = session()
    state.on_data, state.no_set = st.session_state["data__set"] or state.on_data, ""


def choose() -> str:
    """The set in view, "" before a choice."""
    state = session()
    state.on_data = offered.from_address() or state.on_data
    names = offered.names()
    if state.on_data not in names:
        state.on_data = ""
    st.session_state["data__set"] = state.on_data or None
    st.selectbox(
        "Data",
        names,
        index=None,
        key="data__set",
        on_change=_keep,
        format_func=lambda name: plain(offered.title(name)),
        placeholder="Choose a set",
        help="The sets that ship with medrnn, and those that you brought.",
    )
    return state.on_data


def nothing() -> None:
    """What to do where no set is chosen."""
    st.info("No data yet. Bring your own above, or look at a set that ships with medrnn.")
    with st.container(horizontal=True):
        for name, source in DATASETS.items():
            st.button(
                source.title,
                key=f"data__offer-{name}",
                on_click=_take,
                args=[name],
                icon=":material/dataset:",
                help=f"{source.about} {source.licence}.",
            )


def _summary(data: Dataset) -> None:
    rows, columns = data.reading.shown_size if data.reading else data.size
    of = f"{data.reading.count} of " if data.reading else ""
    colour = "in colour" if data.channels == "rgb" else "grey"
    total, classes = len(data.train) + len(data.val) + len(data.test), len(data.classes)
    st.markdown(
        f"**{shown(data.title)}**: {total:,} {named('images', data.reading)}, {of}{rows} x {columns} pixels, "
        f"{colour}, {classes} classes. "
        f"{shown(data.about)} Licence: {shown(data.licence)}."
    )


def _facts(data: Dataset, found: Examined) -> None:
    """What has to be known, what is wrong first."""
    lines = list(say_found(found))
    brought, way_out = (
        session().brought,
        " The switch Without copies above leaves out those that are the same.",
    )
    is_ours = brought is not None and brought.name == session().on_data and brought.choices.has_copies
    for line in lines:
        if line.startswith(WARNED):
            has_way = is_ours and line.startswith(COPIES) and any(pair.is_same for pair in found.pairs)
            st.warning(line + way_out * has_way, icon=":material/warning:")
    calm = [line for line in (*lines, *say_findings(data.findings)) if not line.startswith(WARNED)]
    if not (found.patients or found.weak.unknown) and is_own(session().on_data):
        calm.append("Not known which images are of one patient: where several are, choose above how to tell.")
    if data.findings.kinds and is_own(session().on_data):
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in data.findings.kinds.items())
        calm.append(f"Files: {kinds}.")
    st.markdown("\n".join(f"- {line}" for line in calm))


def _counts(data: Dataset, found: Examined) -> None:
    st.subheader(
        "Counts",
        anchor=False,
        help="Images of each class in each split. Look for a class that is rare, or missing in a split.",
    )
    left, right = st.columns([3, 2], gap="large")
    with left:
        alt = plots.class_counts_alt(found)
        figure.draw(plots.class_counts(found, dark=parts.is_dark()), "class-counts", alt, place="data")
    with right:
        named = [
            {"Class": shown(name_class(row["Class"], data.classes), 60)}
            | {WORDS.get(title, title): f"{count:,}" for title, count in row.items() if title != "Class"}
            for row in counts_rows(data, found)
        ]
        st.table(named, border="horizontal", hide_index=True, height="content" if len(named) < 14 else 480)
        _facts(data, found)


def show(name: str) -> None:
    """All of a set.

    Args:
        name: as ``load_dataset`` takes it.
    """
    try:
        with st.spinner("Looks through the set"):
            data, found = cached.whole_set(name)
    except MedrnnError as error:
        say_error(error)
        if is_own(name):
            actions.delete(name)
        return
    _summary(data)
    actions.row(data, name, found)
    _counts(data, found)
    wall.section(data, name)
    pairs.section(data, name, found)


def page() -> None:
    """The whole page."""
    state = session()
    left, right = st.columns([2, 3], gap="large")
    with left:
        name = choose()
    with (
        right,
        st.expander(
            "Bring your own", expanded=not name, icon=":material/upload:", key=f"data__bring-{state.uploads}"
        ),
    ):
        bring.zone()
    if state.no_set:
        say_error(state.no_set)
        if name:
            st.caption("What stands below is the set from before.")
    controls.section()
    address.share(data=name or None)
    if name:
        show(name)
    elif state.brought is None:
        nothing()
