"""What can be done with a set: learn from it, save it, delete it."""

import json

import streamlit as st

from medrnn.datasets import report
from medrnn.datasets.checks import require_trainable
from medrnn.datasets.examine import Examined
from medrnn.datasets.own import is_own, to_npz
from medrnn.datasets.records import Dataset
from medrnn.errors import DataError
from medrnn.ui import address, cached
from medrnn.ui.data.brought import forget
from medrnn.ui.foreign import shown
from medrnn.ui.runs.form import FITS
from medrnn.ui.state import session


def _json(data: Dataset, found: Examined) -> str:
    return json.dumps(report.to_dict(data, found), indent=1, allow_nan=False)


def _downloads(data: Dataset, found: Examined) -> None:
    stem = f"medrnn-{data.name}"
    files = (
        ("Set (npz)", lambda: to_npz(data), f"{stem}.npz", "application/octet-stream",
         "Images, labels and patients' numbers in MedMNIST's layout; train --data takes it."),
        ("Report (CSV)", lambda: report.to_csv(data, found), f"{stem}-report.csv", "text/csv",
         "Counts, patients, what was left out, and every pair of pictures that come twice."),
        ("Report (JSON)", lambda: _json(data, found), f"{stem}-report.json", "application/json",
         "The same with the set's digest, for programs."),
    )  # fmt: skip
    for label, make, file, kind, about in files:
        st.download_button(
            label,
            make,
            file,
            kind,
            on_click="ignore",
            key=f"data__save-{label}",
            icon=":material/download:",
            help=about,
        )


def _delete(name: str) -> None:
    state = session()
    forget(state, name)
    cached.forget_own(name)
    if state.learn_from == name:
        state.learn_from = ""
    if state.brought and state.brought.name in ("", name):
        state.brought = None


def learn_from(name: str) -> None:
    """Choose the set on the page Train, with the recipe that fits it."""
    state = session()
    state.learn_from, state.recipe = name, FITS
    if is_own(name):
        state.trained_on.add(name)


def delete(name: str) -> None:
    """The question, and the button that deletes a set of the visitor's own.

    Args:
        name: "own:" and its token.
    """
    with st.popover("Delete", icon=":material/delete:", key="data__delete-open"):
        st.markdown(
            "Delete this set for good? Its pixels and labels go from this machine. Runs that learnt from it "
            "stay, but cannot go on or be measured again."
        )
        st.button(
            "Delete for good",
            type="primary",
            key="data__delete",
            on_click=_delete,
            args=[name],
            icon=":material/delete_forever:",
            help="There is no way back.",
        )


def row(data: Dataset, name: str, found: Examined) -> None:
    """The buttons, in one row; where nothing can be learnt from the set, the sentence that says why.

    Args:
        data: the set.
        name: as ``load_dataset`` takes it.
        found: what was found in it.
    """
    wrong = ""
    try:
        require_trainable(data)
    except DataError as error:
        wrong = str(error)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Train on this",
            type="primary",
            icon=":material/play_circle:",
            key="data__train",
            disabled=bool(wrong),
            help="Goes to the page Train with this set chosen.",
        ):
            learn_from(name)
            address.go("train")
        _downloads(data, found)
        if is_own(name):
            delete(name)
    if wrong:
        st.warning(f"Nothing can be learnt from this set as it is. {shown(wrong)}", icon=":material/warning:")
