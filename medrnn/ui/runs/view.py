"""A training run while it goes on, and what is left of it."""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from medrnn.errors import ConfigError
from medrnn.models.catalog import runs_folder
from medrnn.ui import address, cached, model_cards, sidebar
from medrnn.ui.after import view as after
from medrnn.ui.components.curves import curves
from medrnn.ui.foreign import say_error, shown
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.training.runs.journal import Told
    from medrnn.training.runs.processes import RunState

Colour = Literal["gray", "blue", "orange", "green", "red"]
COLOURS: dict[str, Colour] = {
    "starting": "gray",
    "waiting": "gray",
    "running": "blue",
    "stopping": "orange",
    "finished": "green",
    "stopped": "orange",
    "failed": "red",
    "died": "red",
    "damaged": "red",
}


def _run_names() -> set[str]:
    """What there is under the folder of runs; nothing where it cannot be read."""
    with suppress(OSError):
        return {folder.name for folder in runs_folder().iterdir() if folder.is_dir()}
    return set()


def take_run() -> None:
    """The run of an address is shown again after a reload."""
    session().run = address.take("run", _run_names()) or session().run


def _series(told: "Told") -> list[dict[str, Any]]:
    def one(
        name: str, panel: str, points: Sequence[Any], values: list[float | None], dash: bool
    ) -> dict[str, Any]:
        return {"name": name, "panel": panel, "dash": dash, "x": [p.step for p in points], "y": values}

    steps, epochs = told.steps, told.epochs
    return [
        one("training", "loss", steps, [p.loss for p in steps], False),
        one("validation", "loss", epochs, [p.val_loss for p in epochs], True),
        one("training", "accuracy", steps, [p.accuracy for p in steps], False),
        one("validation", "accuracy", epochs, [p.val_accuracy for p in epochs], True),
    ]


def _progress(run: "RunState") -> tuple[float, str]:
    if run.state == "waiting":
        return 0.0, f"Waiting: {run.before} run{'s' if run.before > 1 else ''} before it"
    if not run.told.steps:
        return 0.0, "Loading the data and the network"
    last, measured = run.told.steps[-1], run.told.epochs
    if measured and measured[-1].epoch == measured[-1].epochs:
        return (
            1.0,
            "All steps are done: measuring on the validation and test images, and what is usual among them",
        )
    share = last.step / last.steps
    left = last.elapsed_s * (1 - share) / share
    return share, f"Epoch {last.epoch}, step {last.step} of {last.steps}, about {left:.0f} s left"


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
    draw = st.fragment(_panel, run_every=1.0) if is_live else _panel
    draw(run_id, is_live)


def _panel(run_id: str, was_live: bool) -> None:
    from medrnn.training.runs.processes import read_run

    try:
        run = read_run(run_id)
    except ConfigError:  # deleted by somebody else
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**Run {shown(run.id)}**", width="content")
        st.badge(run.state, color=COLOURS[run.state])
    if run.state == "damaged":
        say_error(f"This run is damaged. {run.reason}")
    if run.is_live:
        st.progress(*_progress(run))
        _stop_button(run)
    if run.state != "damaged":
        title = f"Loss and accuracy of run {run_id}"
        curves.curves(_series(run.told), key=f"curves-{run_id}", title=title)
    if was_live and not run.is_live:
        cached.cards.clear()
        time.sleep(0.05)  # let the last picture out before the page is drawn anew
        st.rerun()
    if not run.is_live:
        outcome(run)
        _delete_button(run)


def _stop_button(run: "RunState") -> None:
    from medrnn.training.runs.processes import stop_run

    is_pressed = st.button(
        "Stop the run",
        icon=":material/stop_circle:",
        disabled=run.state == "stopping",
        help="Ends after this batch; what was learned so far is kept and measured. One that waits ends at once.",
        key=f"stop-{run.id}",
    )
    if is_pressed:
        try:
            stop_run(run.id)
        except ConfigError as error:
            say_error(error)
        else:
            st.rerun()


def _resume_button(run: "RunState") -> None:
    from medrnn.training.runs.processes import resume_run

    is_pressed = st.button(
        "Resume the run",
        icon=":material/resume:",
        type="primary",
        help="Goes on from the last checkpoint, at most some seconds before its end, as if nothing had happened; where "
        "there is none, from the beginning.",
        key=f"resume-{run.id}",
    )
    if is_pressed:
        try:
            resume_run(run.id, sidebar.chosen_device())
        except ConfigError as error:
            say_error(error)
        else:
            st.rerun()


def _delete_button(run: "RunState") -> None:
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
    except ConfigError as error:
        say_error(error)
        return
    cached.cards.clear()
    session().run = ""
    address.forget("run")
    st.rerun()


def outcome(run: "RunState") -> None:
    """What the run came to: the test figures and the way to its model, or why there is none."""
    card = cached.cards().get(run.id)
    if run.state == "failed":
        say_error(run.message)
        _resume_button(run)
    elif run.state == "died":
        st.error("The process of this run ended before it could finish, perhaps for want of memory.")
        _resume_button(run)
    elif run.state == "stopped" and not run.told.is_started:
        st.info("This run was stopped before its first batch, so there is no model.")
    elif card and run.state != "damaged":
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
        after.below_run(card)
