"""The table of runs, and several of them side by side."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from medrnn import plots
from medrnn.config import CELLS
from medrnn.ui import address, cached, parts
from medrnn.ui.foreign import shown
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.training.processes import RunState

MOST = 5


def listed() -> "list[RunState]":
    """Every run with readable settings, newest first."""
    from medrnn.training.processes import list_runs

    return [run for run in list_runs() if run.config]


def _row(run: "RunState") -> dict[str, Any]:
    model, card = run.config.model, cached.cards().get(run.id)
    epochs = [e for e in run.events if e["kind"] == "epoch"]
    started = run.events[0]["time"] if run.events else None
    return {
        "Run": run.id,
        "State": run.state,
        "Started": datetime.fromtimestamp(started) if started else None,
        "Data": run.config.data,
        "Network": f"{CELLS[model.cell]} {model.layers} x {model.width}"
        + (" both" if model.is_bidirectional else ""),
        "Epochs": f"{len(epochs)} of {run.config.epochs}",
        "Validation accuracy": epochs[-1]["val_accuracy"] if epochs else None,
        "Test accuracy": card.metrics["test"]["accuracy"] if card else None,
    }


def choose(runs: "list[RunState]") -> "list[RunState]":
    """A table to pick from; without a pick the run that was last looked at, else the newest."""
    percent = st.column_config.NumberColumn(format="percent")
    picked = st.dataframe(
        [_row(run) for run in runs],
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key="runs__table",
        column_config={"Validation accuracy": percent, "Test accuracy": percent},
    ).selection.rows
    if len(picked) > MOST:
        st.warning(f"Expected up to {MOST} runs, got {len(picked)}; the first {MOST} are shown.")
    if picked:
        return [runs[k] for k in picked[:MOST] if k < len(runs)]
    wanted = address.asked("run", [run.id for run in runs]) or session().run
    return [run for run in runs if run.id == wanted][:1] or runs[:1]


def compare(runs: "list[RunState]") -> None:
    """Their curves in one picture."""
    smoothing = st.slider("Smoothing", 0.0, 0.95, 0.5, 0.05, width=300)
    figure = plots.run_curves({run.id: run.events for run in runs}, smoothing=smoothing, dark=parts.is_dark())
    names = ", ".join(run.id for run in runs)
    st.plotly_chart(
        figure, theme=None, config=parts.PLOTLY, key="runs__curves", alt=f"Loss and accuracy of {names}"
    )


def _flat(settings: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{name}.")
        else:
            flat[prefix + name] = json.dumps(value)
    return flat


def differences(runs: "list[RunState]") -> None:
    """The settings in which they differ; of a single run, all of them."""
    tables = [_flat(run.config.to_dict()) for run in runs]
    names = [n for n in tables[0] if len(runs) == 1 or len({t.get(n) for t in tables}) > 1]
    with st.expander("Settings" if len(runs) == 1 else "Settings that differ", expanded=len(runs) > 1):
        if names:
            rows = [
                {"Setting": n} | {r.id: t.get(n, "") for r, t in zip(runs, tables, strict=True)}
                for n in names
            ]
            st.dataframe(rows, hide_index=True)
        else:
            st.caption("They do not differ.")
    for run in runs:
        lines = [
            f"{e['kind']}: " + json.dumps({k: v for k, v in e.items() if k not in ("kind", "time")})
            for e in run.events
        ]
        st.download_button(
            f"Log of {shown(run.id)}",
            "\n".join(lines),
            f"medrnn-{run.id}.txt",
            on_click="ignore",
            icon=":material/download:",
            key=f"log-{run.id}",
        )
