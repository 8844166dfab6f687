"""A setting by evidence: several of its values cross-validated in a process of their own, and what came of them."""

import re
from typing import TYPE_CHECKING, Any

import streamlit as st

from medrnn import plots
from medrnn.config import TrainConfig
from medrnn.errors import MedrnnError
from medrnn.ui import address, figure, parts, sidebar
from medrnn.ui.foreign import plain, say_error
from medrnn.ui.runs import buttons, kept
from medrnn.ui.state import session

if TYPE_CHECKING:
    from medrnn.training.runs.grids import GridState, Result

SETTINGS = {  # what can be tried here, with the values that the field begins with; the command line takes any setting
    "width": ("Units", "28, 56, 84"),
    "layers": ("Layers", "1, 2, 3"),
    "cell": ("Cell", "rnn, lstm, gru"),
    "dropout": ("Dropout", "0, 0.2, 0.4"),
    "learning_rate": ("Learning rate", "0.0005, 0.002, 0.008"),
    "optimizer": ("Optimiser", "adamw, sgd, rmsprop"),
    "augment": ("Changes at random", "none, light"),
}
FOLDS = 5


def take() -> None:
    """The cross-validation of an address is shown again after a reload."""
    from medrnn.training.runs.grids import known_grids

    session().grid = address.take("grid", known_grids()) or session().grid


def section(config: TrainConfig | None) -> None:
    """The fields of a cross-validation and its start, and beside them what came of the last one."""
    with st.expander("Choose a setting by cross-validation", bool(session().grid), key="train__grid"):
        left, right = st.columns([2, 3], gap="large")
        with left:
            _ask(config)
        with right:
            _show()


def _ask(config: TrainConfig | None) -> None:
    st.caption(
        "Each value learns as often as there are folds, each time another part of the images held out, by patient "
        "where patients are known. The test images are not touched."
    )
    titles = {name: title for name, (title, _) in SETTINGS.items()}
    help = "Which setting is tried at several values; everything else stays as the form has it."
    name = kept.choice("Setting", list(SETTINGS), "width", titles, "train__grid-name", help)
    values = kept.text(
        "Values",
        SETTINGS[name][1],
        f"train__grid-values-{name}",
        help="With commas between. Look for the smallest one that lies within one standard error of the best.",
    )
    folds = kept.choice(
        "Folds",
        list(range(3, 21)),
        FOLDS,
        {count: str(count) for count in range(3, 21)},
        "train__grid-folds",
        "More take longer and learn from more images each.",
    )
    if st.button(
        "Start the cross-validation",
        icon=":material/rule:",
        disabled=config is None,
        key="train__grid-start",
        help="In a process of its own: it goes on when you leave the page.",
    ):
        _start(config, f"{name}={values}", folds)


def _start(config: TrainConfig | None, axis: str, folds: int) -> None:
    from medrnn.training.grid import parse_axes, with_values
    from medrnn.training.runs.grids import start_grid

    try:
        assert config is not None
        axes = parse_axes([re.sub(r"\s", "", axis)])
        for name, values in axes.items():
            for value in values:
                with_values(config, {name: value})  # what is out of range is said here
        session().grid = start_grid(config, axes, folds, sidebar.chosen_device())
    except MedrnnError as error:
        say_error(error)
        return
    st.rerun()


def _show() -> None:
    """How far the last one is, what came of it so far, and what can be done."""
    from medrnn.training.runs.grids import read_grid

    if not session().grid:
        st.info("Nothing tried yet. Its table is drawn here fold by fold.")
        return
    try:
        is_live = read_grid(session().grid).is_live
    except MedrnnError as error:
        session().grid = ""
        say_error(error)
        return
    draw = st.fragment(_panel, run_every=1.0) if is_live else _panel
    draw(is_live)


def _panel(was_live: bool) -> None:
    from medrnn.training.runs.grids import read_grid

    try:
        state = read_grid(session().grid)
    except MedrnnError as error:  # gone or damaged since
        say_error(error)
        return
    buttons.say_refused()
    if state.is_live:
        _progress(state)
    elif state.message:
        say_error(f"The cross-validation broke off. {state.message}")
    elif state.is_stopping and state.written.done < state.written.total:
        st.info(f"Stopped after {state.written.done} of {state.written.total} folds.")
    if state.written.rows:
        _rows(state)
    if was_live and not state.is_live:
        st.rerun()
    if not state.is_live:
        st.button(
            "Put it away",
            icon=":material/close:",
            on_click=_put_away,
            key="train__grid-away",
            help="Takes the table off the page; its link still shows it.",
        )


def _put_away() -> None:
    session().grid = ""
    address.forget("grid")


def _progress(state: "GridState") -> None:
    from medrnn.training.runs.grids import stop_grid

    done, total = state.written.done, state.written.total
    st.progress(
        done / total if total else 0.0, f"Fold {done} of {total}" if total else "The first fold learns"
    )
    st.button(
        "Stop the cross-validation",
        icon=":material/stop_circle:",
        disabled=state.is_stopping,
        on_click=buttons.press,
        args=[stop_grid, state.id],
        key="train__grid-stop",
        help="Ends after this batch; what is done stays.",
    )


def _name(result: "Result") -> str:
    return ", ".join(
        plain(f"{value:g}" if isinstance(value, float) else str(value)) for value in result.values.values()
    )


def _row(result: "Result") -> dict[str, Any]:
    auc = (
        ""
        if result.mean_auc is None or result.error_auc is None
        else (f"{100 * result.mean_auc:.1f} ± {100 * result.error_auc:.1f} %")
    )
    return {
        **{plain(SETTINGS[name][0] if name in SETTINGS else name): _name(result) for name in result.values},
        "Accuracy": f"{100 * result.mean:.1f} ± {100 * result.error:.1f} %",
        "AUC": auc,
        "Parameters": f"{result.parameters:,}",
        "ms an image": f"{result.ms:.2f}",
    }


def _rows(state: "GridState") -> None:
    rows, chosen = state.written.rows, state.written.chosen
    place = next((k for k, row in enumerate(rows) if row.values == chosen), 0)
    st.table([_row(row) for row in rows])
    figure.draw(
        plots.cross_validated(
            [_name(row) for row in rows],
            [row.mean for row in rows],
            [row.error for row in rows],
            place,
            dark=parts.is_dark(),
        ),
        "cross-validation",
        f"Accuracy over the folds of {len(rows)} settings; proposed is {_name(rows[place])}.",
        place="train",
    )
    st.caption(
        f"Mean and standard error over the folds; these share images, so the true error is somewhat larger. "
        f"{_name(rows[place])} has the fewest parameters of those within one standard error of the best."
    )
    if not state.is_live:
        st.button(
            f"Take {_name(rows[place])}",
            icon=":material/check:",
            on_click=buttons.press,
            args=[_adopt, state.id, chosen],
            key="train__grid-take",
            help="Puts the value into the form, with everything else as it was tried.",
        )


def _adopt(grid_id: str, chosen: dict[str, Any]) -> None:
    from medrnn.training.grid import with_values
    from medrnn.training.runs.grids import settings_of

    state = session()
    state.draft = with_values(settings_of(grid_id), chosen)
    state.recipe, state.learn_from, state.forms = "changed", state.draft.data, state.forms + 1
