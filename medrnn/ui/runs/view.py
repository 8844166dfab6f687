"""A training run while it goes on, and what is left of it."""

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import streamlit as st

from medrnn.errors import ConfigError
from medrnn.models.catalog import runs_folder
from medrnn.training.runs import runner
from medrnn.ui import address, cached, model_cards, sidebar
from medrnn.ui.after import view as after
from medrnn.ui.components.curves import curves
from medrnn.ui.foreign import say_error, shown
from medrnn.ui.runs import arriving, buttons, live
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.training.runs.processes import RunState

Colour = Literal["gray", "blue", "orange", "green", "red"]
COLOURS: dict[str, Colour] = {
    "starting": "gray",
    "waiting": "gray",
    "running": "blue",
    "stopping": "orange",
    "measuring": "orange",
    "pausing": "orange",
    "paused": "gray",
    "finished": "green",
    "stopped": "orange",
    "failed": "red",
    "died": "red",
    "damaged": "red",
}
MOST_NOTE = 4_000  # characters of a note that are shown: all
FIRST_S = 0.7  # for which a page waits for the first figures of a run that has just begun
LABELS = {"measuring": "stopped, measuring"}


def _run_names() -> set[str]:
    """What there is under the folder of runs; nothing where it cannot be read."""
    with suppress(OSError):
        return {folder.name for folder in runs_folder().iterdir() if folder.is_dir()}
    return set()


def take_run() -> None:
    """The run of an address is shown again after a reload; and whoever comes to train finds torch loaded."""
    runner.warm()
    session().run = address.take("run", _run_names()) or session().run


def panel(run_id: str) -> None:
    """State, progress, live curves and the buttons of one run."""
    from medrnn.training.runs.processes import read_run

    try:
        is_live = read_run(run_id).is_live
    except ConfigError as error:
        session().run = ""
        say_error(error)
        return
    # at rest its buttons concern the whole page
    draw = st.fragment(_panel, run_every=live.EVERY_S) if is_live else _panel
    draw(run_id, is_live)
    if is_live:
        _rest(read_run(run_id))  # outside of what is drawn anew each second


def _rest(run: "RunState") -> None:
    """What can be done with a run at any time."""
    with st.container(horizontal=True):
        buttons.label(run)
        buttons.clone(run)
        if not run.is_live:
            buttons.delete(run)


def _first_look(run_id: str) -> "RunState":
    """The run as it is now; where it is about to tell its first figures, as it is a moment later."""
    from medrnn.training.runs.processes import read_run

    deadline = time.monotonic() + FIRST_S
    run = read_run(run_id)
    while run.is_beginning and time.monotonic() < deadline:
        time.sleep(0.02)
        run = read_run(run_id)
    return run


def _panel(run_id: str, was_live: bool) -> None:
    try:
        run = _first_look(run_id)
    except ConfigError:  # deleted by somebody else
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(_name(run), width="content")
        st.badge(LABELS.get(run.state, run.state), color=COLOURS[run.state])
    if run.label.note:
        st.caption(shown(run.label.note, MOST_NOTE))
    buttons.say_refused()
    if run.state == "damaged":
        say_error(f"This run is damaged. {run.reason}")
    if run.is_live:
        st.progress(*live.progress(run))
        if not live.is_done(run):  # what is left to measure ends by itself
            with st.container(horizontal=True):
                buttons.pause(run)
                buttons.stop(run)
    else:
        outcome(run)
    if run.state != "damaged":
        title = f"Loss and accuracy of run {run_id}"
        curves.curves(live.series(run.told), key=f"curves-{run_id.replace('__', '-')}", title=title)
        live.say_average(run)
        live.samples(run)
        arriving.view(run)
    if was_live and not run.is_live:
        cached.forget_cards()
        time.sleep(0.05)  # let the last picture out before the page is drawn anew
        st.rerun()
    if not run.is_live:
        _rest(run)
        if run.state != "damaged" and (card := cached.cards().get(run.id)):
            after.below_run(card)


def _name(run: "RunState") -> str:
    """Its title where it has one, and its id."""
    return f"**{shown(run.label.title)}** {shown(run.id)}" if run.label.title else f"**Run {shown(run.id)}**"


def outcome(run: "RunState") -> None:
    """What the run came to: the test figures and the way to its model, or why there is none."""
    card = cached.cards().get(run.id)
    if run.state == "failed":
        say_error(run.message)
        buttons.resume(run)
    elif run.state == "paused":
        st.info(
            "This run is paused. Everything is kept as it stood; resume it to go on, also after a restart."
        )
        buttons.resume(run)
    elif run.state == "died":
        st.error(
            "The process of this run ended before it could finish, perhaps for want of memory. What it had learnt up "
            "to its last checkpoint is kept: resume it to go on."
        )
        buttons.resume(run)
    elif run.state == "stopped" and not run.told.is_started:
        st.info("This run was stopped before its first batch, so there is no model.")
    elif card and card.is_measured and run.state != "damaged":
        test = card.metrics["test"]
        st.success(
            f"On the test split (n = {test['n']}): accuracy {model_cards.figure(test, 'accuracy')}, "
            f"AUC {model_cards.figure(test, 'auc')}."
        )
        if said := model_cards.beside_baselines(card):
            st.markdown(said)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Use this model",
                on_click=sidebar.use_model,
                args=[run.id],
                type="primary",
                key=f"use-{run.id}",
                disabled=session().model == run.id,
                help="Makes it the model that Read, Memory and Map show.",
            )
            st.page_link(
                "pages/models.py",
                label="Card",
                icon=":material/deployed_code:",
                query_params={"model": run.id},
            )
