"""The table of runs, and several of them side by side."""

import json
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from medrnn import plots
from medrnn.config import CELLS, TrainConfig
from medrnn.datasets import shown_name
from medrnn.errors import MedrnnError
from medrnn.models.cards import Card
from medrnn.ui import address, cached, look, parts
from medrnn.ui.foreign import say_error, shown
from medrnn.ui.runs import live
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.training.runs.processes import RunState

MOST = 5


def listed() -> "list[RunState]":
    """Every run that this visitor may see, newest first, the damaged ones too."""
    from medrnn.training.runs.processes import list_runs

    return list_runs(session().held)


def _network(config: TrainConfig) -> str:
    model = config.model
    return f"{CELLS[model.cell]} {model.layers} x {model.width}" + (" both" if model.is_bidirectional else "")


def _row(run: "RunState", card: Card | None) -> dict[str, Any]:
    config, epochs = run.config, run.told.epochs
    return {
        "Run": run.id,
        "Title": run.label.title,
        "State": run.state,
        "Started": datetime.fromtimestamp(run.told.began) if run.told.began else None,
        "Data": shown_name(config.data) if config else None,
        "Network": _network(config) if config else None,
        "Epochs": f"{epochs[-1].epoch} of {epochs[-1].epochs}" if epochs else "",
        "Validation accuracy": _validation(run, card),
        "Test accuracy": card.metrics["test"]["accuracy"] if card and config else None,
    }


def _validation(run: "RunState", card: Card | None) -> float | None:
    """Of the weights that were kept, as the test figure beside it; while it goes on, of the last epoch."""
    if card and run.config:
        return card.metrics["val"]["accuracy"]
    return run.told.epochs[-1].val_accuracy if run.told.epochs else None


def _rows(runs: "list[RunState]") -> list[dict[str, Any]]:
    """One a run; where one failed or is damaged, a last column says why."""
    cards = cached.cards()
    rows = [_row(run, cards.get(run.id)) for run in runs]
    if not any(run.label.title for run in runs):
        rows = [{name: value for name, value in row.items() if name != "Title"} for row in rows]
    reasons = [run.reason or run.message for run in runs]
    return (
        [row | {"Why": reason} for row, reason in zip(rows, reasons, strict=True)] if any(reasons) else rows
    )


def choose(runs: "list[RunState]") -> "list[RunState]":
    """A table to pick from; without a pick the run that was last looked at, else the newest."""
    percent = st.column_config.NumberColumn(format="percent")
    picked = st.dataframe(
        _rows(runs),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=look.sized("runs__table"),
        column_config={"Validation accuracy": percent, "Test accuracy": percent},
        placeholder="",
    ).selection.rows
    if len(picked) > MOST:
        st.warning(f"Expected up to {MOST} runs, got {len(picked)}; the first {MOST} are shown.")
    if picked:
        return [runs[k] for k in picked[:MOST] if k < len(runs)]
    wanted = address.asked("run", [run.id for run in runs]) or session().run
    return [run for run in runs if run.id == wanted][:1] or runs[:1]


def compare(runs: "list[RunState]") -> None:
    """Their curves in one picture; of a damaged one why there are none."""
    for run in runs:
        if run.reason:
            say_error(f"Run {run.id} is damaged. {run.reason}")
    runs = [run for run in runs if not run.reason]
    if not runs:
        return
    if any(run.is_live for run in runs):
        live.together(runs)
        return
    smoothing = st.slider(
        "Smoothing",
        0.0,
        0.95,
        0.5,
        0.05,
        width=300,
        help="Mean over neighbouring points, for the eye only. Look at it without before you call "
        "one run better.",
    )
    figure = plots.run_curves({run.id: run.events for run in runs}, smoothing=smoothing, dark=parts.is_dark())
    names = ", ".join(run.id for run in runs)
    st.plotly_chart(
        look.fit(figure),
        theme=None,
        config=parts.PLOTLY,
        key="runs__curves",
        alt=f"Loss and accuracy of {names}",
    )


def _flat(settings: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in settings.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{name}.")
        else:
            flat[prefix + name] = json.dumps(value)
    return flat


def _settings(config: TrainConfig) -> dict[str, str]:
    return _flat(config.to_dict() | {"data": shown_name(config.data)})


def differences(runs: "list[RunState]") -> None:
    """The settings in which they differ; of a single run, all of them; and their logs."""
    tables = {run.id: _settings(run.config) for run in runs if run.config}
    if tables:
        _differences(tables)
    for run in runs:
        if run.state != "damaged":
            st.download_button(
                f"Log of {shown(run.id)}",
                partial(_log, run.id),  # read when it is asked for
                f"medrnn-{run.id}.txt",
                on_click="ignore",
                icon=":material/download:",
                key=f"log-{run.id}",
                help="Every event of the run, as text.",
            )


def _differences(tables: dict[str, dict[str, str]]) -> None:
    first, is_one = next(iter(tables.values())), len(tables) == 1
    names = [n for n in first if is_one or len({table.get(n) for table in tables.values()}) > 1]
    with st.expander("Settings" if is_one else "Settings that differ", expanded=not is_one):
        if names:
            rows = [{"Setting": n} | {run: t.get(n, "") for run, t in tables.items()} for n in names]
            st.dataframe(rows, hide_index=True, placeholder="", key=look.sized("runs__settings"))
        else:
            st.caption("They do not differ.")


def _log(run_id: str) -> str:
    from medrnn.training.runs.processes import log_lines

    try:
        return "\n".join(log_lines(run_id))
    except MedrnnError as error:
        return str(error)
