"""A training run while it goes on, and what is left of it."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import streamlit as st

from medrnn.errors import ConfigError
from medrnn.models.catalog import runs_folder
from medrnn.ui import address, cached, model_cards, sidebar
from medrnn.ui.components.curves import curves
from medrnn.ui.foreign import say_error, shown
from medrnn.ui.state import session

COLOURS = {
    "starting": "gray",
    "waiting": "gray",
    "running": "blue",
    "stopping": "orange",
    "finished": "green",
    "stopped": "orange",
    "failed": "red",
    "died": "red",
}
MAX_POINTS = 2_000


def _run_names() -> set[str]:
    """What there is under the folder of runs; nothing where it cannot be read."""
    with suppress(OSError):
        return {folder.name for folder in runs_folder().iterdir() if folder.is_dir()}
    return set()


def take_run() -> None:
    """The run of an address is shown again after a reload."""
    session().run = address.take("run", _run_names()) or session().run


def _thin(events: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return events[:: -(-len(events) // MAX_POINTS)] if events else events


def _series(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    steps = _thin([e for e in events if e["kind"] == "step"])
    epochs = _thin([e for e in events if e["kind"] == "epoch"])
    return [
        {
            "name": name,
            "panel": panel,
            "dash": dash,
            "x": [e["step"] for e in some],
            "y": [e[prefix + panel] for e in some],
        }
        for panel in ("loss", "accuracy")
        for name, some, prefix, dash in (("training", steps, "", False), ("validation", epochs, "val_", True))
    ]


def _progress(events: Sequence[Mapping[str, Any]]) -> tuple[float, str]:
    steps = [e for e in events if e["kind"] == "step"]
    if not steps:
        return 0.0, "Loading the data and the network"
    last = steps[-1]
    share = last["step"] / last["steps"]
    left = last["elapsed_s"] * (1 - share) / share
    return share, f"Epoch {last['epoch']}, step {last['step']} of {last['steps']}, about {left:.0f} s left"


def panel(run_id: str) -> None:
    """State, progress, live curves and the stop button of one run."""
    from medrnn.training.processes import read_run

    try:
        is_live = read_run(run_id).is_live
    except ConfigError as error:
        session().run = ""
        say_error(error)
        return
    st.fragment(_panel, run_every=1.0 if is_live else None)(run_id, is_live)


def _panel(run_id: str, was_live: bool) -> None:
    from medrnn.training.processes import read_run, stop_run

    run = read_run(run_id)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**Run {shown(run.id)}**", width="content")
        st.badge(run.state, color=COLOURS[run.state])
    if run.is_live:
        share, words = _progress(run.events)
        st.progress(share, "Waiting for the run before it" if run.state == "waiting" else shown(words))
        st.button(
            "Stop the run",
            icon=":material/stop_circle:",
            on_click=stop_run,
            args=[run_id],
            disabled=run.state == "stopping",
            help="Ends after this batch; what was learned so far is kept and measured.",
            key=f"stop-{run_id}",
        )
    curves.curves(_series(run.events), key=f"curves-{run_id}", title=f"Loss and accuracy of run {run_id}")
    if was_live and not run.is_live:
        cached.cards.clear()
        time.sleep(0.05)  # let the last picture out before the page is drawn anew
        st.rerun()
    if not run.is_live:
        outcome(run_id)


def outcome(run_id: str) -> None:
    """What the run came to: the test figures and the way to its model, or why there is none."""
    from medrnn.training.processes import read_run

    run, card = read_run(run_id), cached.cards().get(run_id)
    if run.state == "failed":
        st.error(shown(run.last.get("message", "The run failed.")))
    elif run.state == "died":
        st.error(
            "The process of this run ended before it could finish, perhaps for want of memory. Start it again."
        )
    elif card:
        test = card.metrics["test"]
        st.success(
            f"On the test split (n = {test['n']}): accuracy {model_cards.figure(test, 'accuracy')}, "
            f"AUC {model_cards.figure(test, 'auc')}."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Use this model",
                on_click=sidebar.use_model,
                args=[run_id],
                type="primary",
                key=f"use-{run_id}",
            )
            st.page_link(
                "pages/models.py",
                label="Card",
                icon=":material/deployed_code:",
                query_params={"model": run_id},
            )
