"""What can be done with a run: each press acts before the page is drawn anew, and a refusal stands once on it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from medrnn.datasets.shipped import DATASETS
from medrnn.errors import MedrnnError
from medrnn.models.catalog import is_brought
from medrnn.ui import address, cached, sidebar
from medrnn.ui.foreign import say_error
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.training.runs.processes import RunState


def press(work: Callable[..., object], *arguments: object) -> None:
    """Do it; where it cannot be done, keep the sentence for the page."""
    try:
        work(*arguments)
    except MedrnnError as error:
        session().refused = str(error)


def say_refused() -> None:
    """Why the last press was refused, once."""
    if session().refused:
        say_error(session().refused)
        session().refused = ""


def stop(run: "RunState") -> None:
    """The button that ends a run early and keeps what it learnt."""
    from medrnn.training.runs.processes import stop_run

    st.button(
        "Stop the run",
        icon=":material/stop_circle:",
        disabled=run.state in ("stopping", "measuring"),
        on_click=press,
        args=[stop_run, run.id],
        help="Ends after this batch; what was learned so far is kept and measured. One that waits ends at once.",
        key=f"stop-{run.id}",
    )


def pause(run: "RunState") -> None:
    """The button that ends a run for now."""
    from medrnn.training.runs.processes import pause_run

    st.button(
        "Pause the run",
        icon=":material/pause_circle:",
        disabled=run.state in ("stopping", "measuring", "pausing"),
        on_click=press,
        args=[pause_run, run.id],
        help="Ends after this batch and keeps everything as it stands, also over a restart. Resumed, it goes on as if "
        "it had never been paused; until then others get its turn.",
        key=f"pause-{run.id}",
    )


def resume(run: "RunState") -> None:
    """The button that goes on with a run whose process ended before it was done."""
    from medrnn.training.runs.processes import resume_run

    st.button(
        "Resume the run",
        icon=":material/resume:",
        type="primary",
        on_click=lambda: press(resume_run, run.id, sidebar.chosen_device()),
        help="Goes on from the last checkpoint, after a pause from exactly there, else from at most some seconds "
        "before its end, as if nothing had happened; where there is none, from the beginning.",
        key=f"resume-{run.id}",
    )


def clone(run: "RunState") -> None:
    """The button that opens Train with the settings of a run, to change some and run again."""
    is_there = run.config is not None and (run.config.data in DATASETS or is_brought(run.config.data))
    if st.button(
        "Change and run again",
        icon=":material/tune:",
        disabled=not is_there,
        help="Opens Train with these settings in its form; the run itself stays as it is. Data of a folder or a file "
        "are trained on from the command line.",
        key=f"clone-{run.id}",
    ):
        state = session()
        state.draft, state.recipe, state.forms = run.config, "", state.forms + 1
        address.go("train")


def label(run: "RunState") -> None:
    """A title and a note, for everybody who looks at the run."""
    from medrnn.training.runs.labels import MOST_NOTE, MOST_TITLE
    from medrnn.training.runs.processes import label_run

    title, note = f"title-{run.id}", f"note-{run.id}"
    with st.popover("Name and note", icon=":material/edit_note:"):
        st.text_input(
            "Title",
            run.label.title,
            max_chars=MOST_TITLE,
            key=title,
            help="Stands beside the id, which stays. Without one the id stands alone.",
        )
        st.text_area(
            "Note",
            run.label.note,
            max_chars=MOST_NOTE,
            key=note,
            help="What this run is to show, or what came of it. Plain text, kept in the run's folder.",
        )
        st.button(
            "Keep",
            on_click=lambda: press(label_run, run.id, st.session_state[title], st.session_state[note]),
            key=f"label-{run.id}",
            help="Everybody who sees the run sees it.",
        )


def delete(run: "RunState") -> None:
    """The button that removes a run for good, after a second press."""
    with st.popover("Delete", icon=":material/delete:"):
        st.markdown("The run goes with its curves, its settings and its model. This cannot be undone.")
        if st.button(
            "Delete the run",
            key=f"delete-{run.id}",
            type="primary",
            help="Its folder goes for good, with its weights.",
        ):
            _delete(run.id)


def _delete(run_id: str) -> None:
    from medrnn.training.runs.processes import delete_run

    try:
        delete_run(run_id)
    except MedrnnError as error:
        say_error(error)
        return
    cached.forget_cards()
    session().run = ""
    session().held.discard(run_id)
    address.forget("run")
    st.rerun()
